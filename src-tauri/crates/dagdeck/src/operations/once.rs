//! A program run once, on the record: shown while it runs, taken back when asked, explained when it fails.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use process::{CancellationToken, CommandLine, Finished, RunError, Table};

use super::heard::Heard;
use super::{Begun, Operations, command_view};
use crate::wire::{ApiError, ErrorCode, Hint, OperationProgress, OperationState};

/// How often what is printed is shown.
const SHOW: Duration = Duration::from_millis(100);
/// How many lines of a failure are told with it.
const TOLD: usize = 12;

/// Is told how far a program says it is, and what it printed last.
pub(crate) type Watch<'a> = dyn Fn(Option<&OperationProgress>, &[String]) + Send + Sync + 'a;

/// A program to run once.
pub(crate) struct Once<'a> {
    /// What the record says; its command is filled in.
    pub(crate) begun: Begun,
    /// How the title reads once it worked: "Synced marketing".
    pub(crate) done: Option<String>,
    /// What runs.
    pub(crate) command: &'a CommandLine,
    /// Where its output is kept.
    pub(crate) writer: Option<log::Writer>,
    /// How long it may take.
    pub(crate) limit: Duration,
    /// The environment it changes: one program at a time does.
    pub(crate) environment: Option<PathBuf>,
}

impl Operations {
    /// Runs a program to its end. `cancel` ends it, and so does the person.
    ///
    /// # Errors
    /// When it can't be started, takes too long, is cancelled (code `cancelled`), or ends with another code than 0; what
    /// uv printed is explained.
    pub(crate) async fn run(
        &self,
        table: &Table,
        once: Once<'_>,
        cancel: &CancellationToken,
    ) -> Result<Finished, ApiError> {
        self.run_watched(table, once, cancel, &|_, _| {}).await
    }

    /// Runs a program as [`Self::run`] does, and tells `watch` how far it is and the last lines, ten times a second at
    /// most.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub(crate) async fn run_watched(
        &self,
        table: &Table,
        once: Once<'_>,
        cancel: &CancellationToken,
        watch: &Watch<'_>,
    ) -> Result<Finished, ApiError> {
        let Once {
            begun,
            done,
            command,
            writer,
            limit,
            environment,
        } = once;
        let cancel = cancel.child_token();
        let begun = Begun {
            command: Some(command_view(command)),
            ..begun
        };
        let title = begun.title.clone();
        let id = self.begin_with(begun, Some(cancel.clone()));
        let heard = Arc::new(Heard::default());
        let work = async {
            let _turn = match environment {
                Some(environment) => self.wait_for_turn(id, environment, &cancel).await?,
                None => None,
            };
            let listener = Arc::clone(&heard);
            let hear: process::Hear = Arc::new(move |bytes: &[u8]| listener.take(bytes));
            let finished = table
                .run_heard(command, writer, limit, &cancel, Some(hear))
                .await;
            judge(&title, command, finished)
        };
        let outcome = self.showing(id, &heard, watch, work).await;
        let state = match &outcome {
            Ok(_) => OperationState::Succeeded,
            Err(error) if error.code == ErrorCode::Cancelled => OperationState::Cancelled,
            Err(error) => OperationState::Failed {
                reason: error.message.clone(),
            },
        };
        self.end(id, state, done.filter(|_| outcome.is_ok()));
        outcome
    }

    /// Waits until no other program changes the environment, and says so.
    async fn wait_for_turn(
        &self,
        id: u32,
        environment: PathBuf,
        cancel: &CancellationToken,
    ) -> Result<Option<tokio::sync::OwnedMutexGuard<()>>, ApiError> {
        let turn = self.turn(environment);
        tokio::pin!(turn);
        let at_once = futures::poll!(&mut turn);
        if let std::task::Poll::Ready(turn) = at_once {
            return Ok(Some(turn));
        }
        let words = "waiting for another operation on this environment".to_owned();
        let waiting = OperationProgress {
            words,
            done: None,
            total: None,
        };
        self.goes_on(id, Some(waiting), Vec::new());
        tokio::select! {
            turn = turn => {
                self.goes_on(id, None, Vec::new());
                Ok(Some(turn))
            }
            () = cancel.cancelled() => Err(cancelled()),
        }
    }

    /// Does the work and shows what is heard of it meanwhile.
    async fn showing<T>(
        &self,
        id: u32,
        heard: &Heard,
        watch: &Watch<'_>,
        work: impl Future<Output = T>,
    ) -> T {
        tokio::pin!(work);
        let mut ticks = tokio::time::interval(SHOW);
        loop {
            tokio::select! {
                outcome = &mut work => {
                    self.show_news(id, heard, watch);
                    return outcome;
                }
                _ = ticks.tick() => self.show_news(id, heard, watch),
            }
        }
    }

    fn show_news(&self, id: u32, heard: &Heard, watch: &Watch<'_>) {
        if let Some((progress, tail)) = heard.news() {
            watch(progress.as_ref(), &tail);
            self.goes_on(id, progress, tail);
        }
    }
}

fn cancelled() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "Cancelled.")
}

/// What an exit means: only code 0 is success.
pub(crate) fn judge(
    title: &str,
    command: &CommandLine,
    finished: Result<Finished, RunError>,
) -> Result<Finished, ApiError> {
    let finished = match finished {
        Ok(finished) if finished.exit.success() => return Ok(finished),
        Ok(finished) => finished,
        Err(RunError::Cancelled { .. }) => return Err(cancelled()),
        Err(error) => {
            let message = format!("{title} did not work.");
            return Err(ApiError::new(ErrorCode::ToolFailed, message).because(&error));
        }
    };
    let printed = finished.stderr_text();
    let mut error = if is_uv(&command.program) {
        let explained = dagster::explain::explain_uv(&printed);
        let message = match explained.explanation {
            Some(explanation) => format!("{}: {explanation}", explained.title),
            None => explained.title,
        };
        let mut error = ApiError::new(ErrorCode::ToolFailed, message);
        error.hints = explained
            .hints
            .iter()
            .map(|step| Hint {
                text: step.text().to_owned(),
                action: None,
            })
            .collect();
        error
    } else {
        let words = finished.exit.words();
        ApiError::new(
            ErrorCode::ToolFailed,
            format!("{title}: the program {words}."),
        )
    };
    let lines: Vec<&str> = printed.lines().collect();
    let last = lines.len().saturating_sub(TOLD);
    error
        .causes
        .extend(lines[last..].iter().map(|line| (*line).to_owned()));
    Err(error)
}

fn is_uv(program: &Path) -> bool {
    program.file_stem().is_some_and(|name| name == "uv")
}
