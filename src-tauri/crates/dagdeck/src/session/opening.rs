//! Opens a workspace: makes its session, gives each location that was read its unit, and sets off what keeps both true.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::Session;
use crate::context::Context;
use crate::logs::Logs;
use crate::open::{Asking, Site, watch};
use crate::operations::Syncs;
use crate::run::{location, measure, service};
use crate::state::LocationMemory;
use api::{ApiError, ServiceName, StoppedBy};
use unit::Unit;

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
            syncs: Syncs::new(),
            ended: CancellationToken::new(),
            asking: Asking::default(),
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

    /// Adds and removes units so that they are the locations that were read.
    pub(crate) async fn match_units(&self) {
        let reading = self.site.reading();
        let mut gone = Vec::new();
        {
            let mut locations = self.locations.lock();
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
