//! What is remembered of the open workspace between starts. Kept by `state`; here it is asked for by this workspace's root.

use std::sync::Arc;

use super::WorkspaceFacts;
use crate::open::error::FactsError;
use crate::state::{KnownDefinitions, LocationMemory};

impl WorkspaceFacts {
    /// Whether programs may run here.
    pub(crate) fn is_trusted(&self) -> bool {
        self.context.state.is_trusted(&self.root)
    }

    /// Refuses to go on in a folder that is not trusted, and where nothing that is started could be kept track of.
    pub(crate) fn require_trust(&self) -> Result<(), FactsError> {
        if !self.is_trusted() {
            return Err(FactsError::Untrusted);
        }
        match self.context.no_starts.clone() {
            None => Ok(()),
            Some(why) => Err(FactsError::Untracked { why }),
        }
    }

    /// How long its last launch took, in ms.
    pub(crate) fn launch_took(&self) -> Option<f64> {
        self.context.state.launch_took(&self.root)
    }

    /// Remembers how long a launch took, in ms.
    pub(crate) fn remember_launch(&self, took: f64) {
        self.context.state.remember_launch(&self.root, took);
    }

    /// Looks at what is remembered of a location.
    pub(crate) fn memory_of<T>(&self, id: &str, look: impl FnOnce(&LocationMemory) -> T) -> T {
        self.context.state.location(&self.root, id, look)
    }

    /// Remembers something of a location.
    pub(crate) fn remember_of(&self, id: &str, change: impl FnOnce(&mut LocationMemory)) {
        self.context.state.change_location(&self.root, id, change);
    }

    /// Whether a location reloads when its files change.
    pub(crate) fn auto_reload(&self, id: &str) -> bool {
        let own = self.memory_of(id, |memory| memory.auto_reload);
        own.unwrap_or_else(|| self.context.state.settings().auto_reload)
    }

    /// The definitions of a location as last read.
    pub(crate) fn definitions_of(&self, id: &str) -> Option<Arc<KnownDefinitions>> {
        self.context.state.definitions(&self.root, id)
    }

    /// Remembers the definitions of a location.
    pub(crate) fn remember_definitions(&self, id: &str, known: KnownDefinitions) {
        let known = Arc::new(known);
        self.context
            .state
            .remember_definitions(&self.root, id, known);
    }

    /// When what runs was launched, or what ran last.
    pub(crate) fn launched_at(&self) -> Option<f64> {
        self.last_launch.known.lock().at
    }

    /// Takes note that something is started; where nothing runs, it is a launch that begins now.
    pub(crate) fn note_launch(&self, now: f64) {
        if self.seen().rests() {
            self.last_launch.change(|last| last.at = Some(now));
        }
    }

    /// The port of the webserver: chosen here, or by who ran the workspace last.
    pub(crate) fn port(&self) -> Option<u16> {
        self.last_launch.known.lock().port
    }

    /// Chooses the port of the webserver.
    pub(crate) fn set_port(&self, port: u16) {
        self.last_launch.change(|last| last.port = Some(port));
    }
}
