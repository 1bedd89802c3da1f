//! The record of everything Dagdeck ran or did, newest first, kept between starts.
//!
//! Owns numbering, timing, keeping and taking back. A line is begun once and ended once; ending it twice changes nothing.

mod one_shot;
mod output_tail;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;
use process::CancellationToken;

use crate::board::Board;
use crate::clock;
use crate::state::State;
use api::{ApiError, CommandView, ErrorCode, Operation, OperationProgress, OperationState};

pub(crate) use one_shot::{OnceError, OneShot, OperationHandle, Turn, judge};

/// How many lines of one that failed stay with it.
const TAIL_KEPT: usize = 40;

/// An operation can't be taken back: it has ended, or is of a kind that can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("operation {operation} has ended, or can't be cancelled")]
pub(crate) struct NotCancellable {
    /// Its number.
    pub(crate) operation: u32,
}

/// What a new line of the record says.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewOperation {
    /// "Starting marketing".
    pub(crate) title: String,
    /// What runs.
    pub(crate) command: Option<CommandView>,
    /// What set it off.
    pub(crate) cause: Option<String>,
    /// The location it belongs to.
    pub(crate) location: Option<String>,
    pub(crate) log: Option<String>,
    /// Whether it only looked at something: the next start has no use for it.
    pub(crate) passing: bool,
}

/// A line that has not ended.
#[derive(Debug)]
struct RunningOperation {
    operation: Operation,
    /// Takes it back, where it can be.
    cancel: Option<CancellationToken>,
}

/// The record.
#[derive(Debug, Clone)]
pub(crate) struct Operations {
    board: Arc<Board>,
    state: Arc<State>,
    next: Arc<AtomicU32>,
    open: Arc<Mutex<HashMap<u32, RunningOperation>>>,
    passing: Arc<Mutex<HashSet<u32>>>,
    /// One turn per environment: two programs must not change one at a time.
    turns: Arc<Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>>,
}

impl Operations {
    /// A record that goes on after the operation with this number, the last that is remembered.
    pub(crate) fn after(last: Option<u32>, board: Arc<Board>, state: Arc<State>) -> Self {
        Self {
            board,
            state,
            next: Arc::new(AtomicU32::new(last.unwrap_or(0) + 1)),
            open: Arc::default(),
            passing: Arc::default(),
            turns: Arc::default(),
        }
    }

    /// Begins a line and returns its number.
    pub(crate) fn begin(&self, begun: NewOperation) -> u32 {
        self.begin_with(begun, None)
    }

    /// The same for one that can be taken back.
    pub(crate) fn begin_with(&self, begun: NewOperation, cancel: Option<CancellationToken>) -> u32 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        if begun.passing {
            self.passing.lock().insert(id);
        }
        let operation = Operation {
            id,
            title: begun.title,
            command: begun.command,
            cause: begun.cause,
            state: OperationState::Running,
            started_at: clock::now(),
            took: None,
            location: begun.location,
            log: begun.log,
            progress: None,
            tail: Vec::new(),
            cancellable: cancel.is_some(),
        };
        let open = RunningOperation {
            operation: operation.clone(),
            cancel,
        };
        self.open.lock().insert(id, open);
        tracing::info!(operation = id, "begins: {}", operation.title);
        self.show(operation);
        id
    }

    /// Says how far a line is, and what was printed last.
    pub(crate) fn progressed(
        &self,
        id: u32,
        progress: Option<OperationProgress>,
        tail: Vec<String>,
    ) {
        let mut open = self.open.lock();
        let Some(open) = open.get_mut(&id) else {
            return;
        };
        open.operation.progress = progress;
        open.operation.tail = tail;
        // Not kept: the next start has no use for how far it was.
        self.board.put_operation(open.operation.clone());
    }

    /// Says what a line is at; what was printed stays.
    fn show_progress(&self, id: u32, progress: Option<OperationProgress>) {
        let mut open = self.open.lock();
        let Some(open) = open.get_mut(&id) else {
            return;
        };
        open.operation.progress = progress;
        self.board.put_operation(open.operation.clone());
    }

    /// Ends a line with a state and, where it reads better then, a new title.
    pub(crate) fn end(&self, id: u32, state: OperationState, title: Option<String>) {
        let Some(RunningOperation { mut operation, .. }) = self.open.lock().remove(&id) else {
            return;
        };
        operation.took = Some(clock::now() - operation.started_at);
        operation.progress = None;
        operation.cancellable = false;
        let kept = if state == OperationState::Succeeded {
            0
        } else {
            TAIL_KEPT
        };
        let gone = operation.tail.len().saturating_sub(kept);
        operation.tail.drain(..gone);
        operation.state = state;
        operation.title = title.unwrap_or(operation.title);
        write_end(&operation);
        self.show(operation);
    }

    /// Whether something is under way.
    pub(crate) fn are_under_way(&self) -> bool {
        !self.open.lock().is_empty()
    }

    /// Takes a line back: what it runs is ended with everything it started.
    ///
    /// # Errors
    /// When it has ended, or is of a kind that can't be taken back.
    pub(crate) fn cancel(&self, id: u32) -> Result<(), NotCancellable> {
        let open = self.open.lock();
        match open.get(&id).and_then(|open| open.cancel.as_ref()) {
            Some(cancel) => {
                cancel.cancel();
                Ok(())
            }
            None => Err(NotCancellable { operation: id }),
        }
    }

    /// Waits for the turn on an environment; the turn ends when what is returned is dropped.
    async fn turn(&self, environment: PathBuf) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = Arc::clone(self.turns.lock().entry(environment).or_default());
        turn.lock_owned().await
    }

    fn show(&self, operation: Operation) {
        let passes = self.passing.lock().contains(&operation.id);
        if !passes {
            self.state.keep_operation(operation.clone());
        }
        self.board.put_operation(operation);
    }
}

/// Writes to Dagdeck's own log how one ended.
fn write_end(operation: &Operation) {
    let (id, title) = (operation.id, &operation.title);
    let ms = operation.took.unwrap_or_default();
    match &operation.state {
        OperationState::Failed { reason } => {
            tracing::warn!(operation = id, ms, "failed: {title}: {reason}");
        }
        state => tracing::info!(operation = id, ms, ?state, "ended: {title}"),
    }
}

/// How something ended, by what went wrong; what was taken back is no failure.
pub(crate) fn state_of(failed: Option<&ApiError>) -> OperationState {
    match failed {
        None => OperationState::Succeeded,
        Some(error) if error.code == ErrorCode::Cancelled => OperationState::Cancelled,
        Some(error) => OperationState::Failed {
            reason: error.message.clone(),
        },
    }
}

/// Everything on the record as a script, oldest first.
pub(crate) fn script(operations: &[Operation]) -> String {
    let start = terminal::Shell::HERE.script_start();
    let mut text = format!("{start}# What Dagdeck ran, oldest first.\n");
    for operation in operations.iter().rev() {
        let Some(command) = &operation.command else {
            continue;
        };
        text.push_str(&format!("\n# {}\n{}\n", operation.title, command.shell));
    }
    text
}

#[cfg(all(test, unix))]
mod tests;
