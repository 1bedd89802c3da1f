//! The one thread that writes: in the order in which changes came, many at once where they wait.
//!
//! What can't be written stays in the queue and is tried again with the next change; only trust is not given late.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::change::StateChange;
use super::faults::Faults;
use super::memory::KnownDefinitions;
use super::sessions::Session;
use super::trust::HeldTrust;
use super::{StateError, database, definitions, history};
use api::Operation;

/// How long the end of Dagdeck waits for what is not written yet.
const LAST: Duration = Duration::from_secs(5);

/// Something to be written.
#[derive(Clone)]
pub(super) enum Write {
    /// A change of rows.
    State(StateChange),
    /// A line of the record.
    Operation(Box<Operation>),
    /// The definitions of a location.
    Definitions {
        /// The workspace's own folder.
        folder: PathBuf,
        /// By id.
        location: String,
        /// Which.
        definitions: Arc<KnownDefinitions>,
    },
}

impl Write {
    /// The same for two of which the later makes the earlier needless.
    fn subject(&self) -> (u8, &str, &Path, u32) {
        match self {
            Self::State(change) => {
                let (kind, name, root) = change.subject();
                (kind, name, root, 0)
            }
            Self::Operation(operation) => (100, "", Path::new(""), operation.id),
            Self::Definitions {
                folder, location, ..
            } => (101, location, folder, 0),
        }
    }

    fn is_tried_again(&self) -> bool {
        match self {
            Self::State(change) => change.is_tried_again(),
            Self::Operation(_) | Self::Definitions { .. } => true,
        }
    }
}

type WriteOutcome = oneshot::Sender<Result<(), StateError>>;

struct Queued {
    number: u64,
    write: Write,
    /// Who waits for it to be on disk.
    told: Option<WriteOutcome>,
}

#[derive(Default)]
struct Waiting {
    queued: VecDeque<Queued>,
    next: u64,
    /// Whether there is something to try that was not tried.
    asked: bool,
    closed: bool,
    /// Who waits until what was there when they came has been tried.
    flushes: Vec<oneshot::Sender<()>>,
}

/// What waits to be written.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

impl Queue {
    /// Takes something in.
    pub(super) fn push(&self, write: Write, told: Option<WriteOutcome>) {
        let mut waiting = self.waiting.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.asked = true;
        waiting.queued.push_back(Queued {
            number,
            write,
            told,
        });
        self.wake.notify_one();
    }

    /// Tells once all that waits now was tried.
    pub(super) fn flush(&self) -> oneshot::Receiver<()> {
        let (told, done) = oneshot::channel();
        let mut waiting = self.waiting.lock();
        waiting.asked = true;
        waiting.flushes.push(told);
        self.wake.notify_one();
        done
    }

    /// Changes of rows that are not on disk yet, oldest first.
    pub(super) fn unwritten(&self) -> Vec<StateChange> {
        let waiting = self.waiting.lock();
        let changes = waiting.queued.iter().filter_map(|one| match &one.write {
            Write::State(change) => Some(change.clone()),
            _ => None,
        });
        changes.collect()
    }

    fn close(&self) {
        self.waiting.lock().closed = true;
        self.wake.notify_one();
    }
}

/// What the thread writes to. A database that can't be written is none.
pub(super) struct Targets {
    pub(super) state: Option<(PathBuf, Connection)>,
    pub(super) cache: Option<(PathBuf, Connection)>,
    /// This start of Dagdeck, in the record.
    pub(super) session: Session,
    /// The workspace whose record is written.
    pub(super) workspace: Option<PathBuf>,
    pub(super) faults: Arc<Faults>,
    pub(super) trust: Arc<HeldTrust>,
}

/// The thread. What was queued is written when it is dropped.
pub(super) struct Writer {
    queue: Arc<Queue>,
    /// Locked so that it can be shared; only its end is looked at.
    ended: Mutex<mpsc::Receiver<()>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(super) fn start(queue: Arc<Queue>, mut targets: Targets) -> std::io::Result<Self> {
        let (ends, ended) = mpsc::channel();
        let works_on = Arc::clone(&queue);
        std::thread::Builder::new()
            .name("state".to_owned())
            .spawn(move || {
                while targets.round(&works_on) {}
                // The files are closed before anybody is told that we are done.
                drop(targets);
                drop(ends);
            })?;
        Ok(Self {
            queue,
            ended: Mutex::new(ended),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        // Either it ends, or a disk does not answer; then the app does not hang with it.
        let _ = self.ended.get_mut().recv_timeout(LAST);
    }
}

impl Targets {
    /// Waits for something to write and writes what is there. Answers whether there will be more.
    fn round(&mut self, queue: &Queue) -> bool {
        let (batch, flushes) = {
            let mut waiting = queue.waiting.lock();
            while !waiting.asked && !waiting.closed {
                queue.wake.wait(&mut waiting);
            }
            waiting.asked = false;
            let batch: Vec<(u64, Write)> = waiting
                .queued
                .iter()
                .map(|one| (one.number, one.write.clone()))
                .collect();
            (batch, std::mem::take(&mut waiting.flushes))
        };
        let failed = self.write(&batch);
        settle(queue, batch.last().map(|last| last.0), &failed);
        for told in flushes {
            // Who no longer waits does not have to know.
            let _ = told.send(());
        }
        let waiting = queue.waiting.lock();
        waiting.asked || !waiting.closed
    }

    /// Writes all of a batch and answers what could not be.
    fn write(&mut self, batch: &[(u64, Write)]) -> Vec<(u64, StateError)> {
        let mut failed = Vec::new();
        let changes: Vec<(u64, &StateChange)> = batch
            .iter()
            .filter_map(|(number, write)| match write {
                Write::State(change) => Some((*number, change)),
                _ => None,
            })
            .collect();
        failed.extend(self.write_state(&changes));
        failed.extend(self.write_operations(batch));
        for (number, write) in batch {
            if let Write::Definitions {
                folder,
                location,
                definitions,
            } = write
            {
                match definitions::write(folder, location, definitions) {
                    Ok(()) => {}
                    Err((path, source)) => {
                        let source = Arc::new(source);
                        failed.push((*number, StateError::File { path, source }));
                    }
                }
            }
        }
        for (number, error) in &failed {
            // What is not tried again was asked for by somebody who waits for the answer.
            let write = batch.iter().find(|(one, _)| one == number);
            if write.is_some_and(|(_, write)| write.is_tried_again()) {
                self.faults.failed(error);
            }
        }
        failed
    }

    /// Writes the changes in one transaction: all or none. Answers the numbers of those that failed. Without a database to
    /// write to, none fails: that was said at the start.
    fn write_state(&mut self, changes: &[(u64, &StateChange)]) -> Vec<(u64, StateError)> {
        let Some((path, connection)) = &mut self.state else {
            return Vec::new();
        };
        if changes.is_empty() {
            return Vec::new();
        }
        let is_trust = |change: &StateChange| matches!(change, StateChange::Trust { .. });
        // A word of trust has to outlive a power failure too, which in a write-ahead log costs a wait.
        let lasting = changes.iter().any(|(_, change)| is_trust(change));
        let written = transact(connection, lasting, |rows| {
            changes
                .iter()
                .try_for_each(|(_, change)| change.write(rows))
        });
        match written {
            Ok(()) => {
                self.faults.works(path);
                self.trust.written(changes.iter().map(|one| one.1));
                Vec::new()
            }
            Err(error) => all_failed(path, error, changes.iter().map(|one| one.0)),
        }
    }

    /// Adds operations to the workspace's record and drops the oldest of it.
    fn write_operations(&mut self, batch: &[(u64, Write)]) -> Vec<(u64, StateError)> {
        let Some((path, connection)) = &mut self.cache else {
            return Vec::new();
        };
        let operations: Vec<(u64, &Operation)> = batch
            .iter()
            .filter_map(|(number, write)| match write {
                Write::Operation(operation) => Some((*number, &**operation)),
                _ => None,
            })
            .collect();
        if operations.is_empty() {
            return Vec::new();
        }
        let session = self.session.name();
        let workspace = self.workspace.as_deref();
        let written = transact(connection, false, |rows| {
            for (_, operation) in &operations {
                history::write(rows, session, workspace, operation)?;
            }
            history::prune(rows, workspace)
        });
        match written {
            Ok(()) => {
                self.faults.works(path);
                Vec::new()
            }
            Err(error) => all_failed(path, error, operations.iter().map(|one| one.0)),
        }
    }
}

/// Carries out changes as one.
fn transact(
    connection: &mut Connection,
    lasting: bool,
    write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let before = lasting
        .then(|| database::make_lasting(connection))
        .transpose()?;
    let carried_out = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .and_then(|rows| {
            write(&rows)?;
            rows.commit()
        });
    if let Some(before) = before {
        // Where it refuses, later changes are as lasting as this one, and a little slower.
        let _ = connection.pragma_update(None, "synchronous", before);
    }
    carried_out
}

/// One cause as the failure of each: a transaction fails as a whole.
fn all_failed(
    path: &Path,
    error: rusqlite::Error,
    numbers: impl Iterator<Item = u64>,
) -> Vec<(u64, StateError)> {
    let error = StateError::Database {
        path: path.to_owned(),
        source: Arc::new(error),
    };
    numbers.map(|number| (number, error.clone())).collect()
}

/// Takes what was written out of the queue, tells who waits, and keeps the last of each that failed.
fn settle(queue: &Queue, last: Option<u64>, failed: &[(u64, StateError)]) {
    let Some(last) = last else { return };
    let mut waiting = queue.waiting.lock();
    let tried = waiting.queued.iter().take_while(|one| one.number <= last);
    let tried = tried.count();
    let rest = waiting.queued.split_off(tried);
    let tried = std::mem::replace(&mut waiting.queued, rest);
    let mut again: Vec<Queued> = Vec::new();
    for mut one in tried {
        let error = failed.iter().find(|(number, _)| *number == one.number);
        let answer = error.map_or(Ok(()), |(_, error)| Err(error.clone()));
        let stays = answer.is_err() && one.write.is_tried_again();
        if let Some(told) = one.told.take() {
            // Who no longer waits does not have to know.
            let _ = told.send(answer);
        }
        if stays {
            again.push(one);
        }
    }
    let mut later = HashSet::new();
    let kept: Vec<bool> = again
        .iter()
        .rev()
        .map(|one| {
            let (kind, name, root, number) = one.write.subject();
            later.insert((kind, name, root, number))
        })
        .collect();
    drop(later);
    for (one, kept) in again.into_iter().rev().zip(kept) {
        if kept {
            waiting.queued.push_front(one);
        }
    }
}
