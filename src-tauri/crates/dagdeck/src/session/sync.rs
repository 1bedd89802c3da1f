//! `uv sync` for the environments of the open workspace: what it would change, and safely doing it.
//!
//! Owns the order of a sync (what runs from the environment stops, uv works, the result is tried, what ran starts again)
//! and what is said when it does not end well. Refuses to know what uv's words mean: `dagster` does.

mod preview;
mod python;
mod run;
mod standing;
mod target;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use process::{CancellationToken, CommandLine};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use workspace::Environment;

use super::{Session, Site, errors};
use crate::basis;
use crate::operations::Begun;
use api::{ApiError, ErrorCode, SyncRequest, SyncStart};
pub(super) use python::{FILE as PYTHON_FILE, NewPython};
pub(super) use target::{Target, named, syncable, uv_project, whole_uv_project};

/// How many environments are synced, or asked about, at once: as many as there are processors.
static SYNCS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(2, std::num::NonZero::get));

/// Tells when a sync has ended, and what went wrong.
type Ended = tokio::sync::oneshot::Receiver<Option<ApiError>>;

/// A sync that has begun.
struct Started {
    /// Its operation.
    operation: u32,
    ended: Ended,
}

/// The syncs of a session.
pub(super) struct Syncs {
    places: Semaphore,
    /// Ends them all.
    ended: CancellationToken,
    jobs: Mutex<JoinSet<()>>,
    /// Locations that a sync stopped and could not start again: the next good one does.
    paused: Mutex<BTreeSet<String>>,
    /// Counts up when the person stops a service or everything: what they stopped stays down.
    stops: AtomicU64,
}

impl Syncs {
    pub(super) fn new() -> Self {
        Self {
            places: Semaphore::new(*SYNCS),
            ended: CancellationToken::new(),
            jobs: Mutex::default(),
            paused: Mutex::default(),
            stops: AtomicU64::new(0),
        }
    }

    /// Ends them all and waits until they have.
    pub(super) async fn end(&self) {
        self.ended.cancel();
        let mut jobs = std::mem::take(&mut *self.jobs());
        while jobs.join_next().await.is_some() {}
    }

    /// Takes note that the person stopped something.
    pub(super) fn stopped(&self) {
        self.stops.fetch_add(1, Ordering::Relaxed);
        self.paused().clear();
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, JoinSet<()>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn paused(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Syncs environments as a preview showed, or as they are where nobody looked; answers their operations once all of it has begun.
    ///
    /// # Errors
    /// As [`Self::sync`], and when a sync would change something else by now than was shown.
    pub(crate) async fn sync_start(
        self: &Arc<Self>,
        start: SyncStart,
    ) -> Result<Vec<u32>, ApiError> {
        let Some(shown) = start.basis else {
            return self.sync(start.request).await;
        };
        if let [only] = self.targets_of(&start.request)?.as_slice() {
            self.require_idle(only)?;
        }
        let now = self.sync_preview(start.request).await?;
        basis::require(&shown, &now.basis)?;
        let plans = now.environments;
        let request = SyncRequest {
            deployment: plans.iter().any(|plan| plan.deployment),
            locations: plans.into_iter().flat_map(|plan| plan.locations).collect(),
        };
        // Nothing named would mean all that may need it, and nothing was shown of those.
        if target::means_all(&request) {
            return Ok(Vec::new());
        }
        self.sync(request).await
    }

    /// Syncs environments and answers their operations once all of it has begun; the board tells the rest.
    ///
    /// # Errors
    /// When nothing may run here, uv is missing, or what is named can't be synced or is being synced.
    pub(crate) async fn sync(self: &Arc<Self>, request: SyncRequest) -> Result<Vec<u32>, ApiError> {
        let started = self.begin_syncs(request).await?;
        Ok(started.iter().map(|sync| sync.operation).collect())
    }

    /// As [`Self::sync`], and returns once all of it has ended.
    ///
    /// # Errors
    /// As [`Self::sync`], and the first failure.
    pub(crate) async fn sync_and_wait(
        self: &Arc<Self>,
        request: SyncRequest,
    ) -> Result<(), ApiError> {
        for sync in self.begin_syncs(request).await? {
            let ended = sync.ended.await.unwrap_or_else(|_| {
                Some(ApiError::new(ErrorCode::Cancelled, "The sync was ended."))
            });
            if let Some(error) = ended {
                return Err(error);
            }
        }
        Ok(())
    }

    async fn begin_syncs(self: &Arc<Self>, request: SyncRequest) -> Result<Vec<Started>, ApiError> {
        let site = &self.site;
        site.require_trust()?;
        let targets = self.targets_of(&request)?;
        let uv = site.context.uv().await.ok_or_else(errors::uv_missing)?;
        site.context.learn_pythons().await;
        if let [only] = targets.as_slice() {
            self.require_idle(only)?;
        }
        let idle = |target: &Target| self.require_idle(target).is_ok();
        let idle = targets.into_iter().filter(idle);
        idle.map(|target| self.begin_sync(target, &uv, None))
            .collect()
    }

    /// Makes an environment anew with another Python, and answers its operation once that has begun.
    ///
    /// # Errors
    /// When the environment is being synced.
    pub(super) fn sync_with(
        self: &Arc<Self>,
        target: Target,
        uv: &Path,
        python: NewPython,
    ) -> Result<u32, ApiError> {
        self.require_idle(&target)?;
        let started = self.begin_sync(target, uv, Some(python))?;
        Ok(started.operation)
    }

    /// The environments that a request means: those that it names, or all that need a sync.
    fn targets_of(&self, request: &SyncRequest) -> Result<Vec<Target>, ApiError> {
        if target::means_all(request) {
            return Ok(self.in_need());
        }
        target::named(&self.site, request)
    }

    pub(super) fn require_idle(&self, target: &Target) -> Result<(), ApiError> {
        if !self.site.is_syncing(&target.environment.path) {
            return Ok(());
        }
        let message = format!("The environment of {} is being synced.", target.name);
        Err(ApiError::new(ErrorCode::Precondition, message))
    }

    /// Shows that a sync begins, and has it done.
    fn begin_sync(
        self: &Arc<Self>,
        target: Target,
        uv: &Path,
        python: Option<NewPython>,
    ) -> Result<Started, ApiError> {
        let site = &self.site;
        let project = target.uv_project(site, uv);
        let project = match &python {
            Some(python) => python.of(project),
            None => project,
        };
        let command = project.sync();
        let log = target.log();
        let writer = site.writer(&log, command.line())?;
        let begun = Begun {
            title: match &python {
                Some(python) => format!("Changing {} to Python {}", target.name, python.version),
                None => format!("Syncing {}", target.name),
            },
            location: target.locations.first().cloned(),
            log: Some(log),
            ..Begun::default()
        };
        let line = site
            .context
            .operations
            .line(begun, &command, &self.syncs.ended);
        let operation = line.id();
        let mark = site.mark_syncing(&target.environment.path, operation);
        site.show_environment(&target.environment.path);
        let (done, ended) = tokio::sync::oneshot::channel();
        let sync = run::Sync {
            done,
            target,
            project,
            python,
            command,
            writer,
        };
        let session = Arc::clone(self);
        let mut jobs = self.syncs.jobs();
        while jobs.try_join_next().is_some() {}
        jobs.spawn(async move { session.run_sync(sync, line, mark).await });
        Ok(Started { operation, ended })
    }

    /// The environments that need a sync, as far as is known: all but those that uv found to be current.
    fn in_need(&self) -> Vec<Target> {
        let targets = target::targets(&self.site).into_iter();
        targets
            .filter(|target| {
                !self
                    .site
                    .environment_model(&target.environment)
                    .is_current()
            })
            .collect()
    }
}

/// What a sync from a folder runs.
pub(super) fn command_of(
    site: &Site,
    folder: &Path,
    environment: &Environment,
    uv: &Path,
) -> CommandLine {
    uv_project(site, uv, folder, environment).sync()
}
