//! One sync from its turn to its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dagster::command::{self, UvProject};
use dagster::uv::SyncCheck;
use futures::future::join_all;
use process::{CancellationToken, CommandLine};
use tokio::sync::SemaphorePermit;
use workspace::{Contents, Environment, Touched};

use super::SyncError;
use super::dependents::Dependent;
use super::environment_change::EnvironmentChange;
use super::python::{self, NewPython, WrittenPin};
use super::target::SyncTarget;
use crate::open::SyncMark;
use crate::open_workspace::OpenWorkspace;
use crate::record::{NewOperation, OneShot, OperationHandle, Turn};
use crate::run::make_room;
use api::{ApiError, StoppedBy};

/// How long a sync may take: a slow network and large packages.
const LIMIT: Duration = Duration::from_secs(3600);
/// How long importing Dagster may take on a slow disk, its bytecode not yet read.
const IMPORT_LIMIT: Duration = Duration::from_secs(120);

/// A sync to be run.
pub(super) struct Sync {
    pub(super) target: SyncTarget,
    pub(super) project: UvProject,
    /// The Python that it is made anew with.
    pub(super) python: Option<NewPython>,
    pub(super) command: CommandLine,
    pub(super) writer: logstore::Writer,
    /// Is told how it went.
    pub(super) done: tokio::sync::oneshot::Sender<Option<ApiError>>,
}

/// What a sync did to what was there, and has to be seen to when it ends.
#[derive(Default)]
struct Aftermath {
    /// What it stopped.
    stopped: Vec<Dependent>,
    /// What it wrote down for another Python.
    asked: Option<WrittenPin>,
}

/// How a sync went.
enum SyncOutcome {
    /// Synced, and Dagster can be imported.
    Done,
    /// Synced, but Dagster can't be imported.
    Useless(SyncError),
    /// uv ended early, or never began.
    Failed(SyncError),
}

impl OpenWorkspace {
    /// Does a sync and tells how it went. What stood in its way is on the record.
    pub(super) async fn run_sync(
        self: Arc<Self>,
        sync: Sync,
        line: OperationHandle,
        mark: SyncMark,
    ) {
        let target = &sync.target;
        let stops = self.syncs.stops.load(Ordering::Relaxed);
        let mut left = Aftermath::default();
        let turn = self.wait_for_turn(target, &line).await;
        let before = installed(&target.environment.path).await;
        let (turn, outcome) = match turn {
            Ok(turn) => (Some(turn), self.sync_now(&sync, &line, &mut left).await),
            Err(error) => (None, SyncOutcome::Failed(error)),
        };
        let undone = sync.python.is_some() && !matches!(outcome, SyncOutcome::Done);
        let put_back = left.asked.filter(|_| undone).map(WrittenPin::put_back);
        let after = installed(&target.environment.path).await;
        self.read_what_it_left().await;
        let now = self.environment_of(target);
        let unfinished = after.unfinished_names();
        let project = UvProject {
            unfinished,
            ..sync.project.clone()
        };
        let found = self.ask_uv(&project, &now).await;
        let current = found.as_ref().is_some_and(|found| !found.outdated);
        let standing = EnvironmentChange::of(&before, &after, &now, current);
        let works = match (&outcome, standing) {
            (SyncOutcome::Done, _) => true,
            (SyncOutcome::Failed(_), EnvironmentChange::AsBefore) => now.can_run(),
            (
                SyncOutcome::Failed(_),
                EnvironmentChange::Whole | EnvironmentChange::HalfMade { .. },
            ) => self.imports(target, &now, &self.syncs.ended).await.is_ok(),
            _ => false,
        };
        let found = if undone {
            // What it was asked with is taken back.
            let environment = now.clone();
            let target = SyncTarget {
                environment,
                ..target.clone()
            };
            self.ask_uv(&target.uv_project(&self.facts, &project.uv), &now)
                .await
        } else {
            found
        };
        drop(turn);
        drop(mark);
        self.read_and_show().await;
        if let Some(found) = found {
            self.keep_answer_of(target, &found);
        }
        let started = self.start_again(target, left.stopped, stops, works).await;
        let (failed, title) = outcome_words(&sync, outcome, standing, put_back.as_deref());
        let words = title
            .as_ref()
            .or(failed.as_ref().map(|error| &error.message));
        let again = if started.is_empty() {
            String::new()
        } else {
            format!(" Starting again: {}.", started.join(", "))
        };
        let words = words.map(String::as_str).unwrap_or_default();
        sync.writer.note(&format!("{words}{again}"));
        line.end(failed.as_ref(), title);
        // Nobody may wait for it.
        let _ = sync.done.send(failed);
    }

    /// Waits until nothing else changes the environment and a processor is free for it.
    async fn wait_for_turn(
        &self,
        target: &SyncTarget,
        line: &OperationHandle,
    ) -> Result<(Turn, SemaphorePermit<'_>), SyncError> {
        let turn = line.turn(target.environment.path.clone()).await?;
        let place = self.syncs.places.acquire();
        let place = line.wait("waiting for other syncs", place).await?;
        Ok((turn, place.map_err(|_| SyncError::Closed)?))
    }

    /// Reads the folder again; the old reading stays where that can't be had, and what follows judges by that.
    async fn read_what_it_left(&self) {
        if let Err(error) = self.facts.read_again(true, Touched::All).await {
            tracing::error!(%error, "the folder can't be read again after a sync");
        }
    }

    /// Stops what is in the way, syncs, and tries what came of it. Another Python is asked for first.
    async fn sync_now(
        &self,
        sync: &Sync,
        line: &OperationHandle,
        left: &mut Aftermath,
    ) -> SyncOutcome {
        let target = &sync.target;
        // A folder that somebody picked or named is theirs, whatever is in it.
        if sync.project.environment.is_none() {
            match make_room(&target.environment.path).await {
                Ok(true) => sync.writer.note("Took away what an ended sync left"),
                Ok(false) => {}
                Err(error) => return SyncOutcome::Failed(error.into()),
            }
        }
        if let Some(python) = &sync.python {
            let asked = &mut left.asked;
            if let Err(error) = self.ask_for_python(sync, python, line, asked).await {
                return SyncOutcome::Failed(error);
            }
        }
        let mut running = self.users(&target.environment.path);
        running.retain(|user| !user.unit.shown().at_rest);
        if !running.is_empty() {
            let names: Vec<&str> = running.iter().map(|user| user.name.as_str()).collect();
            let names = names.join(", ");
            line.show_phase(&format!("Stopping {names}"));
            sync.writer.note(&format!("Stopping {names} for this sync"));
            let stops = running
                .iter()
                .map(|user| user.unit.stop_and_wait(StoppedBy::Sync));
            join_all(stops).await;
            left.stopped = running;
        }
        let writer = Some(sync.writer.clone());
        let table = &self.facts.context.table;
        if let Some(renewal) = target.renewal(&sync.project) {
            let renewed = line.program(table, &renewal, None, writer.clone(), LIMIT, &|_, _| {});
            if let Err(error) = renewed.await {
                return SyncOutcome::Failed(error.into());
            }
        }
        let path = Some(target.environment.path.as_path());
        let synced = line.program(table, &sync.command, path, writer, LIMIT, &|_, _| {});
        if let Err(error) = synced.await {
            return SyncOutcome::Failed(error.into());
        }
        line.show_phase("trying it with an import of Dagster");
        self.read_what_it_left().await;
        let environment = self.environment_of(target);
        match self.imports(target, &environment, line.cancel()).await {
            Ok(()) => SyncOutcome::Done,
            Err(error) if error.is_cancelled() => SyncOutcome::Failed(error),
            Err(error) => SyncOutcome::Useless(error),
        }
    }

    /// The environment as read last.
    fn environment_of(&self, target: &SyncTarget) -> Environment {
        let reading = self.facts.reading();
        let of_location = target
            .locations
            .first()
            .and_then(|id| reading.project(id))
            .map(|project| &project.environment);
        let of_deployment = reading.deployment.as_ref().map(|one| &one.environment);
        let found = if target.locations.is_empty() {
            of_deployment
        } else {
            of_location
        };
        found.unwrap_or(&target.environment).clone()
    }

    /// Tries to import Dagster with an environment's own Python, where it is installed: a project that doesn't ask for
    /// Dagster is not the sync's fault.
    async fn imports(
        &self,
        target: &SyncTarget,
        now: &Environment,
        cancel: &CancellationToken,
    ) -> Result<(), SyncError> {
        let Some(interpreter) = &now.interpreter else {
            return Err(SyncError::NoPython {
                name: target.name.clone(),
            });
        };
        if now.installed.dagster.is_none() {
            return Ok(());
        }
        let command = command::import_check(interpreter, &target.folder);
        let once = OneShot {
            begun: NewOperation {
                title: format!("Trying the environment of {}", target.name),
                location: target.locations.first().cloned(),
                ..NewOperation::default()
            },
            done: Some(format!("Dagster can be imported in {}", target.name)),
            command: &command,
            writer: None,
            limit: IMPORT_LIMIT,
            environment: None,
        };
        let context = &self.facts.context;
        let tried = context.operations.run(&context.table, once, cancel);
        tried.await.map(drop).map_err(|error| {
            if error.is_cancelled() {
                return error.into();
            }
            SyncError::NotImportable {
                name: target.name.clone(),
                source: Box::new(error),
            }
        })
    }

    /// What uv says of the environment now; none where it has nothing to go by.
    async fn ask_uv(&self, project: &UvProject, now: &Environment) -> Option<SyncCheck> {
        if now.lockfile.is_none() || !now.can_run() || self.syncs.ended.is_cancelled() {
            return None;
        }
        self.compare(project, &self.syncs.ended).await
    }

    /// Keeps what uv found of the environment as it was read since the sync.
    fn keep_answer_of(&self, target: &SyncTarget, found: &SyncCheck) {
        let reading = self.facts.reading();
        let projects = reading.projects.iter().map(|one| &one.environment);
        let deployment = reading.deployment.iter().map(|one| &one.environment);
        let read = projects
            .chain(deployment)
            .find(|environment| environment.path == target.environment.path);
        if let Some(read) = read {
            self.facts.keep_answer(read, found, None);
        }
    }
}

/// What went wrong, and how the line reads from now on. `put_back` is what became of what another Python was asked with.
fn outcome_words(
    sync: &Sync,
    outcome: SyncOutcome,
    standing: EnvironmentChange,
    put_back: Option<&str>,
) -> (Option<ApiError>, Option<String>) {
    let name = &sync.target.name;
    let changed = !matches!(
        standing,
        EnvironmentChange::AsBefore | EnvironmentChange::StillNone
    );
    let before = &sync.target.environment;
    let undone = put_back.map(|words| python::after_all(words, before, changed));
    let undone = undone.unwrap_or_default();
    match outcome {
        SyncOutcome::Done => {
            let title = match &sync.python {
                Some(python) => format!("Changed {name} to Python {}", python.version),
                None => format!("Synced {name}"),
            };
            (None, Some(title))
        }
        SyncOutcome::Useless(error) => {
            let error = ApiError::from(error);
            let message = format!("{}{undone}", error.message);
            (Some(ApiError { message, ..error }), None)
        }
        SyncOutcome::Failed(error) if error.is_cancelled() => {
            let work = match &sync.python {
                Some(python) => format!("Changing {name} to Python {}", python.version),
                None => format!("Syncing {name}"),
            };
            let title = format!("{work} was cancelled. {}{undone}", standing.words());
            (Some(error.into()), Some(title))
        }
        SyncOutcome::Failed(error) => {
            let error = ApiError::from(error);
            let message = format!("{} {}{undone}", error.message, standing.words());
            (Some(ApiError { message, ..error }), None)
        }
    }
}

/// Looks at what an environment holds, away from the async threads. Nothing can be looked at where that thread ended
/// early, which reads as an environment that is not there.
async fn installed(path: &Path) -> Contents {
    let path: PathBuf = path.to_owned();
    tokio::task::spawn_blocking(move || workspace::contents(&path))
        .await
        .unwrap_or_default()
}
