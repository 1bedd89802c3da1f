//! The environment of deployments/local is there and answers its lockfile.
//!
//! As files tell, and once the folder is trusted as uv says (`deployment_check`).

use workspace::{Deployment, EnvironmentState};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "deployment-synced",
    scope: Scope::Workspace,
    passes: "deployments/local is synced",
    why: "The webserver and the daemon run from its environment.",
    reads: &[Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let Some(deployment) = &workspace.reading.deployment else {
        return Vec::new();
    };
    let environment = &deployment.environment;
    let finding = if !environment.can_run() {
        let title = match environment.state {
            EnvironmentState::Missing => "deployments/local has no environment",
            _ => "The environment of deployments/local can’t be used",
        };
        let why = "The webserver and the daemon run from it, so neither starts. Normal after a fresh clone: a sync makes it.";
        Finding::blocker(FindingKey::ONLY, title, why)
    } else {
        match &workspace.deployment_check {
            Some(check) if check.lock_outdated && !check.lock_missing => Finding::warning(
                FindingKey::ONLY,
                "The lockfile of deployments/local is stale",
                "It no longer answers pyproject.toml. A sync brings it up to date and installs what it names.",
            ),
            Some(check) if !check.changes.is_empty() => Finding::warning(
                FindingKey::ONLY,
                "deployments/local differs from its uv.lock",
                "The webserver and the daemon would run with other packages than the ones that were locked.",
            )
            .seen(format!("{} packages differ", check.changes.len())),
            _ => return Vec::new(),
        }
    };
    let finding = finding.at(FilePlace::of(&environment.path));
    vec![match sync(workspace, deployment) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }]
}

/// A sync of deployments/local, where uv can make its environment.
pub(super) fn sync(workspace: &WorkspaceFacts, deployment: &Deployment) -> Option<Fix> {
    if !deployment.folder.join("pyproject.toml").is_file() {
        return None;
    }
    let lockfile = deployment.environment.lockfile.as_ref();
    let changes_lockfile = lockfile.is_some_and(|lockfile| match &workspace.deployment_check {
        Some(check) => check.lock_outdated && !check.lock_missing,
        None => lockfile.fresh == Some(false),
    });
    let action = FixAction::Sync {
        project: None,
        changes_lockfile,
    };
    let fix = Fix::new("Sync", action);
    Some(if changes_lockfile {
        fix.note("changes uv.lock")
    } else {
        fix
    })
}
