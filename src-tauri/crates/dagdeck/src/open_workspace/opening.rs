//! Opens a workspace: makes its session, gives each location that was read its unit, and sets off what keeps both true.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::asking::Asking;
use super::syncs::Syncs;
use super::{OpenWorkspace, measure, watch};
use crate::context::AppContext;
use crate::logs::Logs;
use crate::open::{FactsError, WorkspaceFacts};
use crate::run::{OurInstance, location, service};
use crate::state::LocationMemory;
use api::{ServiceName, StoppedBy};
use unit::Unit;

impl OpenWorkspace {
    /// Reads a folder, shows it and keeps what is shown true. Runs nothing in it unless it is trusted, and then only
    /// `uv sync --check`.
    pub(crate) async fn open(
        context: Arc<AppContext>,
        path: &Path,
    ) -> Result<Arc<Self>, FactsError> {
        let session = Self::read(context, path).await?;
        session.facts.context.changes.add_all();
        watch::start(&session);
        measure::start(&session);
        session.check_environments(false);
        Ok(session)
    }

    /// Reads a folder and shows it, and no more: nothing is run, nothing watched.
    pub(crate) async fn read(
        context: Arc<AppContext>,
        path: &Path,
    ) -> Result<Arc<Self>, FactsError> {
        let (facts, store) = WorkspaceFacts::open(context, path).await?;
        let facts = Arc::new(facts);
        let instance = Arc::new(OurInstance::new(Arc::clone(&facts)));
        let session = Arc::new(Self {
            logs: Logs::new(store, Arc::clone(&facts.context.board)),
            webserver: service_unit(&facts, &instance, ServiceName::Webserver),
            daemon: service_unit(&facts, &instance, ServiceName::Daemon),
            locations: Mutex::default(),
            launching: Mutex::default(),
            syncs: Syncs::new(),
            ended: CancellationToken::new(),
            asking: Asking::default(),
            refreshing: tokio::sync::Mutex::default(),
            rushes: Mutex::default(),
            instance,
            facts,
        });
        session.match_units().await;
        session.facts.show_all();
        Ok(session)
    }

    /// Adds and removes units so that they are the locations that were read.
    pub(crate) async fn match_units(&self) {
        let reading = self.facts.reading();
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
            self.facts.forget_location(&id);
        }
    }

    fn new_location(&self, id: &str) -> Unit {
        let remembered = |memory: &LocationMemory| (memory.stopped, memory.usual);
        let (stopped, usual) = self.facts.memory_of(id, remembered);
        let recipe = location::CodeServer::new(
            Arc::clone(&self.facts),
            Arc::clone(&self.instance),
            id.to_owned(),
        );
        let unit = Unit::new(recipe, stopped, usual);
        self.facts.meet_location(id, unit.shown());
        unit
    }
}

fn service_unit(
    facts: &Arc<WorkspaceFacts>,
    instance: &Arc<OurInstance>,
    name: ServiceName,
) -> Unit {
    let recipe = service::ServiceRecipe::new(Arc::clone(facts), Arc::clone(instance), name);
    Unit::new(recipe, None, None)
}
