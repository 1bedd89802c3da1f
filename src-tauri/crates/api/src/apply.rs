//! What an event does to a snapshot: the one meaning of events, which the window's `apply.ts` is held to as well.
//!
//! Owns the replay and its numbering. The core publishes by it, so that who applies each event in order holds the same
//! snapshot as the core. Measurements and the growth of logs are no part of a snapshot and pass through.

use crate::{Envelope, Event, Operation, ServiceName, Snapshot, WorkspaceView};

/// How many operations a snapshot holds, the newest.
pub const OPERATIONS_KEPT: usize = 200;

/// Where an envelope stands in the numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The one after what the snapshot has: it can be applied.
    Next,
    /// One that the snapshot has already.
    Old,
    /// At least one before it is missing: the snapshot has to be fetched anew.
    Gap,
}

/// Tells whether an envelope is the next one after a snapshot.
pub fn step(snapshot: &Snapshot, envelope: &Envelope) -> Step {
    if envelope.revision <= snapshot.revision {
        Step::Old
    } else if envelope.revision == snapshot.revision + 1 {
        Step::Next
    } else {
        Step::Gap
    }
}

/// Makes the snapshot what it is after an event.
pub fn apply(snapshot: &mut Snapshot, envelope: Envelope) {
    snapshot.revision = envelope.revision;
    change(snapshot, envelope.event);
}

/// What an event means for a snapshot. One about a workspace that is open no more means nothing.
fn change(snapshot: &mut Snapshot, event: Event) {
    match event {
        Event::WorkspaceRead { workspace } => {
            snapshot.workspace = workspace.map(|workspace| *workspace);
        }
        Event::WorkspaceChanged { workspace } => within(snapshot, |old| {
            let locations = std::mem::take(&mut old.locations);
            *old = WorkspaceView {
                locations,
                ..*workspace
            };
        }),
        Event::LocationChanged { location } => within(snapshot, |old| {
            let mut known = old.locations.iter_mut();
            match known.find(|one| one.id == location.id) {
                Some(known) => *known = *location,
                None => old.locations.push(*location),
            }
        }),
        Event::ServiceChanged { service } => within(snapshot, |old| match service.name {
            ServiceName::Webserver => old.webserver = *service,
            ServiceName::Daemon => old.daemon = *service,
        }),
        Event::OperationChanged { operation } => put(&mut snapshot.operations, *operation),
        Event::HealthChanged { health } => snapshot.health = *health,
        Event::CreationChanged { creation } => {
            snapshot.creation = creation.map(|creation| *creation);
        }
        Event::MachineChecked { machine } => snapshot.machine = machine,
        Event::RecentChanged { recent } => snapshot.recent = recent,
        Event::SettingsChanged { settings } => snapshot.settings = settings,
        Event::NoticesChanged { notices } => snapshot.notices = notices,
        Event::MetricsMeasured { .. } | Event::ErrorsCounted { .. } | Event::LogGrew { .. } => {}
    }
}

/// Changes the open workspace, where one is open.
fn within(snapshot: &mut Snapshot, edit: impl FnOnce(&mut WorkspaceView)) {
    if let Some(workspace) = &mut snapshot.workspace {
        edit(workspace);
    }
}

/// Replaces an operation in its place; a new one goes by its number, newest first.
fn put(operations: &mut Vec<Operation>, operation: Operation) {
    if let Some(known) = operations.iter_mut().find(|one| one.id == operation.id) {
        *known = operation;
        return;
    }
    let at = operations.partition_point(|one| one.id > operation.id);
    operations.insert(at, operation);
    operations.truncate(OPERATIONS_KEPT);
}
