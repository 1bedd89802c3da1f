//! Checks of each project.

pub(super) mod bytecode;
pub(super) mod code_server_up;
pub(super) mod dagster_installed;
pub(super) mod dagster_versions;
pub(super) mod definitions_load;
pub(super) mod definitions_tried;
pub(super) mod environment_fits;
pub(super) mod environment_in_sync;
pub(super) mod environment_present;
pub(super) mod environment_python;
pub(super) mod environment_works;
pub(super) mod generated_code;
pub(super) mod import_time;
pub(super) mod lockfile_fresh;
pub(super) mod lockfile_present;
pub(super) mod module_name;
pub(super) mod module_present;
pub(super) mod package_importable;
pub(super) mod python_available;
pub(super) mod release_whole;
pub(super) mod settings_readable;
pub(super) mod variables_set;

use dagster::uv::SyncCheck;
use workspace::{EnvironmentSource, Project};

use crate::facts::WorkspaceFacts;
use crate::fix::{Fix, FixAction, Show};

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
            FixAction::Sync {
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

/// What puts a fault of one package right: a sync where it would change that package, else a look at what the project asks
/// for, since what is locked is itself at fault.
fn repair(workspace: &WorkspaceFacts, project: &Project, package: &str, verb: &str) -> Option<Fix> {
    let check = workspace.seen(project).check;
    let changed = |check: &SyncCheck| {
        check.lock_outdated || check.changes.iter().any(|change| change.name == package)
    };
    if check.as_ref().is_none_or(changed) {
        return sync(workspace, project, verb);
    }
    let show = Show::Packages {
        project: project.id.clone(),
    };
    Some(Fix::new("Open packages", FixAction::Show(show)))
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
