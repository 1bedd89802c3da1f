//! One open workspace, alive: its model kept true to the disk and to uv, its units told to start and stop, and how all of it
//! ends.
//!
//! Refuses to know how a thing runs (`run` does) and to change anything of the person's (`operations` does).

mod asking;
mod check;
mod control;
mod files;
mod launch;
mod measure;
mod opening;
mod refresh;
mod settle;
mod syncs;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use self::asking::Asking;
pub(crate) use self::files::FilesError;
pub(crate) use self::syncs::{SYNCS, Syncs};
use self::watch::Rush;
use crate::logs::Logs;
use crate::open::{FactsError, WorkspaceFacts};
use crate::run::OurInstance;
use api::{ServiceName, StoppedBy};
use unit::{Ask, Unit};

/// A workspace that is open. Dropping it ends its tasks; [`OpenWorkspace::close`] ends its processes first.
pub(crate) struct OpenWorkspace {
    pub(crate) facts: Arc<WorkspaceFacts>,
    pub(crate) instance: Arc<OurInstance>,
    pub(crate) logs: Logs,
    pub(crate) locations: Mutex<BTreeMap<String, Unit>>,
    pub(crate) webserver: Unit,
    pub(crate) daemon: Unit,
    pub(crate) launching: Mutex<Option<CancellationToken>>,
    pub(crate) syncs: Syncs,
    pub(crate) ended: CancellationToken,
    /// What asks uv about environments.
    pub(crate) asking: Asking,
    /// Held by who reads the folder and shows it: when the last whole reading began.
    pub(crate) refreshing: tokio::sync::Mutex<Option<Instant>>,
    /// The saves that came while code was being loaded, by location.
    pub(crate) rushes: Mutex<BTreeMap<String, Rush>>,
}

impl Drop for OpenWorkspace {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

impl OpenWorkspace {
    /// Stops everything and waits until nothing is left.
    pub(crate) async fn close(&self, by: StoppedBy) {
        self.syncs.end().await;
        // First, or a launch under way would start again what is being stopped.
        self.ended.cancel();
        self.stop_for_good(by).await;
        // Who is showing the folder has shown it, and who comes after sees the end.
        drop(self.refreshing.lock().await);
        // It may have started what was wanted while the rest was being stopped.
        self.stop_for_good(by).await;
        self.instance.give_up().await;
        self.asking.over().await;
        self.facts.show_no_more();
    }

    /// Stops everything that runs, all at once, and waits until nothing is left of it. What somebody starts again meanwhile goes on.
    pub(crate) async fn stop_all(&self, by: StoppedBy) {
        let units = self.units_with_nothing_begun();
        futures::future::join_all(units.iter().map(|unit| unit.stop_what_runs(by))).await;
    }

    /// The same where nothing can be started any more.
    async fn stop_for_good(&self, by: StoppedBy) {
        let units = self.units_with_nothing_begun();
        futures::future::join_all(units.iter().map(|unit| unit.stop_and_wait(by))).await;
    }

    /// All units, once no launch or sync starts any of them any more.
    fn units_with_nothing_begun(&self) -> Vec<Unit> {
        self.cancel_launch();
        self.syncs.stopped();
        self.units()
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

    /// The pids of everything that runs.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let units = self.units().into_iter();
        units.flat_map(|unit| unit.shown().trees).collect()
    }

    /// The unit of a location.
    pub(crate) fn location(&self, id: &str) -> Result<Unit, FactsError> {
        let unit = self.location_units().get(id).cloned();
        unit.ok_or_else(|| FactsError::NoLocation { id: id.to_owned() })
    }

    pub(crate) fn location_units(&self) -> BTreeMap<String, Unit> {
        self.locations.lock().clone()
    }

    /// The webserver's or the daemon's unit.
    pub(crate) fn service(&self, name: ServiceName) -> &Unit {
        match name {
            ServiceName::Webserver => &self.webserver,
            ServiceName::Daemon => &self.daemon,
        }
    }

    /// Asks a unit for a process, unless everything is being ended for good.
    pub(crate) async fn ask_unit(&self, unit: &Unit, ask: Ask) {
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
}
