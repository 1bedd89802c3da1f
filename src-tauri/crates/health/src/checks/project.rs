//! Checks of each project.

pub(super) mod environment_in_sync;
pub(super) mod environment_present;
pub(super) mod environment_works;
pub(super) mod lockfile_fresh;
pub(super) mod settings_readable;

use workspace::{EnvironmentSource, Project};

use crate::facts::WorkspaceFacts;
use crate::fix::{Does, Fix};

/// A sync of a project's environment, where a sync can put it right: not where another program or folder provides it.
fn sync(workspace: &WorkspaceFacts, project: &Project, verb: &str) -> Option<Fix> {
    let environment = &project.environment;
    let synced = project.folder.join("pyproject.toml").is_file()
        && environment.source != EnvironmentSource::DotEnv
        && environment.source != EnvironmentSource::Named;
    synced.then(|| {
        let changes_lockfile = lockfile_changes(workspace, project);
        let fix = Fix::new(
            verb,
            Does::Sync {
                project: Some(project.id.clone()),
                changes_lockfile,
            },
        );
        if changes_lockfile {
            fix.note("changes uv.lock")
        } else {
            fix
        }
    })
}

/// Whether a sync would change a lockfile that is there.
fn lockfile_changes(workspace: &WorkspaceFacts, project: &Project) -> bool {
    let Some(lockfile) = &project.environment.lockfile else {
        return false;
    };
    let asked = workspace.seen(project).check;
    match asked {
        Some(check) => check.lock_outdated && !check.lock_missing,
        None => lockfile.fresh == Some(false),
    }
}
