//! One open workspace: what was read of it, the units that run it, and the watch that keeps both true.
//!
//! Owns the order of things: read, show, and (once trusted) check, launch, reload. Refuses to decide what a file or an
//! error means: `workspace` and `dagster` do.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::context::Context;
use crate::logs::Logs;
use crate::open::{Site, check, watch};
use crate::operations::{command_view, sync};
use crate::run::{location, measure, service};
use crate::state::LocationMemory;
use api::{ApiError, CommandView, ErrorCode, ServiceName, StoppedBy};
use unit::{Ask, Unit};

/// The session of the open workspace. Dropping it ends its tasks; [`Session::close`] ends its processes first.
pub(crate) struct Session {
    pub(crate) site: Arc<Site>,
    pub(crate) logs: Logs,
    pub(crate) locations: Mutex<BTreeMap<String, Unit>>,
    pub(crate) webserver: Unit,
    pub(crate) daemon: Unit,
    pub(crate) launching: Mutex<Option<CancellationToken>>,
    pub(crate) syncs: sync::Syncs,
    pub(crate) ended: CancellationToken,
    /// What asks uv about environments.
    pub(crate) asking: check::Asking,
    /// Held by who reads the folder and shows it.
    pub(crate) refreshing: tokio::sync::Mutex<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

impl Session {
    /// Reads a folder and shows it. Runs nothing in it unless it is trusted, and then only `uv sync --check`.
    pub(crate) async fn open(context: Arc<Context>, path: &Path) -> Result<Arc<Self>, ApiError> {
        let (site, store) = Site::open(context, path).await?;
        let site = Arc::new(site);
        let session = Arc::new(Self {
            logs: Logs::new(store, Arc::clone(&site.context.board)),
            webserver: service_unit(&site, ServiceName::Webserver),
            daemon: service_unit(&site, ServiceName::Daemon),
            locations: Mutex::default(),
            launching: Mutex::default(),
            syncs: sync::Syncs::new(),
            ended: CancellationToken::new(),
            asking: check::Asking::default(),
            refreshing: tokio::sync::Mutex::default(),
            site,
        });
        session.match_units().await;
        session.site.show_all();
        session.site.context.changes.tell_all();
        watch::start(&session);
        measure::start(&session);
        session.check_environments(false);
        Ok(session)
    }

    /// Stops everything and waits until nothing is left.
    pub(crate) async fn close(&self, by: StoppedBy) {
        self.syncs.end().await;
        // First, or a launch under way would start again what is being stopped.
        self.ended.cancel();
        self.stop_all(by).await;
        // Who is showing the folder has shown it, and who comes after sees the end.
        drop(self.refreshing.lock().await);
        // It may have started what was wanted while the rest was being stopped.
        self.stop_all(by).await;
        self.site.give_up_instance().await;
        self.asking.over().await;
        self.site.show_no_more();
    }

    /// Stops everything that runs, all at once, and waits until nothing is left.
    pub(crate) async fn stop_all(&self, by: StoppedBy) {
        self.cancel_launch();
        self.syncs.stopped();
        let units = self.units();
        futures::future::join_all(units.iter().map(|unit| unit.stop_and_wait(by))).await;
    }

    /// How many process trees live.
    pub(crate) fn running_processes(&self) -> usize {
        self.units()
            .iter()
            .map(|unit| unit.shown().trees.len())
            .sum()
    }

    /// How many locations have a process.
    pub(crate) fn running_locations(&self) -> usize {
        let units = self.location_units().into_values();
        let up = units.filter(|unit| unit.shown().process.is_some());
        up.count()
    }

    /// What a sync of a project's environment runs, or of the one of deployments/local.
    pub(crate) fn sync_line(&self, project: Option<&str>) -> Option<CommandView> {
        let site = &self.site;
        let reading = site.reading();
        let line = match project {
            Some(id) => {
                let project = reading.project(id)?;
                site.sync_command(&project.folder, &project.environment)?
            }
            None => {
                let own = reading.deployment.as_ref()?;
                site.sync_command(&own.folder, &own.environment)?
            }
        };
        Some(command_view(&line))
    }

    /// The pids of everything that runs.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let units = self.units().into_iter();
        units.flat_map(|unit| unit.shown().trees).collect()
    }

    /// The unit of a location.
    pub(crate) fn location(&self, id: &str) -> Result<Unit, ApiError> {
        self.location_units().get(id).cloned().ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                format!("There is no location \"{id}\" in this workspace."),
            )
        })
    }

    pub(crate) fn location_units(&self) -> BTreeMap<String, Unit> {
        self.locations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The webserver's or the daemon's unit.
    pub(crate) fn service(&self, name: ServiceName) -> &Unit {
        match name {
            ServiceName::Webserver => &self.webserver,
            ServiceName::Daemon => &self.daemon,
        }
    }

    /// Asks a unit for a process, unless everything is being ended for good.
    pub(crate) async fn tell(&self, unit: &Unit, ask: Ask) {
        if self.ended.is_cancelled() {
            return;
        }
        unit.ask(ask).await;
        // The end may have come between that look and the asking, and have asked for its stop too early.
        if self.ended.is_cancelled() {
            let (force, by) = (false, StoppedBy::Closing);
            unit.ask(Ask::Stop { force, by }).await;
        }
    }

    /// Whether it was closed: nothing of it belongs on the screen any more.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_cancelled()
    }

    /// Ends with the session.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Every unit.
    pub(crate) fn units(&self) -> Vec<Unit> {
        let locations = self.location_units().into_values();
        locations
            .chain([self.webserver.clone(), self.daemon.clone()])
            .collect()
    }

    /// Starts one location, and what must exist for it.
    pub(crate) async fn start_location(&self, id: &str) -> Result<(), ApiError> {
        let unit = self.location(id)?;
        self.site.require_trust()?;
        self.site.startable(id)?;
        self.site.want(id);
        self.tell(&unit, Ask::Start).await;
        self.tell_webserver_of_workspace().await;
        Ok(())
    }

    /// Stops one location; `force` ends its whole tree at once.
    pub(crate) async fn stop_location(&self, id: &str, force: bool) -> Result<(), ApiError> {
        let unit = self.location(id)?;
        self.site.want_no_more(id);
        unit.ask(Ask::Stop {
            force,
            by: StoppedBy::Person,
        })
        .await;
        Ok(())
    }

    /// Stops and starts one location.
    pub(crate) async fn restart_location(&self, id: &str) -> Result<(), ApiError> {
        let unit = self.location(id)?;
        self.site.require_trust()?;
        self.site.startable(id)?;
        self.site.want(id);
        self.tell(&unit, Ask::Restart).await;
        Ok(())
    }

    /// Loads a location's code again beside the serving one. `cause` goes on the record.
    pub(crate) async fn reload_location(
        &self,
        id: &str,
        cause: Option<String>,
    ) -> Result<(), ApiError> {
        let unit = self.location(id)?;
        self.site.require_trust()?;
        self.site.startable(id)?;
        self.tell(&unit, Ask::Reload { cause }).await;
        Ok(())
    }

    /// Starts the webserver or the daemon.
    ///
    /// # Errors
    /// When there is nothing to run it from, and for the daemon when another's runs for the instance.
    pub(crate) async fn start_service(&self, name: ServiceName) -> Result<(), ApiError> {
        // The address that the person knows is kept, while it is free.
        let port = self
            .site
            .port()
            .filter(|port| process::ports::is_free(*port));
        self.prepare_services(port, false).await?;
        if name == ServiceName::Daemon {
            self.site.claim_instance().await?;
        }
        self.tell(self.service(name), Ask::Start).await;
        Ok(())
    }

    /// Stops and starts the webserver or the daemon.
    pub(crate) async fn restart_service(&self, name: ServiceName) -> Result<(), ApiError> {
        self.prepare_services(None, false).await?;
        if name == ServiceName::Daemon {
            self.site.claim_instance().await?;
        }
        self.tell(self.service(name), Ask::Restart).await;
        Ok(())
    }

    /// Stops the webserver or the daemon.
    pub(crate) async fn stop_service(&self, name: ServiceName) {
        self.syncs.stopped();
        self.service(name)
            .ask(Ask::Stop {
                force: false,
                by: StoppedBy::Person,
            })
            .await;
    }

    /// Adds and removes units so that they are the locations that were read.
    pub(crate) async fn match_units(&self) {
        let reading = self.site.reading();
        let mut gone = Vec::new();
        {
            let mut locations = self
                .locations
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let known: Vec<String> = locations.keys().cloned().collect();
            for id in known.iter().filter(|id| reading.project(id).is_none()) {
                gone.extend(locations.remove_entry(id));
            }
            for project in reading.projects.iter().filter(|project| project.managed()) {
                locations
                    .entry(project.id.clone())
                    .or_insert_with(|| self.new_location(&project.id));
            }
        }
        for (id, unit) in gone {
            unit.stop_and_wait(StoppedBy::Person).await;
            self.site.forget_location(&id);
        }
    }

    fn new_location(&self, id: &str) -> Unit {
        let remembered = |memory: &LocationMemory| (memory.stopped, memory.usual);
        let (stopped, usual) = self.site.memory_of(id, remembered);
        let recipe = location::CodeServer::new(Arc::clone(&self.site), id.to_owned());
        let unit = Unit::new(recipe, stopped, usual);
        self.site.meet_location(id, unit.shown());
        unit
    }
}

fn service_unit(site: &Arc<Site>, name: ServiceName) -> Unit {
    Unit::new(
        service::ServiceRecipe::new(Arc::clone(site), name),
        None,
        None,
    )
}
