//! What Dagdeck remembers between starts.
//!
//! Owns two databases in its own folder, `state.db` for what can't be had again and `cache.db` for what can, and a file for
//! each location's definitions. Several programs may have them open: each change is a transaction on its own columns, written
//! by one thread, and whether a folder is trusted is asked of the disk each time. What can't be read or written is said in a
//! notice and never a crash: Dagdeck then goes on with what is in memory. Refuses to know what the values mean.

mod aside;
mod change;
mod convert;
mod database;
mod definitions;
mod error;
mod faults;
mod history;
mod journal;
mod memory;
mod migrations;
mod opening;
mod rows;
mod sessions;
#[cfg(test)]
mod tests;
mod trust;
mod writer;

use std::hash::Hasher as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::clock;
use api::{Operation, Settings};
use change::{LocationChange, RECENT, StateChange};
use definitions::Definitions;
use faults::Faults;
use memory::Memory;
use trust::HeldTrust;
use writer::{Queue, Write, Writer};

pub(crate) use error::StateError;
pub(crate) use memory::{KnownDefinitions, LocationMemory, RecentEntry};
pub(crate) use opening::Opened;

/// What is remembered between starts.
pub(crate) struct State {
    folder: PathBuf,
    memory: RwLock<Memory>,
    definitions: Definitions,
    /// For what is asked of the disk. None where it can't be read.
    reader: Option<Mutex<Reader>>,
    trust: Arc<HeldTrust>,
    faults: Arc<Faults>,
    queue: Arc<Queue>,
    /// Whether `state.db` is written.
    writes: bool,
    /// None where nothing can be written. What was queued is written when it is dropped.
    writer: Option<Writer>,
}

/// A connection for reading.
struct Reader {
    path: PathBuf,
    connection: Connection,
    /// A newer Dagdeck's file: what it says of trust does not count.
    newer: bool,
    /// What `data_version` was when memory was last read; none where it is to be read again in any case.
    seen: Option<i64>,
}

impl State {
    /// Has faults told from now on: each once, until it works again.
    pub(crate) fn tell_faults_to(&self, tell: impl Fn(String) + Send + Sync + 'static) {
        self.faults.tell_to(Box::new(tell));
    }

    /// Takes over what other programs wrote since. Cheap where they wrote nothing; else a moment, so not for async threads.
    pub(crate) fn catch_up(&self) {
        let (true, Some(reader)) = (self.writes, &self.reader) else {
            return;
        };
        let mut reader = reader.lock();
        let caught_up = reader.catch_up(&self.memory, &self.queue);
        if let Err(error) = caught_up {
            self.faults.unreadable(&reader.path, &error);
        }
    }

    /// The person's settings.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.memory.read().settings)
    }

    /// Changes settings. Those that stay as they are may be changed by another program meanwhile.
    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let mut memory = self.memory.write();
        let mut after = (*memory.settings).clone();
        change(&mut after);
        let changed = memory::changed_settings(&memory.settings, &after);
        memory.settings = Arc::new(after);
        for (name, value) in changed {
            self.write(StateChange::Setting { name, value });
        }
    }

    /// Whether programs may run in a workspace, by what is on disk now. What can't be read is not trusted.
    pub(crate) fn is_trusted(&self, root: &Path) -> bool {
        if let Some(held) = self.trust.get(root) {
            return held;
        }
        let Some(reader) = &self.reader else {
            return false;
        };
        let reader = reader.lock();
        if reader.newer {
            return false;
        }
        rows::is_trusted(&reader.connection, root).unwrap_or_else(|error| {
            self.faults.unreadable(&reader.path, &error);
            false
        })
    }

    /// Lets programs run in a workspace, or no longer. It is on disk when this returns, and trust that is taken back is refused
    /// from the first moment.
    ///
    /// # Errors
    /// When it can't be written. Then trust was not given; one that was taken back stays so here, and is written as soon as
    /// that works.
    pub(crate) async fn set_trust(&self, root: &Path, trusted: bool) -> Result<(), StateError> {
        if !self.writes {
            // Said at the start: it holds until Dagdeck ends.
            self.trust.hold(root, trusted);
            return Ok(());
        }
        if trusted {
            self.trust.release(root);
        } else {
            self.trust.hold(root, false);
        }
        let (told, done) = oneshot::channel();
        let root = root.to_owned();
        self.queue.push(
            Write::State(StateChange::Trust { root, trusted }),
            Some(told),
        );
        let path = || self.folder.join(migrations::STATE.file);
        done.await
            .unwrap_or_else(|_| Err(StateError::Ended { path: path() }))
    }

    /// Workspaces that were opened, newest first.
    pub(crate) fn recent(&self) -> Vec<RecentEntry> {
        self.memory.read().recent(RECENT)
    }

    /// Puts a workspace on top of the recent ones.
    pub(crate) fn remember_opened(&self, root: &Path) {
        let root = root.to_owned();
        let at = clock::now();
        self.change(StateChange::Opened { root, at });
    }

    /// Takes a workspace off the list of recent ones.
    pub(crate) fn forget_opened(&self, root: &Path) {
        let root = root.to_owned();
        self.change(StateChange::Forgotten { root });
    }

    /// How long the last launch of a workspace took from click to all settled, in ms.
    pub(crate) fn launch_took(&self, root: &Path) -> Option<f64> {
        self.memory.read().workspaces.get(root)?.launch_took
    }

    /// Remembers how long a launch took, in ms.
    pub(crate) fn remember_launch(&self, root: &Path, took: f64) {
        let root = root.to_owned();
        self.change(StateChange::Launched { root, took });
    }

    /// Looks at what is remembered of a location.
    pub(crate) fn location<T>(
        &self,
        root: &Path,
        id: &str,
        look: impl FnOnce(&LocationMemory) -> T,
    ) -> T {
        let memory = self.memory.read();
        let nothing = LocationMemory::default();
        look(memory.location(root, id).unwrap_or(&nothing))
    }

    /// The environments that the person picked in a workspace, by location.
    pub(crate) fn picked(&self, root: &Path) -> Vec<(String, PathBuf)> {
        let memory = self.memory.read();
        let Some(workspace) = memory.workspaces.get(root) else {
            return Vec::new();
        };
        let picked = workspace
            .locations
            .iter()
            .filter_map(|(id, location)| Some((id.clone(), location.picked.clone()?)));
        picked.collect()
    }

    /// Remembers something of a location. Only what differs is written.
    pub(crate) fn change_location(
        &self,
        root: &Path,
        id: &str,
        change: impl FnOnce(&mut LocationMemory),
    ) {
        let mut memory = self.memory.write();
        let workspace = memory.workspace(root);
        let location = workspace.locations.entry(id.to_owned()).or_default();
        let before = location.clone();
        change(location);
        for change in LocationChange::between(&before, location.clone()) {
            let (root, id) = (root.to_owned(), id.to_owned());
            self.write(StateChange::Location { root, id, change });
        }
    }

    /// The definitions of a location as last read. Its file is read when it is asked for the first time.
    pub(crate) fn definitions(&self, root: &Path, id: &str) -> Option<Arc<KnownDefinitions>> {
        self.definitions.get(&self.workspace_folder(root), id)
    }

    /// Remembers the definitions of a location.
    pub(crate) fn remember_definitions(
        &self,
        root: &Path,
        id: &str,
        definitions: Arc<KnownDefinitions>,
    ) {
        let folder = self.workspace_folder(root);
        self.definitions.set(&folder, id, Arc::clone(&definitions));
        if self.writer.is_some() {
            let location = id.to_owned();
            let write = Write::Definitions {
                folder,
                location,
                definitions,
            };
            self.queue.push(write, None);
        }
    }

    /// Has a line of the record written, or what became of it.
    pub(crate) fn keep_operation(&self, operation: Operation) {
        if self.writer.is_some() {
            self.queue.push(Write::Operation(Box::new(operation)), None);
        }
    }

    /// Dagdeck's own folder for a workspace.
    pub(crate) fn workspace_folder(&self, root: &Path) -> PathBuf {
        workspace_folder(&self.folder, root)
    }

    /// Waits until everything that was remembered by now was written, or could not be.
    pub(crate) async fn flush(&self) {
        if self.writer.is_some() {
            // A writer that ended has written what it could.
            let _ = self.queue.flush().await;
        }
    }

    fn change(&self, change: StateChange) {
        // Held until it is queued: who reads the rows anew meanwhile must find it in memory or in the queue.
        let mut memory = self.memory.write();
        change.clone().apply(&mut memory);
        self.write(change);
    }

    fn write(&self, change: StateChange) {
        if self.writes {
            self.queue.push(Write::State(change), None);
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("folder", &self.folder)
            .field("writes", &self.writes)
            .finish_non_exhaustive()
    }
}

impl Reader {
    fn catch_up(&mut self, memory: &RwLock<Memory>, queue: &Queue) -> rusqlite::Result<()> {
        let version = rows::data_version(&self.connection)?;
        if self.seen == Some(version) {
            return Ok(());
        }
        let mut memory = memory.write();
        // Before the rows, or what is written between the two would be in neither.
        let unwritten = queue.unwritten();
        let (mut now, _said_at_the_start) = rows::load(&mut self.connection)?;
        // What we wrote ourselves may be in both, and older than what another program wrote over it: read again soon.
        self.seen = unwritten.is_empty().then_some(version);
        for change in unwritten {
            change.apply(&mut now);
        }
        *memory = now;
        Ok(())
    }
}

/// Dagdeck's own folder for a workspace.
fn workspace_folder(state_folder: &Path, root: &Path) -> PathBuf {
    state_folder.join("workspaces").join(workspace_key(root))
}

/// A short name for a root folder, the same at every start.
pub(crate) fn workspace_key(root: &Path) -> String {
    let mut hash = fnv::FnvHasher::default();
    hash.write(root.as_os_str().as_encoded_bytes());
    format!("{:016x}", hash.finish()).split_off(4)
}
