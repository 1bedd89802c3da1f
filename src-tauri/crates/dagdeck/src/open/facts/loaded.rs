//! What was on disk when a location's code was last loaded, so that it can be told apart from what is there now.
//!
//! Keeps what others saw. Refuses to load, and to decide what follows from a difference.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use parking_lot::Mutex;
use process::CommandLine;
use tokio::sync::watch;
use unit::Generation;
use workspace::watch::CodeStamp;

/// An attempt to load a location's code.
#[derive(Debug, Clone)]
pub(super) struct LoadAttempt {
    pub(super) generation: Generation,
    /// Before any file was looked at: whatever was saved earlier is in it.
    pub(super) begun: Instant,
    pub(super) code: CodeStamp,
    /// The command line, with a sample's address; none where it did not come to one.
    pub(super) command: Option<CommandLine>,
}

/// The last attempt of each location, by id.
#[derive(Default)]
pub(super) struct LoadAttempts {
    pub(super) by_location: Mutex<BTreeMap<String, LoadAttempt>>,
    /// The newest of each that the webserver was told of, or need not be.
    pub(super) told: watch::Sender<BTreeMap<String, Generation>>,
}

/// What of a location is not what was loaded last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Unloaded {
    /// Files that were saved, came or went since.
    pub(crate) files: Vec<PathBuf>,
    /// Whether it would be started otherwise by now: another module, interpreter or variable.
    pub(crate) command: bool,
    /// The attempt that it was compared with; none before the first.
    pub(crate) attempt: Option<Generation>,
    /// Whether it is known yet how that one is started.
    pub(crate) command_is_known: bool,
}

impl Unloaded {
    /// Whether what was loaded is what there is.
    pub(crate) fn is_nothing(&self) -> bool {
        self.files.is_empty() && !self.command
    }
}
