//! A program run once, on the record: shown while it runs, taken back when asked, explained when it fails.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dagster::explain::{ExplainedTool, ExplainedUv, explain_tool, explain_uv};
use process::{CancellationToken, CommandLine, Finished, RunError, Table};

use super::output_tail::OutputTail;
use super::{NewOperation, Operations, state_of};
use crate::present::command_view;
use api::{ApiError, OperationProgress, OperationState};

/// How often what is printed is shown.
const SHOW: Duration = Duration::from_millis(100);
/// How often it is counted how far a sync is with compiling.
const COUNT: Duration = Duration::from_millis(400);

/// Why a program that was run once has nothing to go by.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OnceError {
    /// The person, or who asked for it, took it back.
    #[error("cancelled")]
    Cancelled,
    /// It could not be started, or took too long.
    #[error("{title} did not work")]
    NotRun {
        /// What it was run for: "Syncing marketing".
        title: String,
        /// Why.
        #[source]
        source: RunError,
    },
    /// uv ran and said no.
    #[error("uv said: {}", explained.title)]
    Uv {
        /// What that means.
        explained: Box<ExplainedUv>,
        /// All that it printed as errors.
        printed: String,
    },
    /// Another program ran and said no.
    #[error("{title}: the program {ended}")]
    Tool {
        /// What it was run for.
        title: String,
        /// How it ended: "ended with code 1".
        ended: String,
        /// What that means.
        explained: Box<ExplainedTool>,
        /// All that it printed as errors.
        printed: String,
    },
}

impl OnceError {
    /// Whether it was taken back, which is no failure.
    pub(crate) fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }
}

/// Is told how far a program says it is, and what it printed last.
pub(crate) type Watch<'a> = dyn Fn(Option<&OperationProgress>, &[String]) + Send + Sync + 'a;

/// A program to run once.
pub(crate) struct OneShot<'a> {
    /// What the record says; its command is filled in.
    pub(crate) begun: NewOperation,
    /// How the title reads once it worked: "Synced marketing".
    pub(crate) done: Option<String>,
    /// What runs.
    pub(crate) command: &'a CommandLine,
    /// Where its output is kept.
    pub(crate) writer: Option<logstore::Writer>,
    /// How long it may take.
    pub(crate) limit: Duration,
    /// The environment it changes: one program at a time does.
    pub(crate) environment: Option<PathBuf>,
}

/// The turn on an environment; it ends when this is dropped.
pub(crate) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// A line of the record that is being worked on in several steps, and can be taken back all along.
///
/// One that is dropped without [`OperationHandle::end`] is put down as interrupted: nothing stays "running" that nobody runs.
pub(crate) struct OperationHandle {
    operations: Operations,
    id: u32,
    title: String,
    cancel: CancellationToken,
}

impl Operations {
    /// Runs a program to its end. `cancel` ends it, and so does the person.
    ///
    /// # Errors
    /// When it can't be started, takes too long, is cancelled, or ends with another code than 0; what uv or one of
    /// Dagster's tools printed is explained.
    pub(crate) async fn run(
        &self,
        table: &Table,
        once: OneShot<'_>,
        cancel: &CancellationToken,
    ) -> Result<Finished, OnceError> {
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
        once: OneShot<'_>,
        cancel: &CancellationToken,
        watch: &Watch<'_>,
    ) -> Result<Finished, OnceError> {
        let OneShot {
            begun,
            done,
            command,
            writer,
            limit,
            environment,
        } = once;
        let line = self.line(begun, command, cancel);
        let work = async {
            let _turn = match environment.clone() {
                Some(environment) => Some(line.turn(environment).await?),
                None => None,
            };
            let environment = environment.as_deref();
            line.program(table, command, environment, writer, limit, watch)
                .await
        };
        let outcome = work.await;
        let failed = outcome.as_ref().err().map(ApiError::from);
        line.end(failed.as_ref(), done.filter(|_| outcome.is_ok()));
        outcome
    }

    /// Begins a line whose work is several steps; `command` is the one that it is about.
    pub(crate) fn line(
        &self,
        begun: NewOperation,
        command: &CommandLine,
        cancel: &CancellationToken,
    ) -> OperationHandle {
        let cancel = cancel.child_token();
        let begun = NewOperation {
            command: Some(command_view(command)),
            ..begun
        };
        let title = begun.title.clone();
        OperationHandle {
            id: self.begin_with(begun, Some(cancel.clone())),
            operations: self.clone(),
            title,
            cancel,
        }
    }
}

impl OperationHandle {
    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Ends what it does when it is taken back, for a step that is on a line of its own.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Says what it is at.
    pub(crate) fn show_phase(&self, words: &str) {
        let progress = OperationProgress {
            words: words.to_owned(),
            done: None,
            total: None,
        };
        self.operations.show_progress(self.id, Some(progress));
    }

    /// Waits for a step that something else holds up, saying `words` meanwhile.
    ///
    /// # Errors
    /// [`OnceError::Cancelled`] when the line is taken back first.
    pub(crate) async fn wait<T>(
        &self,
        words: &str,
        step: impl Future<Output = T>,
    ) -> Result<T, OnceError> {
        tokio::pin!(step);
        if let std::task::Poll::Ready(done) = futures::poll!(&mut step) {
            return Ok(done);
        }
        self.show_phase(words);
        tokio::select! {
            done = step => {
                self.operations.show_progress(self.id, None);
                Ok(done)
            }
            () = self.cancel.cancelled() => Err(OnceError::Cancelled),
        }
    }

    /// Waits until no other program changes the environment.
    ///
    /// # Errors
    /// [`OnceError::Cancelled`] when the line is taken back first.
    pub(crate) async fn turn(&self, environment: PathBuf) -> Result<Turn, OnceError> {
        let turn = self.operations.turn(environment);
        self.wait("waiting for another operation on this environment", turn)
            .await
    }

    /// Runs one program to its end, shown on the line; `watch` is told of it as by [`Operations::run_watched`]. Of a sync
    /// that compiles, it is counted how far it is with that in its `environment`.
    ///
    /// # Errors
    /// As [`Operations::run`].
    pub(crate) async fn program(
        &self,
        table: &Table,
        command: &CommandLine,
        environment: Option<&Path>,
        writer: Option<logstore::Writer>,
        limit: Duration,
        watch: &Watch<'_>,
    ) -> Result<Finished, OnceError> {
        if self.cancel.is_cancelled() {
            return Err(OnceError::Cancelled);
        }
        let heard = Arc::new(OutputTail::of(command));
        let listener = Arc::clone(&heard);
        let hear: process::OutputSink = Arc::new(move |bytes: &[u8]| listener.take(bytes));
        let work = table.run_heard(command, writer, limit, &self.cancel, Some(hear));
        let counting = compiled(environment, &heard);
        let showing = self.operations.showing(self.id, &heard, watch, work);
        let finished = tokio::select! {
            finished = showing => finished,
            never = counting => match never {},
        };
        judge(&self.title, command, finished)
    }

    /// Ends it: as done, or with what went wrong. `title` is how it reads from now on.
    pub(crate) fn end(self, failed: Option<&ApiError>, title: Option<String>) {
        self.operations.end(self.id, state_of(failed), title);
    }
}

impl Drop for OperationHandle {
    fn drop(&mut self) {
        // A line that was ended is known no more, so this changes nothing then.
        self.operations
            .end(self.id, OperationState::Interrupted, None);
    }
}

impl Operations {
    /// Does the work and shows what is heard of it meanwhile.
    async fn showing<T>(
        &self,
        id: u32,
        heard: &OutputTail,
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

    fn show_news(&self, id: u32, heard: &OutputTail, watch: &Watch<'_>) {
        if let Some((progress, tail)) = heard.news() {
            watch(progress.as_ref(), &tail);
            self.progressed(id, progress, tail);
        }
    }
}

/// Counts how far a sync is with compiling an environment, as long as it is at that. Never ends by itself.
async fn compiled(environment: Option<&Path>, heard: &OutputTail) -> Infallible {
    let mut ticks = tokio::time::interval(COUNT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(environment) = environment.filter(|_| heard.may_compile()) else {
            continue;
        };
        let environment = environment.to_owned();
        let count = move || workspace::bytecode(&environment);
        if let Ok(found) = tokio::task::spawn_blocking(count).await {
            heard.count_compiled(found.compiled, found.sources);
        }
    }
}

/// What an exit means: only code 0 is success; what uv or one of Dagster's tools printed otherwise is explained.
///
/// # Errors
/// As [`Operations::run`].
pub(crate) fn judge(
    title: &str,
    command: &CommandLine,
    finished: Result<Finished, RunError>,
) -> Result<Finished, OnceError> {
    let title = title.to_owned();
    let finished = match finished {
        Ok(finished) if finished.exit.success() => return Ok(finished),
        Ok(finished) => finished,
        Err(RunError::Cancelled { .. }) => return Err(OnceError::Cancelled),
        Err(source) => return Err(OnceError::NotRun { title, source }),
    };
    let printed = finished.stderr_text();
    Err(if is_uv(&command.program) {
        let explained = Box::new(explain_uv(&printed));
        OnceError::Uv { explained, printed }
    } else {
        OnceError::Tool {
            title,
            ended: finished.exit.words(),
            explained: Box::new(explain_tool(&printed, None, None)),
            printed,
        }
    })
}

fn is_uv(program: &Path) -> bool {
    program.file_stem().is_some_and(|name| name == "uv")
}
