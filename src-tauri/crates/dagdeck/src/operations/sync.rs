//! `uv sync` for the environments of the open workspace: what it would change, and safely doing it.
//!
//! Owns the order of a sync (what runs from the environment stops, uv works, the result is tried, what ran starts again)
//! and what is said when it does not end well. Refuses to know what uv's words mean: `dagster` does.

mod dependents;
mod environment_change;
mod error;
mod preview;
mod python;
mod run;
mod target;

use std::path::Path;
use std::sync::Arc;

use crate::errors::UvMissing;
use crate::open::SyncMark;
use crate::open::commands;
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis;
use crate::present::{command_view, short};
use crate::record::NewOperation;
use api::{ApiError, CommandView, SyncRequest, SyncStart};
pub(crate) use error::SyncError;
pub(crate) use python::{FILE as PYTHON_FILE, NewPython};
pub(crate) use target::{SyncTarget, TargetError, named};

/// Tells when a sync has ended, and what went wrong.
type Ended = tokio::sync::oneshot::Receiver<Option<ApiError>>;

/// A sync that has begun.
struct Started {
    operation: u32,
    ended: Ended,
}

impl OpenWorkspace {
    /// Syncs environments as a preview showed, or as they are where nobody looked; answers their operations once all of it has begun.
    ///
    /// # Errors
    /// As [`Self::sync`], and when a sync would change something else by now than was shown.
    pub(crate) async fn sync_start(
        self: &Arc<Self>,
        start: SyncStart,
    ) -> Result<Vec<u32>, SyncError> {
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
    pub(crate) async fn sync(
        self: &Arc<Self>,
        request: SyncRequest,
    ) -> Result<Vec<u32>, SyncError> {
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
    ) -> Result<(), SyncError> {
        for sync in self.begin_syncs(request).await? {
            if let Some(failed) = sync.ended.await.map_err(|_| SyncError::Ended)? {
                let told = Box::new(failed);
                return Err(SyncError::Failed { told });
            }
        }
        Ok(())
    }

    /// Begins a sync for each environment that is meant. Where several are, one that is being synced already is passed
    /// over.
    async fn begin_syncs(
        self: &Arc<Self>,
        request: SyncRequest,
    ) -> Result<Vec<Started>, SyncError> {
        let facts = &self.facts;
        facts.require_trust()?;
        let targets = self.targets_of(&request)?;
        let uv = facts.context.uv().await.ok_or(UvMissing)?;
        facts.context.learn_pythons().await;
        let alone = targets.len() == 1;
        let mut begun = Vec::new();
        for target in targets {
            match self.mark(&target) {
                Ok(mark) => begun.push(self.begin_sync(target, &uv, None, mark)?),
                Err(error) if alone => return Err(error),
                // Among several it has what was asked for.
                Err(_) => {}
            }
        }
        Ok(begun)
    }

    /// Makes an environment anew with another Python, and answers its operation once that has begun.
    ///
    /// # Errors
    /// When the environment is being synced.
    pub(crate) fn sync_with(
        self: &Arc<Self>,
        target: SyncTarget,
        uv: &Path,
        python: NewPython,
    ) -> Result<u32, SyncError> {
        let mark = self.mark(&target)?;
        let started = self.begin_sync(target, uv, Some(python), mark)?;
        Ok(started.operation)
    }

    /// The environments that a request means: those that it names, or all that need a sync.
    fn targets_of(&self, request: &SyncRequest) -> Result<Vec<SyncTarget>, SyncError> {
        if target::means_all(request) {
            return Ok(self.in_need());
        }
        Ok(target::named(&self.facts, request)?)
    }

    /// Refuses where an environment is being synced; one that begins right after is refused by its mark.
    pub(crate) fn require_idle(&self, target: &SyncTarget) -> Result<(), SyncError> {
        if !self.facts.is_syncing(&target.environment.path) {
            return Ok(());
        }
        Err(busy(target))
    }

    /// The right to sync an environment.
    fn mark(&self, target: &SyncTarget) -> Result<SyncMark, SyncError> {
        let mark = self.facts.mark_syncing(&target.environment.path);
        mark.ok_or_else(|| busy(target))
    }

    /// Shows that a sync begins, and has it done.
    fn begin_sync(
        self: &Arc<Self>,
        target: SyncTarget,
        uv: &Path,
        python: Option<NewPython>,
        mark: SyncMark,
    ) -> Result<Started, SyncError> {
        let facts = &self.facts;
        let project = target.uv_project(facts, uv);
        let project = match &python {
            Some(python) => python.of(project),
            None => project,
        };
        let command = project.sync();
        let log = target.log();
        let writer = facts.writer(&log, short(&command))?;
        let begun = NewOperation {
            title: match &python {
                Some(python) => format!("Changing {} to Python {}", target.name, python.version),
                None => format!("Syncing {}", target.name),
            },
            location: target.locations.first().cloned(),
            log: Some(log),
            ..NewOperation::default()
        };
        let line = facts
            .context
            .operations
            .line(begun, &command, &self.syncs.ended);
        let operation = line.id();
        mark.by(operation);
        facts.show_environment(&target.environment.path);
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
    fn in_need(&self) -> Vec<SyncTarget> {
        let targets = target::targets(&self.facts).into_iter();
        targets
            .filter(|target| {
                !self
                    .facts
                    .environment_model(&target.environment)
                    .is_current()
            })
            .collect()
    }

    /// What a sync of a project's environment runs, or of the one of deployments/local.
    pub(crate) fn sync_line(&self, project: Option<&str>) -> Option<CommandView> {
        let facts = &self.facts;
        let reading = facts.reading();
        let line = match project {
            Some(id) => {
                let project = reading.project(id)?;
                commands::sync::command_of(facts, &project.folder, &project.environment)?
            }
            None => {
                let own = reading.deployment.as_ref()?;
                commands::sync::command_of(facts, &own.folder, &own.environment)?
            }
        };
        Some(command_view(&line))
    }
}

fn busy(target: &SyncTarget) -> SyncError {
    SyncError::Busy {
        name: target.name.clone(),
    }
}
