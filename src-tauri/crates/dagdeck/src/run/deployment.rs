//! What the webserver and the daemon run from.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dagster::command::{self, MakeDeployment};
use dagster::instance::State;
use process::{CancellationToken, CommandLine};
use workspace::{Environment, Kind, Reading};

use crate::errors;
use crate::open::Site;
use crate::operations::half_made::make_room;
use crate::operations::{Begun, Once};
use crate::present;
use api::ApiError;

/// How long making an instance may take on a slow disk.
const INSTANCE_LIMIT: Duration = Duration::from_secs(120);
/// How long making an environment may take on a slow network.
const MAKE_LIMIT: Duration = Duration::from_secs(1800);
/// The file that says an environment of ours is whole.
const MADE: &str = "made";

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
            blocked: present::services_blocked(environment),
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
    let serves = |environment: &Environment| present::services_blocked(environment).is_none();
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

/// The Python that runs the webserver and the daemon.
pub(crate) fn interpreter(site: &Site) -> Result<PathBuf, ApiError> {
    let runs = site
        .runs_from()
        .ok_or_else(|| errors::precondition("There is nothing to run the webserver from."))?;
    if let Some(blocked) = runs.blocked {
        return Err(errors::precondition(&format!(
            "The webserver can't run from {}: {blocked}",
            runs.path
        )));
    }
    if let Some(environment) = &runs.environment
        && site.is_syncing(&environment.path)
    {
        let message = format!("{} is being synced. Launch when that is over.", runs.path);
        return Err(errors::precondition(&message));
    }
    runs.interpreter
        .ok_or_else(|| errors::precondition("The webserver's environment has no Python."))
}

/// Makes a fresh instance with one process; everything that opens it waits for that. See [`dagster::instance`].
pub(crate) async fn prepare_instance(site: &Arc<Site>) -> Result<(), ApiError> {
    let instance = site.instance();
    let place = instance.path.clone();
    let make = async {
        if instance.source == dagster::instance::Source::Dagdeck {
            dagster::instance::make_own(&instance.path)
                .map_err(|error| errors::io("make the instance", &error))?;
        }
        let path = instance.path.clone();
        let state = tokio::task::spawn_blocking(move || dagster::instance::state(&path)).await;
        match state.unwrap_or(State::Fresh) {
            State::Ready => return Ok(()),
            State::Damaged { database } => {
                return Err(errors::damaged_instance(&instance.path, &database));
            }
            State::Fresh => {}
        }
        let command = command::prepare_instance(&interpreter(site)?, &site.shared());
        let titles = ("Making the instance", "Made the instance");
        run(site, titles, &command, INSTANCE_LIMIT).await
    };
    site.prepared.or_make(&place, make).await
}

/// Makes an environment for the webserver and the daemon in app data, which the person agreed to.
pub(crate) async fn make(
    site: &Arc<Site>,
    folder: PathBuf,
    dagster: String,
) -> Result<(), ApiError> {
    let uv = site.context.uv().await.ok_or_else(errors::uv_missing)?;
    let reading = site.reading();
    let python = reading
        .projects
        .iter()
        .find_map(|project| project.environment.interpreter.clone());
    fs_err::create_dir_all(&folder).map_err(|error| errors::io("make its folder", &error))?;
    let plan = MakeDeployment {
        uv,
        folder: folder.clone(),
        python,
        dagster,
    };
    make_room(&folder.join(".venv")).await?;
    for command in command::make_deployment(&plan) {
        run(
            site,
            (
                "Making an environment for the webserver",
                "Made an environment for the webserver",
            ),
            &command,
            MAKE_LIMIT,
        )
        .await?;
    }
    // Written last, so that a folder half made is made again.
    fs_err::write(folder.join(MADE), "").map_err(|error| errors::io("finish its folder", &error))
}

/// Runs a program once, on the record, under a title while it runs and one when it worked.
async fn run(
    site: &Arc<Site>,
    (title, done): (&str, &str),
    command: &CommandLine,
    limit: Duration,
) -> Result<(), ApiError> {
    let once = Once {
        begun: Begun {
            title: title.to_owned(),
            ..Begun::default()
        },
        done: Some(done.to_owned()),
        command,
        writer: None,
        limit,
        environment: None,
    };
    let context = &site.context;
    context
        .operations
        .run(&context.table, once, &CancellationToken::new())
        .await
        .map(drop)
}
