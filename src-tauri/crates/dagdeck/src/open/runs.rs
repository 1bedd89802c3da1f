//! What the webserver and the daemon run from, as the reading tells. Chooses, and makes nothing.

use std::path::{Path, PathBuf};

use workspace::{Environment, Kind, Reading};

use crate::present::services_blocked;

/// The file that says an environment of ours is whole.
pub(crate) const MADE: &str = "made";

/// A place that the webserver and the daemon can run from.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    /// Relative to the root, or absolute in app data.
    pub(crate) path: String,
    /// Why this one.
    pub(crate) origin: &'static str,
    /// Its environment; `None` while Dagdeck would have to make it first.
    pub(crate) environment: Option<Environment>,
    /// The Python that runs them.
    pub(crate) interpreter: Option<PathBuf>,
    /// Why they can't run from it now.
    pub(crate) blocked: Option<String>,
    /// What Dagdeck would make, once the person agrees.
    pub(crate) to_make: Option<(PathBuf, String)>,
}

impl Runs {
    fn of(path: &str, origin: &'static str, environment: &Environment) -> Self {
        Self {
            path: path.to_owned(),
            origin,
            interpreter: environment.interpreter.clone(),
            blocked: services_blocked(environment),
            environment: Some(environment.clone()),
            to_make: None,
        }
    }
}

/// deployments/local, else the project itself where it stands alone, else the first project whose environment holds
/// dagster-webserver, else one that Dagdeck makes in app data at the newest Dagster among the projects.
pub(crate) fn choose(reading: &Reading, state_folder: &Path) -> Option<Runs> {
    if let Some(deployment) = &reading.deployment {
        return Some(Runs::of(
            &deployment.path,
            "the workspace's own",
            &deployment.environment,
        ));
    }
    let serves = |environment: &Environment| services_blocked(environment).is_none();
    let alone = matches!(reading.kind, Kind::DgProject | Kind::PlainPackage);
    if let Some(project) = reading
        .projects
        .iter()
        .find(|project| serves(&project.environment))
    {
        let origin = if alone {
            "the project itself"
        } else {
            "the first project with dagster-webserver"
        };
        return Some(Runs::of(&project.path, origin, &project.environment));
    }
    let newest = reading
        .projects
        .iter()
        .filter_map(|project| project.environment.installed.dagster.as_deref())
        .max_by(|left, right| workspace::compare_versions(left, right));
    let Some(newest) = newest else {
        // Nothing is installed anywhere yet: name the place where a sync would bring it.
        let project = reading.projects.first()?;
        return Some(Runs::of(
            &project.path,
            "the first project",
            &project.environment,
        ));
    };
    let folder = state_folder.join("deployments").join(newest);
    let interpreter = dagster::environment::interpreter_of(&folder.join(".venv"));
    let made = folder.join(MADE).exists();
    Some(Runs {
        path: folder.display().to_string(),
        origin: "made by Dagdeck",
        environment: None,
        interpreter: made.then_some(interpreter),
        blocked: (!made).then(|| {
            "No environment here holds dagster-webserver. Dagdeck can make one in its own folder.".to_owned()
        }),
        to_make: (!made).then(|| (folder, newest.to_owned())),
    })
}
