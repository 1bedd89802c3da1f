//! What a sync would change, asked of uv itself. Changes nothing.
//!
//! uv is asked with `--dry-run` and never believed about an environment at which it was ended in its first moments: there
//! it would say nothing, so that it is asked about an empty place beside it. An environment that takes a Python which is
//! not there yet can't be previewed; the plan says that it is downloaded and that all is made anew.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::command::UvProject;
use dagster::uv::{ChangedPackage, SyncCheck};
use futures::StreamExt;
use process::{CancellationToken, CommandLine, Finished, RunError};

use super::SyncError;
use super::python::{FILE as PYTHON_FILE, NewPython};
use super::target::{self, SyncTarget};
use crate::errors::UvMissing;
use crate::open_workspace::{OpenWorkspace, SYNCS};
use crate::operations::basis::Basis;
use crate::present::command_view;
use crate::record::{NewOperation, OnceError, judge};
use api::{
    CommandView, LockPlan, OperationState, PackageChange, SyncPlan, SyncPreview, SyncRequest,
};

/// How long uv may take to find out: it may have to ask a slow index about a hundred packages.
const LIMIT: Duration = Duration::from_secs(600);

/// What the question is called.
const ASKING: &str = "Asking uv what a sync would change";

impl OpenWorkspace {
    /// What a sync would change, one environment after another as processors allow.
    pub(crate) async fn sync_preview(
        self: &Arc<Self>,
        request: SyncRequest,
    ) -> Result<SyncPreview, SyncError> {
        let facts = &self.facts;
        facts.require_trust()?;
        let all = target::means_all(&request);
        let targets = self.targets_of(&request)?;
        let uv = facts.context.uv().await.ok_or(UvMissing)?;
        facts.context.learn_pythons().await;
        let Some(first) = targets.first() else {
            return Ok(SyncPreview {
                environments: Vec::new(),
                basis: Basis::default().to_string(),
            });
        };
        let operations = &facts.context.operations;
        let looking = operations.begin(NewOperation {
            title: ASKING.to_owned(),
            command: Some(command_view(&first.uv_project(facts, &uv).preview())),
            passing: true,
            ..NewOperation::default()
        });
        let plans = futures::stream::iter(targets)
            .map(|target| self.plan(target, &uv, None))
            .buffered(*SYNCS);
        let mut plans: Vec<(SyncPlan, Basis)> = plans.collect().await;
        let done = "Asked uv what a sync would change".to_owned();
        operations.end(looking, OperationState::Succeeded, Some(done));
        if all {
            plans.retain(|(plan, _)| does_something(plan));
        }
        let (environments, pinned): (Vec<SyncPlan>, Vec<Basis>) = plans.into_iter().unzip();
        let mut basis = Basis::default();
        pinned.into_iter().for_each(|one| basis.extend(one));
        Ok(SyncPreview {
            environments,
            basis: basis.to_string(),
        })
    }

    /// What a sync of one environment would change, with another Python where one is given, and what pins it.
    pub(crate) async fn plan(
        &self,
        target: SyncTarget,
        uv: &Path,
        python: Option<&NewPython>,
    ) -> (SyncPlan, Basis) {
        // Before uv reads them: what changes while it does is then noticed at the start.
        let mut basis = files_of(&target);
        let plan = self.ask_for_plan(target, uv, python).await;
        pin(&mut basis, &plan);
        (plan, basis)
    }

    /// What a sync of one environment would change, with another Python where one is given.
    async fn ask_for_plan(
        &self,
        target: SyncTarget,
        uv: &Path,
        python: Option<&NewPython>,
    ) -> SyncPlan {
        let facts = &self.facts;
        let project = target.uv_project(facts, uv);
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
        match judge(ASKING, &preview, finished) {
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
                Err(error) => plan.failure = Some(SyncError::Unclear(error).into()),
            },
            Err(error) => plan.failure = Some(error.into()),
        }
        plan
    }

    /// Asks uv something that changes nothing.
    pub(super) async fn ask(
        &self,
        command: &CommandLine,
        cancel: &CancellationToken,
    ) -> Result<Finished, OnceError> {
        let finished = self.run(command, cancel).await;
        judge(ASKING, command, finished)
    }

    /// Runs uv for a question, within [`LIMIT`]; taken back when the workspace is closed.
    async fn run(
        &self,
        command: &CommandLine,
        cancel: &CancellationToken,
    ) -> Result<Finished, RunError> {
        let table = &self.facts.context.table;
        table.run(command, None, LIMIT, cancel).await
    }
}

/// What a sync of it runs, in order.
fn commands(
    target: &SyncTarget,
    project: &UvProject,
    python: Option<&NewPython>,
) -> Vec<CommandView> {
    let first = python.map(|python| python.commands(project));
    let interpreter = dagster::environment::interpreter_of(&target.environment.path);
    let check = dagster::command::import_check(&interpreter, &target.folder);
    let first = first.unwrap_or_default().into_iter();
    let all = first.chain(target.renewal(project));
    let all = all.chain([project.sync(), check]);
    all.map(|command| command_view(&command)).collect()
}

/// The files that uv goes by.
fn files_of(target: &SyncTarget) -> Basis {
    let mut basis = Basis::default();
    for file in ["pyproject.toml", "uv.toml", PYTHON_FILE] {
        let name = format!("{file} of {}", target.name);
        basis.file(name, &target.folder.join(file));
    }
    let lockfile = target.environment.lockfile.as_ref();
    let lockfile = lockfile.map_or_else(|| target.folder.join("uv.lock"), |one| one.path.clone());
    basis.file(format!("uv.lock of {}", target.name), &lockfile);
    basis
}

/// Adds what a plan says to what it was worked out from. What stops meanwhile is whatever runs then, and why a preview
/// failed is told in other words each time.
fn pin(basis: &mut Basis, plan: &SyncPlan) {
    let name = &plan.name;
    basis.runs(format!("the commands for {name}"), &plan.commands);
    basis.runs(format!("the environment of {name}"), &plan.path);
    let environment = (
        plan.anew,
        plan.downloads,
        &plan.python,
        plan.failure.is_some(),
    );
    basis.comes(
        format!("the environment that uv would make for {name}"),
        &environment,
    );
    basis.comes(
        format!("the packages that would change in {name}"),
        &plan.packages,
    );
    basis.comes(format!("the change of uv.lock of {name}"), &plan.lock);
}

/// Puts uv's answer into the plan.
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

/// A package that changes, on the wire; `to` is empty where uv names no version.
fn change(change: ChangedPackage) -> PackageChange {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::{basis, made_up};

    fn target(folder: &Path) -> SyncTarget {
        SyncTarget::of(&made_up::read(folder))
    }

    fn plan(folder: &Path) -> SyncPlan {
        let target = target(folder);
        SyncPlan {
            commands: commands(&target, &UvProject::new(Path::new("uv"), folder), None),
            stops: Vec::new(),
            name: target.name,
            locations: target.locations,
            deployment: false,
            path: target.environment.path.display().to_string(),
            python: Some("3.12.1".into()),
            anew: false,
            downloads: false,
            packages: Vec::new(),
            lock: None,
            failure: None,
        }
    }

    fn pinned(folder: &Path, plan: &SyncPlan) -> String {
        let mut basis = files_of(&target(folder));
        pin(&mut basis, plan);
        basis.to_string()
    }

    #[test]
    fn what_was_shown_holds_until_a_file_a_command_or_a_version_moves() {
        let folder = tempfile::tempdir().unwrap();
        let folder = &folder.path().join("etl");
        made_up::write(folder);
        let shown = pinned(folder, &plan(folder));
        let stops = SyncPlan {
            stops: vec!["webserver".into()],
            ..plan(folder)
        };
        assert_eq!(basis::require(&shown, &pinned(folder, &stops)), Ok(()));
        let refused = |plan: &SyncPlan| {
            let refused = basis::require(&shown, &pinned(folder, plan));
            refused.unwrap_err().parts
        };

        let mut other = plan(folder);
        other.commands.remove(0);
        let said = refused(&other);
        assert_eq!(said, ["the commands for etl"]);
        let change = PackageChange {
            name: "dagster".into(),
            from: None,
            to: Some("1.13.28".into()),
        };
        other = SyncPlan {
            packages: vec![change],
            ..plan(folder)
        };
        let said = refused(&other);
        assert_eq!(said, ["the packages that would change in etl"]);
        for file in ["uv.lock", ".python-version", "uv.toml"] {
            fs_err::write(folder.join(file), "mine").unwrap();
            let said = refused(&other);
            assert_eq!(said, [format!("{file} of etl")]);
            fs_err::remove_file(folder.join(file)).unwrap();
        }
        assert_eq!(
            basis::require(&shown, &pinned(folder, &plan(folder))),
            Ok(())
        );
    }
}
