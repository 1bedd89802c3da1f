//! Gathers what is known of the open workspace and has it shown, as a whole or the part that changed.
//!
//! Owns the order of showing: what is gathered is shown before anything else is gathered, so that nothing newer is ever
//! overwritten by something older. Decides no words: `present` does.

use parking_lot::MutexGuard;
use std::path::Path;

use ::health::Reads;
use api::{ApiError, Lifecycle, LocationView, Readiness, ServiceName, WatchView, WorkspaceView};
use workspace::{Environment, Project, Reading};

use super::commands::{code_server, service, sync};
use super::facts::WorkspaceFacts;
use crate::present::{
    self, DeploymentModel, EnvironmentModel, LaunchModel, LocationModel, ServiceModel,
    WorkspaceModel,
};
use unit::Shown;

impl WorkspaceFacts {
    /// Shows the workspace as a whole: what was read of it differs.
    pub(crate) fn show_all(&self) {
        let Some(_turn) = self.turn() else { return };
        let plan = super::trust::plan(self);
        self.seen().trust_plan = plan;
        let reading = self.reading();
        let view = self.view(&reading, self.location_views(&reading));
        self.context.board.show_workspace(view);
    }

    /// Shows what of the workspace is neither a location nor the webserver nor the daemon.
    pub(crate) fn show_own(&self) {
        let Some(_turn) = self.turn() else { return };
        let view = self.view(&self.reading(), Vec::new());
        self.context.board.show_own(view);
    }

    /// Shows one location, if it is among those that were read.
    pub(crate) fn show_location(&self, id: &str) {
        let Some(_turn) = self.turn() else { return };
        let reading = self.reading();
        let at = reading.projects.iter().position(|one| one.id == id);
        if let Some(at) = at {
            let view = self.location_view(at, &reading.projects[at]);
            self.context.board.show_location(view);
        }
    }

    /// Shows the webserver or the daemon.
    pub(crate) fn show_service(&self, name: ServiceName) {
        let Some(_turn) = self.turn() else { return };
        let view = present::service(self.service_model(name));
        self.context.board.show_service(view);
    }

    /// Shows every location and deployments/local where it stands on an environment.
    pub(crate) fn show_environment(&self, environment: &Path) {
        let reading = self.reading();
        let of = |one: &&Project| one.environment.path == environment;
        for project in reading.projects.iter().filter(of) {
            self.show_location(&project.id);
        }
        self.show_own();
    }

    /// Shows nothing from now on: the workspace is closed.
    pub(crate) fn show_no_more(&self) {
        *self.lock_showing() = false;
    }

    /// Takes note of what the unit of a new location is at. It is shown with the rest of what was read.
    pub(crate) fn meet_location(&self, id: &str, unit: Shown) {
        let mut seen = self.seen();
        seen.locations.entry(id.to_owned()).or_default().unit = Some(unit);
    }

    /// Takes note of what a location's unit is at, and shows it.
    pub(crate) fn saw_location(&self, id: &str, unit: &Shown) {
        let former = {
            let mut seen = self.seen();
            let of = seen.locations.entry(id.to_owned()).or_default();
            of.unit.replace(unit.clone())
        };
        self.leave_instance();
        if former.as_ref().map(loading) != Some(loading(unit)) {
            self.context.changes.add_parts([Reads::Load]);
        }
        self.show_location(id);
    }

    /// Takes note of what the webserver's or the daemon's unit is at, and shows it.
    pub(crate) fn saw_service(&self, name: ServiceName, unit: &Shown) {
        let former = {
            let mut seen = self.seen();
            std::mem::replace(seen.service(name), unit.clone())
        };
        self.leave_instance();
        if is_up(&former) != is_up(unit) {
            let parts = [Reads::Processes, Reads::Instance];
            self.context.changes.add_parts(parts);
        }
        self.show_service(name);
    }

    /// Where nothing runs any more, the instance is the one that the files name by now.
    fn leave_instance(&self) {
        let left = self.seen().leave_instance();
        if left.is_some_and(|left| left.path != self.instance().path) {
            self.context.changes.add_parts([Reads::Instance]);
            self.show_own();
        }
    }

    /// Takes note of why another's daemon keeps ours from running, or that none does, and shows it; answers what was known
    /// before.
    pub(crate) fn saw_daemon_elsewhere(&self, why: Option<ApiError>) -> Option<ApiError> {
        let former = std::mem::replace(&mut self.seen().daemon_elsewhere, why);
        self.show_service(ServiceName::Daemon);
        former
    }

    /// Whether nothing of the daemon lives and nothing is about to.
    pub(crate) fn is_daemon_at_rest(&self) -> bool {
        self.seen().daemon.at_rest
    }

    /// Takes note of how many runs an overtaken server of a location still has, and shows it.
    pub(crate) fn saw_runs(&self, id: &str, runs: usize) {
        {
            let mut seen = self.seen();
            let of = seen.locations.entry(id.to_owned()).or_default();
            of.runs = u32::try_from(runs).unwrap_or(u32::MAX);
        }
        self.show_location(id);
    }

    /// Takes note that a launch is under way since then, or that none is, and shows it.
    pub(crate) fn saw_launch(&self, since: Option<f64>) {
        self.seen().launched = since;
        self.show_own();
    }

    /// Takes note of what is watched, and shows it.
    pub(crate) fn saw_watching(&self, watching: WatchView) {
        self.seen().watching = watching;
        self.context.changes.add_parts([Reads::Files]);
        self.show_own();
    }

    /// What is watched for changes.
    pub(crate) fn watching(&self) -> WatchView {
        self.seen().watching.clone()
    }

    /// Forgets a location that is no more.
    pub(crate) fn forget_location(&self, id: &str) {
        self.seen().locations.remove(id);
        self.forget_attempts(id);
    }

    /// An environment with what uv found of it, as long as its files tell nothing new since.
    pub(crate) fn environment_model<'a>(&self, read: &'a Environment) -> EnvironmentModel<'a> {
        EnvironmentModel {
            found: self.standing_answer(read),
            syncing: self.sync_of(&read.path),
            read,
        }
    }

    /// One location as it is shown, of what was read, what its unit shows and what is remembered.
    fn location_views(&self, reading: &Reading) -> Vec<LocationView> {
        let projects = reading.projects.iter().enumerate();
        projects
            .map(|(at, project)| self.location_view(at, project))
            .collect()
    }

    fn location_view(&self, place: usize, project: &Project) -> LocationView {
        let seen = {
            let seen = self.seen();
            seen.locations.get(&project.id).cloned().unwrap_or_default()
        };
        present::location(LocationModel {
            place,
            project,
            environment: self.environment_model(&project.environment),
            unit: seen.unit,
            runs: seen.runs,
            known: self.definitions_of(&project.id),
            auto_reload: self.auto_reload(&project.id),
            command: code_server::sample(self, project),
            sync: sync::command_of(self, &project.folder, &project.environment),
            log: code_server::log_of(&project.id),
        })
    }

    /// What the webserver's or the daemon's view is made of; without a command it says why there is none.
    fn service_model(&self, name: ServiceName) -> ServiceModel {
        let (unit, elsewhere) = {
            let mut seen = self.seen();
            let elsewhere = seen.daemon_elsewhere.clone();
            (seen.service(name).clone(), elsewhere)
        };
        let answers = name == ServiceName::Webserver && unit.serving.is_some();
        ServiceModel {
            name,
            url: self.url().filter(|_| answers),
            unit,
            command: service::command_of(self, name).map_err(|error| ApiError::from(error).message),
            kept: elsewhere.filter(|_| name == ServiceName::Daemon),
            log: service::log_of(name),
        }
    }

    /// The workspace as it is shown. `locations` is empty where only its own parts are to be shown.
    fn view(&self, reading: &Reading, locations: Vec<LocationView>) -> WorkspaceView {
        let (launched, watching, trust_plan) = {
            let seen = self.seen();
            let plan = seen.trust_plan.clone();
            (seen.launched, seen.watching.clone(), plan)
        };
        let is_settled = |id: &str| {
            let seen = self.seen();
            let unit = seen.locations.get(id).and_then(|one| one.unit.as_ref());
            unit.is_some_and(|unit| present::has_settled(&unit.readiness))
        };
        let runs = self.runs_from();
        let own = reading.deployment.as_ref();
        let deployment = runs.as_ref().map(|runs| DeploymentModel {
            path: &runs.path,
            origin: runs.origin,
            interpreter: runs.interpreter.as_deref(),
            to_be_made: runs.to_make.is_some(),
            environment: runs
                .environment
                .as_ref()
                .map(|read| self.environment_model(read)),
            sync: own.and_then(|own| sync::command_of(self, &own.folder, &own.environment)),
        });
        let model = WorkspaceModel {
            root: &self.root,
            reading,
            trusted: self.is_trusted(),
            trust_plan,
            deployment,
            instance: &self.instance(),
            watching,
            launch: LaunchModel {
                since: launched,
                took: self.launch_took(),
                at: self.launched_at(),
                reading,
                is_settled: &is_settled,
            },
        };
        let services = [ServiceName::Webserver, ServiceName::Daemon];
        let services = services.map(|name| self.service_model(name));
        present::workspace(model, services, locations)
    }

    /// The right to show; none once the workspace is closed.
    fn turn(&self) -> Option<MutexGuard<'_, bool>> {
        Some(self.lock_showing()).filter(|may| **may)
    }
}

/// When a process crashed, and when it is tried again, in ms since the epoch.
type Crash = (f64, Option<f64>);

/// When code came to an end of loading, and when its process crashed: what checks of loading depend on.
fn loading(unit: &Shown) -> (Option<f64>, Option<f64>, Option<Crash>) {
    let (ready, failed) = match &unit.readiness {
        Readiness::Unknown | Readiness::Loading => (None, None),
        Readiness::Ready { at, .. } => (Some(*at), None),
        Readiness::LoadError { error, .. } => (None, Some(error.at)),
    };
    (ready, failed, crash(unit))
}

/// Whether a process is up, or when it crashed.
fn is_up(unit: &Shown) -> (bool, Option<Crash>) {
    (
        matches!(unit.lifecycle, Lifecycle::Running { .. }),
        crash(unit),
    )
}

fn crash(unit: &Shown) -> Option<Crash> {
    match unit.lifecycle {
        Lifecycle::Crashed { at, retry_at, .. } => Some((at, retry_at)),
        _ => None,
    }
}
