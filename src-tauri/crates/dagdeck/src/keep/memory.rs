//! What is remembered of workspaces: which are trusted, which were opened, what was chosen and last known.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use api::{DefinitionCounts, DefinitionNames, Millis, StoppedBy};

/// Everything remembered of workspaces.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    /// Newest first.
    pub(crate) recent: Vec<RecentEntry>,
    /// By root folder.
    pub(crate) workspaces: BTreeMap<String, WorkspaceMemory>,
}

/// A workspace that was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RecentEntry {
    /// Its root.
    pub(crate) root: String,
    /// When it was last opened.
    pub(crate) opened_at: Millis,
}

/// What is remembered of one workspace.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct WorkspaceMemory {
    /// Whether the person lets programs run in it.
    pub(crate) trusted: bool,
    /// By location id.
    pub(crate) locations: BTreeMap<String, LocationMemory>,
    /// The last launch from click to all settled, in ms.
    pub(crate) launch_took: Option<f64>,
}

/// What is remembered of one location.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct LocationMemory {
    /// The environment that the person picked.
    pub(crate) picked: Option<PathBuf>,
    /// The person's own choice for reloading on file changes.
    pub(crate) auto_reload: Option<bool>,
    /// How long its last good start took, in ms.
    pub(crate) usual: Option<f64>,
    /// Its definitions as last read.
    pub(crate) definitions: Option<KnownDefinitions>,
    /// When and by whom it was last stopped.
    pub(crate) stopped: Option<(Millis, StoppedBy)>,
}

/// Definitions as last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KnownDefinitions {
    /// How many.
    pub(crate) counts: DefinitionCounts,
    /// Which.
    pub(crate) names: DefinitionNames,
    /// The environment variables that they are given by name.
    #[serde(default)]
    pub(crate) variables: Vec<String>,
    /// When they were read.
    pub(crate) read_at: Millis,
}
