//! Operations: programs run once, and what Dagdeck did that is worth a record.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CommandView, Millis};

/// How an operation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
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
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
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
}
