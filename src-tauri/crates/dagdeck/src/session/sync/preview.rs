//! What a sync would change, asked of uv itself. Changes nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::command::UvProject;
use dagster::uv::{Change, SyncCheck};
use futures::StreamExt;
use process::{CancellationToken, CommandLine, Finished, RunError};

use super::SYNCS;
use super::python::NewPython;
use super::target::{self, Target};
use crate::operations::{self, Begun, command_view};
use crate::session::{Session, errors};
use api::{
    ApiError, CommandView, ErrorCode, LockPlan, OperationState, PackageChange, SyncPlan,
    SyncPreview, SyncRequest,
};

/// How long uv may take to find out: it may have to ask a slow index about a hundred packages.
const LIMIT: Duration = Duration::from_secs(600);

/// What the question is called.
const ASKING: &str = "Asking uv what a sync would change";

impl Session {
    /// What a sync would change, one environment after another as processors allow.
    pub(crate) async fn sync_preview(
        self: &Arc<Self>,
        request: SyncRequest,
    ) -> Result<SyncPreview, ApiError> {
        let site = &self.site;
        site.require_trust()?;
        let all = target::means_all(&request);
        let targets = if all {
            self.in_need()
        } else {
            target::named(site, &request)?
        };
        let uv = site.context.uv().await.ok_or_else(errors::uv_missing)?;
        site.context.learn_pythons().await;
        let Some(first) = targets.first() else {
            return Ok(SyncPreview {
                environments: Vec::new(),
            });
        };
        let operations = &site.context.operations;
        let looking = operations.begin(Begun {
            title: ASKING.to_owned(),
            command: Some(command_view(&first.uv_project(site, &uv).preview())),
            passing: true,
            ..Begun::default()
        });
        let plans = futures::stream::iter(targets)
            .map(|target| self.plan(target, &uv, None))
            .buffered(*SYNCS);
        let mut environments: Vec<SyncPlan> = plans.collect().await;
        let done = "Asked uv what a sync would change".to_owned();
        operations.end(looking, OperationState::Succeeded, Some(done));
        if all {
            environments.retain(does_something);
        }
        Ok(SyncPreview { environments })
    }

    /// What a sync of one environment would change, with another Python where one is given.
    pub(in crate::session) async fn plan(
        &self,
        target: Target,
        uv: &Path,
        python: Option<&NewPython>,
    ) -> SyncPlan {
        let site = &self.site;
        let project = target.uv_project(site, uv);
        let project = match python {
            Some(python) => python.of(project),
            None => project,
        };
        let mut plan = SyncPlan {
            commands: commands(&target, &project, python),
            stops: self
                .users(&target.environment.path)
                .into_iter()
                .filter(|user| !user.unit.shown().at_rest)
                .map(|user| user.name)
                .collect(),
            name: target.name.clone(),
            locations: target.locations.clone(),
            deployment: target.deployment,
            path: target.environment.path.display().to_string(),
            python: target.environment.python.clone(),
            anew: false,
            downloads: false,
            packages: Vec::new(),
            lock: None,
            failure: None,
        };
        if let Some(python) = python
            && python.interpreter.is_none()
        {
            (plan.anew, plan.downloads) = (true, true);
            plan.python = Some(python.version.clone());
            return plan;
        }
        let cancel = &self.syncs.ended;
        // uv says nothing of an environment at which it was ended: what it would make in its place is asked instead.
        let mut asked = project.clone();
        if asked.environment.is_none() && workspace::is_half_made(&target.environment.path) {
            asked.environment = Some(target.environment.path.with_extension("anew"));
        }
        let preview = asked.preview();
        let finished = self.run(&preview, cancel).await;
        if let Ok(finished) = &finished
            && dagster::uv::would_download_python(&finished.stderr_text())
        {
            (plan.anew, plan.downloads) = (true, true);
            plan.python = None;
            return plan;
        }
        match operations::judge(ASKING, &preview, finished) {
            Ok(finished) => match dagster::uv::parse_sync_check(&finished.stdout_text()) {
                Ok(check) => {
                    let check = check.with_unfinished(&project.unfinished);
                    if check.lock_outdated && !check.lock_missing {
                        let changes = self.ask(&project.lock_preview(), cancel).await;
                        let changes = changes
                            .map(|done| dagster::uv::parse_lock_changes(&done.stderr_text()));
                        plan.lock = Some(LockPlan {
                            made: false,
                            // What the lockfile's own preview can't tell, the packages' tells: it worked a moment ago.
                            changes: changes
                                .unwrap_or_default()
                                .into_iter()
                                .map(change)
                                .collect(),
                        });
                    }
                    fill(&mut plan, check);
                }
                Err(error) => {
                    let message = "uv did not say what a sync would change.";
                    let failure = ApiError::new(ErrorCode::ToolFailed, message).because(&error);
                    plan.failure = Some(failure);
                }
            },
            Err(error) => plan.failure = Some(error),
        }
        plan
    }

    /// Asks uv something that changes nothing.
    pub(super) async fn ask(
        &self,
        command: &CommandLine,
        cancel: &CancellationToken,
    ) -> Result<Finished, ApiError> {
        let finished = self.run(command, cancel).await;
        operations::judge(ASKING, command, finished)
    }

    async fn run(
        &self,
        command: &CommandLine,
        cancel: &CancellationToken,
    ) -> Result<Finished, RunError> {
        let table = &self.site.context.table;
        table.run(command, None, LIMIT, cancel).await
    }
}

/// What a sync of it runs, in order.
fn commands(target: &Target, project: &UvProject, python: Option<&NewPython>) -> Vec<CommandView> {
    let first = python.map(|python| python.commands(project));
    let interpreter = dagster::environment::interpreter_of(&target.environment.path);
    let check = dagster::command::import_check(&interpreter, &target.folder);
    let first = first.unwrap_or_default().into_iter();
    let all = first.chain(target.renewal(project));
    let all = all.chain([project.sync(), check]);
    all.map(|command| command_view(&command)).collect()
}

fn fill(plan: &mut SyncPlan, check: SyncCheck) {
    plan.anew = check.replaces_environment;
    plan.python = check.python.or(plan.python.take());
    plan.packages = check.changes.into_iter().map(change).collect();
    if check.lock_missing {
        plan.lock = Some(LockPlan {
            made: true,
            changes: Vec::new(),
        });
    }
}

fn change(change: Change) -> PackageChange {
    let comes = change.from.is_none();
    PackageChange {
        name: change.name,
        from: change.from,
        // uv names no version for a project that is installed from its own folder.
        to: change.to.or_else(|| comes.then(String::new)),
    }
}

/// Whether a sync would change anything, as far as that could be found out.
fn does_something(plan: &SyncPlan) -> bool {
    plan.anew || plan.failure.is_some() || plan.lock.is_some() || !plan.packages.is_empty()
}
