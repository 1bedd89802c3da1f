//! Operations: programs run once, and what Dagdeck did that is worth a record.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CommandView, Millis};

/// How an operation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "state"
)]
#[ts(export)]
pub enum OperationState {
    /// Under way.
    Running,
    /// Done.
    Succeeded,
    /// It said no.
    Failed {
        /// "ended with code 1", or the load error's title.
        reason: String,
    },
    /// Taken back.
    Cancelled,
    /// Dagdeck ended while it was under way; how it ended is not known.
    Interrupted,
}

/// How far an operation is, as far as what runs says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OperationProgress {
    /// "Installing 101 packages".
    pub words: String,
    /// How many of `total` are done; null where it does not say.
    pub done: Option<u32>,
    /// How many there are.
    pub total: Option<u32>,
}

/// What a command began that goes on after its answer; the board tells how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OperationsBegun {
    /// The operations, by number, in the order that they began; empty where there was nothing to do.
    pub operations: Vec<u32>,
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Operation {
    /// Counts up.
    pub id: u32,
    /// "Starting marketing", "Synced data_science".
    pub title: String,
    /// The exact command; null where no program was run (a reload's cause, say).
    pub command: Option<CommandView>,
    /// What set it off, where that is worth saying: "file changed: src/a/defs.py".
    pub cause: Option<String>,
    /// How it stands.
    pub state: OperationState,
    /// When it began.
    pub started_at: Millis,
    /// How long it took, in ms; null while running.
    pub took: Option<f64>,
    /// The location it belongs to.
    pub location: Option<String>,
    /// Its log, where it printed something worth opening.
    pub log: Option<String>,
    /// How far it is; null where it does not say, and once it has ended.
    pub progress: Option<OperationProgress>,
    /// The last lines it printed, oldest first; kept of one that failed.
    pub tail: Vec<String>,
    /// Whether it can be taken back now.
    pub cancellable: bool,
}
