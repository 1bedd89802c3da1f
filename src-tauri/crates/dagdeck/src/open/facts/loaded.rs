//! What was on disk when a location's code was last loaded, so that it can be told apart from what is there now.
//!
//! Keeps what others saw. Refuses to load, and to decide what follows from a difference.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use parking_lot::Mutex;
use process::CommandLine;
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
}

/// What of a location is not what was loaded last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Unloaded {
    /// Files that were saved, came or went since.
    pub(crate) files: Vec<PathBuf>,
    /// Whether it would be started otherwise by now: another module, interpreter or variable.
    pub(crate) command: bool,
}

impl Unloaded {
    /// Whether what was loaded is what there is.
    pub(crate) fn is_nothing(&self) -> bool {
        self.files.is_empty() && !self.command
    }
}
