//! What runs from an environment: it stops for a sync and starts again after.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::target::SyncTarget;
use crate::open::commands::service::log_of;
use crate::open_workspace::OpenWorkspace;
use api::ServiceName;
use unit::Unit;

/// A unit whose process runs from an environment.
pub(super) struct Dependent {
    /// The location's name, "webserver" or "daemon".
    pub(super) name: String,
    pub(super) unit: Unit,
    kind: DependentKind,
}

/// What it is started again as.
#[derive(Debug, Clone, PartialEq, Eq)]
enum DependentKind {
    Location(String),
    Service(ServiceName),
}

impl OpenWorkspace {
    /// Everything whose process runs from an environment.
    pub(super) fn users(&self, environment: &Path) -> Vec<Dependent> {
        let reading = self.facts.reading();
        let mut users: Vec<Dependent> = Vec::new();
        for project in &reading.projects {
            if let Ok(unit) = self.location(&project.id)
                && project.environment.path == environment
            {
                users.push(Dependent {
                    name: project.name.clone(),
                    unit,
                    kind: DependentKind::Location(project.id.clone()),
                });
            }
        }
        let runs_from = self.facts.runs_from();
        let serves = runs_from
            .and_then(|runs| runs.interpreter)
            .is_some_and(|interpreter| interpreter.starts_with(environment));
        if serves {
            for (name, word) in [
                (ServiceName::Webserver, "webserver"),
                (ServiceName::Daemon, "daemon"),
            ] {
                users.push(Dependent {
                    name: word.to_owned(),
                    unit: self.service(name).clone(),
                    kind: DependentKind::Service(name),
                });
            }
        }
        users
    }

    /// Starts what the sync stopped, unless the person stopped it meanwhile; answers its names. Where the environment
    /// doesn't work, locations wait for the next sync that does.
    pub(super) async fn start_again(
        &self,
        target: &SyncTarget,
        stopped: Vec<Dependent>,
        stops: u64,
        works: bool,
    ) -> Vec<String> {
        if self.syncs.ended.is_cancelled() {
            return Vec::new();
        }
        let mut locations: Vec<String> = Vec::new();
        let mut services: Vec<ServiceName> = Vec::new();
        for user in stopped {
            match user.kind {
                DependentKind::Location(id) => locations.push(id),
                DependentKind::Service(name) => services.push(name),
            }
        }
        let mut started = Vec::new();
        if !works {
            for id in &locations {
                self.facts.want_no_more(id);
            }
            self.syncs.paused().extend(locations);
            return started;
        }
        for id in &target.locations {
            let paused = self.syncs.paused().remove(id);
            let stopped = locations.contains(id) && self.facts.is_wanted(id);
            if (paused || stopped) && self.start_location(id).await.is_ok() {
                started.extend(self.facts.project(id).ok().map(|project| project.name));
            }
        }
        if self.syncs.stops.load(Ordering::Relaxed) == stops {
            for name in services {
                if self.start_service(name).await.is_ok() {
                    started.push(log_of(name).to_owned());
                }
            }
        }
        started
    }
}
