//! The board: the one live snapshot, and the numbered events that change it.
//!
//! Every change goes through here and by [`api::apply`], so a host that applies each event in order holds the same
//! snapshot. Nothing is published that did not differ.

use api::{
    Creation, Envelope, Event, HealthView, LocationView, Machine, Operation, RecentWorkspace,
    ServiceName, ServiceView, Settings, Snapshot, WorkspaceView,
};
use parking_lot::Mutex;
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
        self.snapshot.lock().clone()
    }

    /// Reads something of the snapshot without copying the whole.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Snapshot) -> T) -> T {
        look(&self.snapshot.lock())
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
    pub(crate) fn announce(&self, event: Event) {
        self.publish(&mut self.snapshot.lock(), event);
    }

    /// Shows that no workspace is open; says nothing where none was.
    pub(crate) fn show_no_workspace(&self) {
        let mut snapshot = self.snapshot.lock();
        if snapshot.workspace.is_some() {
            let workspace = None;
            self.publish(&mut snapshot, Event::WorkspaceRead { workspace });
        }
    }

    /// Shows a workspace: as a whole where its locations are others than before, else what of it differs.
    pub(crate) fn show_workspace(&self, mut view: WorkspaceView) {
        let mut snapshot = self.snapshot.lock();
        let known = snapshot.workspace.as_ref();
        let same = known.is_some_and(|known| {
            let ids = |view: &WorkspaceView| -> Vec<String> {
                view.locations.iter().map(|one| one.id.clone()).collect()
            };
            known.root == view.root && ids(known) == ids(&view)
        });
        if !same {
            let workspace = Some(Box::new(view));
            self.publish(&mut snapshot, Event::WorkspaceRead { workspace });
            return;
        }
        for location in std::mem::take(&mut view.locations) {
            self.put_location(&mut snapshot, location);
        }
        self.put_service(&mut snapshot, view.webserver.clone());
        self.put_service(&mut snapshot, view.daemon.clone());
        self.put_own(&mut snapshot, view);
    }

    /// Shows what of the workspace is neither a location nor the webserver nor the daemon, if it differs.
    pub(crate) fn show_own(&self, view: WorkspaceView) {
        self.put_own(&mut self.snapshot.lock(), view);
    }

    /// Shows a location that is on the board, if it differs.
    pub(crate) fn show_location(&self, view: LocationView) {
        self.put_location(&mut self.snapshot.lock(), view);
    }

    /// Shows the webserver or the daemon, if it differs.
    pub(crate) fn show_service(&self, view: ServiceView) {
        self.put_service(&mut self.snapshot.lock(), view);
    }

    /// Publishes what differs of the workspace's own parts.
    fn put_own(&self, snapshot: &mut Snapshot, view: WorkspaceView) {
        let Some(known) = snapshot.workspace.as_mut() else {
            return;
        };
        let mut view = WorkspaceView {
            webserver: known.webserver.clone(),
            daemon: known.daemon.clone(),
            ..view
        };
        view.locations = Vec::new();
        let locations = std::mem::take(&mut known.locations);
        let differs = view != *known;
        known.locations = locations;
        if differs {
            let workspace = Box::new(view);
            self.publish(snapshot, Event::WorkspaceChanged { workspace });
        }
    }

    /// Publishes a location, if it differs from what is shown.
    fn put_location(&self, snapshot: &mut Snapshot, view: LocationView) {
        let known = snapshot
            .workspace
            .as_ref()
            .and_then(|workspace| workspace.locations.iter().find(|one| one.id == view.id));
        if known.is_some_and(|known| *known != view) {
            let location = Box::new(view);
            self.publish(snapshot, Event::LocationChanged { location });
        }
    }

    /// Publishes a service, if it differs from what is shown.
    fn put_service(&self, snapshot: &mut Snapshot, view: ServiceView) {
        let known = snapshot.workspace.as_ref().map(|one| match view.name {
            ServiceName::Webserver => &one.webserver,
            ServiceName::Daemon => &one.daemon,
        });
        if known.is_some_and(|known| *known != view) {
            let service = Box::new(view);
            self.publish(snapshot, Event::ServiceChanged { service });
        }
    }

    /// Adds or replaces an operation.
    pub(crate) fn put_operation(&self, operation: Operation) {
        let operation = Box::new(operation);
        self.publish(
            &mut self.snapshot.lock(),
            Event::OperationChanged { operation },
        );
    }

    /// Changes what the checks answered.
    pub(crate) fn change_health(&self, change: impl FnOnce(&mut HealthView)) {
        let mut snapshot = self.snapshot.lock();
        let mut health = snapshot.health.clone();
        change(&mut health);
        if snapshot.health != health {
            let health = Box::new(health);
            self.publish(&mut snapshot, Event::HealthChanged { health });
        }
    }

    /// Shows what is being made, or puts it away.
    pub(crate) fn set_creation(&self, creation: Option<Creation>) {
        let mut snapshot = self.snapshot.lock();
        if snapshot.creation != creation {
            let creation = creation.map(Box::new);
            self.publish(&mut snapshot, Event::CreationChanged { creation });
        }
    }

    /// Replaces what is known of this machine.
    pub(crate) fn set_machine(&self, machine: Machine) {
        self.publish(&mut self.snapshot.lock(), Event::MachineChecked { machine });
    }

    /// Replaces the list of recent workspaces.
    pub(crate) fn set_recent(&self, recent: Vec<RecentWorkspace>) {
        let mut snapshot = self.snapshot.lock();
        if snapshot.recent != recent {
            self.publish(&mut snapshot, Event::RecentChanged { recent });
        }
    }

    /// Replaces the settings.
    pub(crate) fn set_settings(&self, settings: Settings) {
        let mut snapshot = self.snapshot.lock();
        if snapshot.settings != settings {
            self.publish(&mut snapshot, Event::SettingsChanged { settings });
        }
    }

    /// Adds a fault of Dagdeck's own state, once.
    pub(crate) fn add_notice(&self, notice: String) {
        let mut snapshot = self.snapshot.lock();
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
}
