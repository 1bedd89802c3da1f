//! The board: the one live snapshot, and the numbered events that change it.
//!
//! Every change goes through here and by [`api::apply`], so a host that applies each event in order holds the same
//! snapshot. Nothing is published that did not differ.

use std::sync::{Mutex, MutexGuard, PoisonError};

use api::{
    Creation, Envelope, Event, HealthView, LocationView, Machine, Operation, RecentWorkspace,
    ServiceName, ServiceView, Settings, Snapshot, WorkspaceView,
};
use tokio::sync::broadcast;

/// How many events a slow subscriber may be behind before it has to fetch the snapshot again.
const BACKLOG: usize = 4096;

/// The live snapshot and its subscribers.
#[derive(Debug)]
pub(crate) struct Board {
    snapshot: Mutex<Snapshot>,
    events: broadcast::Sender<Envelope>,
}

impl Board {
    /// A board that starts with `snapshot`.
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot: Mutex::new(snapshot),
            events: broadcast::channel(BACKLOG).0,
        }
    }

    /// The snapshot as it is now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    /// Reads something of the snapshot without copying the whole.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Snapshot) -> T) -> T {
        look(&self.lock())
    }

    /// Events from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Envelope> {
        self.events.subscribe()
    }

    /// Whether anybody listens.
    pub(crate) fn is_watched(&self) -> bool {
        self.events.receiver_count() > 0
    }

    /// Publishes an event that changes nothing in the snapshot (a measurement, a log's growth).
    pub(crate) fn tell(&self, event: Event) {
        self.publish(&mut self.lock(), event);
    }

    /// Replaces the workspace as a whole.
    pub(crate) fn set_workspace(&self, workspace: Option<WorkspaceView>) {
        let workspace = workspace.map(Box::new);
        self.publish(&mut self.lock(), Event::WorkspaceRead { workspace });
    }

    /// Changes the workspace's own parts. Locations and services have their own ways.
    pub(crate) fn change_workspace(&self, change: impl FnOnce(&mut WorkspaceView)) {
        let mut snapshot = self.lock();
        let Some(workspace) = snapshot.workspace.as_mut() else {
            return;
        };
        let locations = std::mem::take(&mut workspace.locations);
        let before = workspace.clone();
        workspace.locations = locations;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            let workspace = Box::new(after);
            self.publish(&mut snapshot, Event::WorkspaceChanged { workspace });
        }
    }

    /// Changes one location, if it is there.
    pub(crate) fn change_location(&self, id: &str, change: impl FnOnce(&mut LocationView)) {
        let mut snapshot = self.lock();
        let known = snapshot
            .workspace
            .as_ref()
            .and_then(|workspace| workspace.locations.iter().find(|one| one.id == id));
        let Some(before) = known else { return };
        let mut after = before.clone();
        change(&mut after);
        if after != *before {
            let location = Box::new(after);
            self.publish(&mut snapshot, Event::LocationChanged { location });
        }
    }

    /// Changes the webserver or the daemon.
    pub(crate) fn change_service(&self, name: ServiceName, change: impl FnOnce(&mut ServiceView)) {
        let mut snapshot = self.lock();
        let Some(workspace) = snapshot.workspace.as_ref() else {
            return;
        };
        let before = match name {
            ServiceName::Webserver => &workspace.webserver,
            ServiceName::Daemon => &workspace.daemon,
        };
        let mut after = before.clone();
        change(&mut after);
        if after != *before {
            let service = Box::new(after);
            self.publish(&mut snapshot, Event::ServiceChanged { service });
        }
    }

    /// Adds or replaces an operation.
    pub(crate) fn put_operation(&self, operation: Operation) {
        let operation = Box::new(operation);
        self.publish(&mut self.lock(), Event::OperationChanged { operation });
    }

    /// Changes what the checks answered.
    pub(crate) fn change_health(&self, change: impl FnOnce(&mut HealthView)) {
        let mut snapshot = self.lock();
        let mut health = snapshot.health.clone();
        change(&mut health);
        if snapshot.health != health {
            let health = Box::new(health);
            self.publish(&mut snapshot, Event::HealthChanged { health });
        }
    }

    /// Shows what is being made, or puts it away.
    pub(crate) fn set_creation(&self, creation: Option<Creation>) {
        let mut snapshot = self.lock();
        if snapshot.creation != creation {
            let creation = creation.map(Box::new);
            self.publish(&mut snapshot, Event::CreationChanged { creation });
        }
    }

    /// Replaces what is known of this machine.
    pub(crate) fn set_machine(&self, machine: Machine) {
        self.publish(&mut self.lock(), Event::MachineChecked { machine });
    }

    /// Replaces the list of recent workspaces.
    pub(crate) fn set_recent(&self, recent: Vec<RecentWorkspace>) {
        let mut snapshot = self.lock();
        if snapshot.recent != recent {
            self.publish(&mut snapshot, Event::RecentChanged { recent });
        }
    }

    /// Replaces the settings.
    pub(crate) fn set_settings(&self, settings: Settings) {
        let mut snapshot = self.lock();
        if snapshot.settings != settings {
            self.publish(&mut snapshot, Event::SettingsChanged { settings });
        }
    }

    /// Adds a fault of Dagdeck's own state, once.
    pub(crate) fn add_notice(&self, notice: String) {
        let mut snapshot = self.lock();
        if !snapshot.notices.contains(&notice) {
            let mut notices = snapshot.notices.clone();
            notices.push(notice);
            self.publish(&mut snapshot, Event::NoticesChanged { notices });
        }
    }

    fn publish(&self, snapshot: &mut Snapshot, event: Event) {
        let envelope = Envelope {
            revision: snapshot.revision.wrapping_add(1),
            event,
        };
        api::apply(snapshot, envelope.clone());
        // An error means that nobody listens, which is fine.
        let _ = self.events.send(envelope);
    }

    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        // A panic while the lock was held leaves a snapshot that is whole, if perhaps one step old.
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
