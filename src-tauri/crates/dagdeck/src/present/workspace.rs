//! The workspace as a whole: its own parts, the webserver and the daemon, what Launch would do.

use std::path::{Path, PathBuf};

use api::{
    ApiError, DeploymentView, EnvironmentSource, EnvironmentState, EnvironmentView, InstanceView,
    LaunchView, LocationView, Millis, Readiness, ServiceName, ServiceView, TrustPlan, WatchView,
    WorkspaceView,
};
use dagster::instance::Instance;
use process::CommandLine;
use workspace::Reading;

use super::{EnvironmentModel, blocked, command_view, environment, files};
use unit::Shown;

/// What is known of the webserver or the daemon.
pub(crate) struct ServiceModel {
    pub(crate) name: ServiceName,
    pub(crate) unit: Shown,
    /// Where it answers, once it does.
    pub(crate) url: Option<String>,
    /// Its command line, or why it has none now.
    pub(crate) command: Result<CommandLine, String>,
    /// What else keeps it from being started.
    pub(crate) kept: Option<ApiError>,
    pub(crate) log: &'static str,
}

/// What is known of launching.
pub(crate) struct LaunchModel<'a> {
    /// When the launch that is under way began.
    pub(crate) since: Option<Millis>,
    /// How long the last one took, in ms.
    pub(crate) took: Option<Millis>,
    /// When the last one began that found nothing running.
    pub(crate) at: Option<Millis>,
    /// What was read.
    pub(crate) reading: &'a Reading,
    /// Whether a location has come to an end of loading, good or bad.
    pub(crate) is_settled: &'a dyn Fn(&str) -> bool,
}

/// What is known of what the webserver and the daemon run from.
pub(crate) struct DeploymentModel<'a> {
    /// Relative to the root, or absolute in app data.
    pub(crate) path: &'a str,
    /// Why this one.
    pub(crate) origin: &'static str,
    /// The Python that runs them.
    pub(crate) interpreter: Option<&'a Path>,
    /// Whether Dagdeck would make it first.
    pub(crate) to_be_made: bool,
    /// Its environment, unless it is Dagdeck's own.
    pub(crate) environment: Option<EnvironmentModel<'a>>,
    /// What Sync runs for deployments/local.
    pub(crate) sync: Option<CommandLine>,
}

/// What is known of a workspace beside its locations.
pub(crate) struct WorkspaceModel<'a> {
    pub(crate) root: &'a Path,
    /// What was read.
    pub(crate) reading: &'a Reading,
    /// Whether programs may run here.
    pub(crate) trusted: bool,
    /// What would run once trusted.
    pub(crate) trust_plan: TrustPlan,
    /// What the webserver and the daemon run from.
    pub(crate) deployment: Option<DeploymentModel<'a>>,
    pub(crate) instance: &'a Instance,
    pub(crate) watching: WatchView,
    pub(crate) launch: LaunchModel<'a>,
}

/// A workspace with its locations, on the wire.
pub(crate) fn workspace(
    model: WorkspaceModel<'_>,
    [webserver, daemon]: [ServiceModel; 2],
    locations: Vec<LocationView>,
) -> WorkspaceView {
    let reading = model.reading;
    WorkspaceView {
        root: model.root.display().to_string(),
        name: reading.name.clone(),
        kind: files::kind(reading.kind),
        config: reading
            .config
            .as_ref()
            .map(|path| path.display().to_string()),
        trusted: model.trusted,
        trust_plan: model.trust_plan,
        problems: files::problems(&reading.problems, None),
        webserver: service(webserver),
        daemon: service(daemon),
        deployment: model.deployment.as_ref().map(deployment),
        instance: instance(model.instance),
        launch: launch(&model.launch),
        nearby: files::nearby(reading),
        watching: model.watching,
        locations,
    }
}

/// The webserver or the daemon, on the wire.
pub(crate) fn service(model: ServiceModel) -> ServiceView {
    let (command, blocked) = match model.command {
        Ok(command) => (Some(command_view(&command)), None),
        Err(why) => (None, Some(why)),
    };
    ServiceView {
        name: model.name,
        url: model.url,
        lifecycle: model.unit.lifecycle,
        process: model.unit.process,
        command,
        blocked: blocked.or(model.kept.map(kept)),
        log: model.log.to_owned(),
    }
}

/// What keeps a service from being started, and what that means, as the first hint says.
fn kept(by: ApiError) -> String {
    let means = by.hints.into_iter().next();
    let means = means.map(|hint| format!(" {}", hint.text));
    by.message + &means.unwrap_or_default()
}

/// What the webserver and the daemon run from, on the wire.
fn deployment(model: &DeploymentModel<'_>) -> DeploymentView {
    DeploymentView {
        path: model.path.to_owned(),
        origin: model.origin.to_owned(),
        environment: match &model.environment {
            Some(of) => environment(of),
            None => made_by_dagdeck(model),
        },
        to_be_made: model.to_be_made,
        sync: model.sync.as_ref().map(command_view),
    }
}

/// The instance, on the wire.
fn instance(instance: &Instance) -> InstanceView {
    let changed = |next: &PathBuf| {
        let next = next.display();
        format!("DAGSTER_HOME was changed to {next}, which is used once all has been stopped")
    };
    InstanceView {
        path: instance.path.display().to_string(),
        source: instance.source.as_str().to_owned(),
        problem: instance
            .next
            .as_ref()
            .map(changed)
            .or_else(|| instance.problem.clone()),
    }
}

/// What Launch would do, or is doing.
fn launch(model: &LaunchModel<'_>) -> LaunchView {
    let managed = || model.reading.projects.iter().filter(|one| one.managed());
    let ids = |can: bool| {
        managed()
            .filter(|one| blocked(one).is_none() == can)
            .map(|one| one.id.clone())
            .collect()
    };
    let settled = managed().filter(|one| (model.is_settled)(&one.id)).count();
    LaunchView {
        active: model.since.is_some(),
        since: model.since,
        took: model.took,
        at: model.at,
        startable: ids(true),
        blocked: ids(false),
        settled: u32::try_from(settled).unwrap_or(u32::MAX),
    }
}

/// Whether code has come to an end of loading, good or bad.
pub(crate) fn has_settled(readiness: &Readiness) -> bool {
    matches!(
        readiness,
        Readiness::Ready { .. } | Readiness::LoadError { .. }
    )
}

/// An environment of Dagdeck's own for the webserver.
fn made_by_dagdeck(model: &DeploymentModel<'_>) -> EnvironmentView {
    let (state, detail) = if model.to_be_made {
        (EnvironmentState::Missing, "made when you agree")
    } else {
        (EnvironmentState::Ready, "in Dagdeck's own folder")
    };
    let shown = |path: &Path| path.display().to_string();
    EnvironmentView {
        state,
        detail: detail.to_owned(),
        source: EnvironmentSource::Own,
        path: shown(&Path::new(model.path).join(".venv")),
        interpreter: model.interpreter.map(shown),
        python: None,
        python_source: None,
        requires_python: None,
        requires_python_met: None,
        dagster: Path::new(model.path)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned()),
        packages: None,
        lockfile: false,
        lockfile_fresh: None,
        operation: None,
        checked_by_uv: false,
        choices: Vec::new(),
    }
}
