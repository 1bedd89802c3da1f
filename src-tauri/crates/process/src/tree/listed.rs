//! Processes as the system tells of them, and what a tree is known by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One process, for as long as the machine is up: a pid is used again, a pid with its start time is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) pid: u32,
    /// In the system's own unit: only compared, never shown.
    pub(crate) start: u64,
}

/// One process as the system lists it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListedProcess {
    pub(crate) id: Identity,
    pub(crate) parent: u32,
    pub(crate) group: u32,
    pub(crate) session: u32,
    /// Ended and only waiting for its parent to take note.
    pub(crate) ended: bool,
    /// Processor time so far, in ticks.
    pub(crate) ticks: u64,
    /// Resident memory in bytes.
    pub(crate) resident: u64,
}

/// One tree, as far as it is known before a look.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownTree {
    pub(crate) roots: Vec<Identity>,
    /// Members seen before, which may have lost all that shows it.
    pub(crate) known: BTreeSet<Identity>,
    /// What the tree's own mark is set to in the environment of its members.
    pub(crate) mark: Option<String>,
    /// The mark of another tree that members carry because their root was forked there and never executed.
    pub(crate) inherited: Option<String>,
    /// The root of the tree that this one stands inside of.
    pub(crate) within: Option<Identity>,
}
