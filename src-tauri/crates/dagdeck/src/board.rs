//! The board: the one live snapshot, and the numbered events that change it.
//!
//! Every change goes through here, so a host that applies each event in order holds the same snapshot.
//! Nothing is published that did not differ.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::wire::{
    Creation, Envelope, Event, HealthView, LocationView, Machine, Operation, RecentWorkspace,
    ServiceName, ServiceView, Settings, Snapshot, WorkspaceView,
};

/// How many events a slow subscriber may be behind before it has to fetch the snapshot again.
const BACKLOG: usize = 4096;
/// How many operations the snapshot holds.
const OPERATIONS: usize = 200;

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
        let mut snapshot = self.lock();
        self.send(&mut snapshot, event);
    }

    /// Replaces the workspace as a whole.
    pub(crate) fn set_workspace(&self, workspace: Option<WorkspaceView>) {
        let mut snapshot = self.lock();
        snapshot.workspace.clone_from(&workspace);
        let workspace = workspace.map(Box::new);
        self.send(&mut snapshot, Event::WorkspaceRead { workspace });
    }

    /// Changes the workspace's own parts. Locations and services have their own ways.
    pub(crate) fn change_workspace(&self, change: impl FnOnce(&mut WorkspaceView)) {
        let mut snapshot = self.lock();
        let Some(workspace) = snapshot.workspace.as_mut() else {
            return;
        };
        let locations = std::mem::take(&mut workspace.locations);
        let before = workspace.clone();
        change(workspace);
        let after = (*workspace != before).then(|| workspace.clone());
        workspace.locations = locations;
        if let Some(after) = after {
            let workspace = Box::new(after);
            self.send(&mut snapshot, Event::WorkspaceChanged { workspace });
        }
    }

    /// Changes one location, if it is there.
    pub(crate) fn change_location(&self, id: &str, change: impl FnOnce(&mut LocationView)) {
        let mut snapshot = self.lock();
        let found = snapshot
            .workspace
            .as_mut()
            .and_then(|workspace| workspace.locations.iter_mut().find(|one| one.id == id));
        let Some(location) = found else { return };
        let before = location.clone();
        change(location);
        if *location != before {
            let location = Box::new(location.clone());
            self.send(&mut snapshot, Event::LocationChanged { location });
        }
    }

    /// Changes the webserver or the daemon.
    pub(crate) fn change_service(&self, name: ServiceName, change: impl FnOnce(&mut ServiceView)) {
        let mut snapshot = self.lock();
        let Some(workspace) = snapshot.workspace.as_mut() else {
            return;
        };
        let service = match name {
            ServiceName::Webserver => &mut workspace.webserver,
            ServiceName::Daemon => &mut workspace.daemon,
        };
        let before = service.clone();
        change(service);
        if *service != before {
            let service = Box::new(service.clone());
            self.send(&mut snapshot, Event::ServiceChanged { service });
        }
    }

    /// Adds or replaces an operation.
    pub(crate) fn put_operation(&self, operation: Operation) {
        let mut snapshot = self.lock();
        match snapshot
            .operations
            .iter_mut()
            .find(|one| one.id == operation.id)
        {
            Some(known) => known.clone_from(&operation),
            None => snapshot.operations.insert(0, operation.clone()),
        }
        snapshot.operations.truncate(OPERATIONS);
        let operation = Box::new(operation);
        self.send(&mut snapshot, Event::OperationChanged { operation });
    }

    /// Changes what the checks answered.
    pub(crate) fn change_health(&self, change: impl FnOnce(&mut HealthView)) {
        let mut snapshot = self.lock();
        let mut health = snapshot.health.clone();
        change(&mut health);
        if snapshot.health != health {
            snapshot.health.clone_from(&health);
            let health = Box::new(health);
            self.send(&mut snapshot, Event::HealthChanged { health });
        }
    }

    /// Shows what is being made, or puts it away.
    pub(crate) fn set_creation(&self, creation: Option<Creation>) {
        let mut snapshot = self.lock();
        if snapshot.creation != creation {
            snapshot.creation.clone_from(&creation);
            let creation = creation.map(Box::new);
            self.send(&mut snapshot, Event::CreationChanged { creation });
        }
    }

    /// Replaces what is known of this machine.
    pub(crate) fn set_machine(&self, machine: Machine) {
        let mut snapshot = self.lock();
        snapshot.machine = machine.clone();
        self.send(&mut snapshot, Event::MachineChecked { machine });
    }

    /// Replaces the list of recent workspaces.
    pub(crate) fn set_recent(&self, recent: Vec<RecentWorkspace>) {
        let mut snapshot = self.lock();
        if snapshot.recent != recent {
            snapshot.recent.clone_from(&recent);
            self.send(&mut snapshot, Event::RecentChanged { recent });
        }
    }

    /// Replaces the settings.
    pub(crate) fn set_settings(&self, settings: Settings) {
        let mut snapshot = self.lock();
        if snapshot.settings != settings {
            snapshot.settings = settings.clone();
            self.send(&mut snapshot, Event::SettingsChanged { settings });
        }
    }

    /// Adds a fault of Dagdeck's own state. Hosts see it with the next snapshot they fetch.
    pub(crate) fn add_notice(&self, notice: String) {
        let mut snapshot = self.lock();
        if !snapshot.notices.contains(&notice) {
            snapshot.notices.push(notice);
        }
    }

    fn send(&self, snapshot: &mut Snapshot, event: Event) {
        snapshot.revision = snapshot.revision.wrapping_add(1);
        let revision = snapshot.revision;
        // An error means that nobody listens, which is fine.
        let _ = self.events.send(Envelope { revision, event });
    }

    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        // A panic while the lock was held leaves a snapshot that is whole, if perhaps one step old.
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
