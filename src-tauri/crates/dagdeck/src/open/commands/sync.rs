//! What uv is told of a project, and which environments it can sync.

use std::path::Path;

use dagster::command::UvProject;
use process::CommandLine;
use workspace::{Environment, EnvironmentSource};

use crate::open::facts::WorkspaceFacts;

/// A project as uv is told of it.
pub(crate) fn uv_project(
    facts: &WorkspaceFacts,
    uv: &Path,
    folder: &Path,
    environment: &Environment,
) -> UvProject {
    let source = environment.source;
    let elsewhere = matches!(
        source,
        EnvironmentSource::Picked | EnvironmentSource::DotEnv | EnvironmentSource::Named
    );
    UvProject {
        python: facts.context.python_for(folder, environment),
        environment: elsewhere.then(|| environment.path.clone()),
        all_members: source == EnvironmentSource::UvWorkspace,
        ..UvProject::new(uv, folder)
    }
}

/// A project as uv is told of it, with what it takes for installed and is not whole. Looks into every package.
pub(crate) fn whole_uv_project(
    facts: &WorkspaceFacts,
    uv: &Path,
    folder: &Path,
    environment: &Environment,
) -> UvProject {
    UvProject {
        unfinished: workspace::contents(&environment.path).unfinished_names(),
        ..uv_project(facts, uv, folder, environment)
    }
}

/// Whether uv can sync an environment from a folder: it needs a pyproject.toml, and an interpreter of the system or of
/// another tool is left alone, since uv would remove from it what the project doesn't ask for.
pub(crate) fn syncable(folder: &Path, environment: &Environment) -> bool {
    let uvs_own = matches!(
        environment.source,
        EnvironmentSource::Own | EnvironmentSource::UvWorkspace
    );
    folder.join("pyproject.toml").is_file()
        && (uvs_own || !environment.path.exists() || environment.path.join("pyvenv.cfg").is_file())
}

/// What Sync runs. A plain package or an entry of a workspace.yaml without a pyproject.toml has nothing to sync.
pub(crate) fn command_of(
    facts: &WorkspaceFacts,
    folder: &Path,
    environment: &Environment,
) -> Option<CommandLine> {
    if !syncable(folder, environment) {
        return None;
    }
    let uv = facts.context.uv_if_known().unwrap_or_else(|| "uv".into());
    Some(uv_project(facts, &uv, folder, environment).sync())
}
