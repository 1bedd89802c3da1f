//! Processes: programs that stay.
//!
//! What runs once is an operation, and is told in `operation.rs`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, Millis};

/// A command exactly as it runs, for showing and copying.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CommandView {
    /// The program and its arguments, quoted for this system's shell (POSIX, or PowerShell).
    pub line: String,
    /// The same to read: programs by their names, without what only programs need. Never to be run.
    #[serde(default)]
    pub short: String,
    /// The working folder, absolute.
    pub folder: String,
    /// What we add to the environment; values that look secret are masked.
    pub environment: Vec<(String, String)>,
    /// The same as one line for that shell.
    pub shell: String,
}

/// The step a start has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum StartPhase {
    /// Waits for something that must come first, such as a fresh instance being made.
    Waiting,
    /// The process exists.
    Spawned,
    /// Python imports Dagster; the socket does not answer yet.
    Importing,
    /// The server answers and loads the definitions.
    Loading,
}

/// Whether the process is up. One of the two axes; see [`crate::Readiness`] for the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "state"
)]
#[ts(export)]
pub enum Lifecycle {
    /// No process.
    Stopped {
        /// When it stopped; null if never started here.
        at: Option<Millis>,
        /// Who stopped it.
        by: Option<StoppedBy>,
    },
    /// A process was started and is on its way.
    Starting {
        /// The step it has come to.
        phase: StartPhase,
        /// When the start was asked for.
        since: Millis,
        /// When the present phase began.
        phase_since: Millis,
        /// How long the last good start took, in ms.
        usual: Option<f64>,
    },
    /// The process is up and answers.
    Running {
        /// When it was spawned.
        since: Millis,
    },
    /// It was asked to end.
    Stopping {
        /// When it was asked.
        since: Millis,
    },
    /// It ended by itself with code 0.
    Exited {
        /// The code it ended with.
        code: i32,
        /// When.
        at: Millis,
    },
    /// It ended by itself, or could not be started.
    Crashed {
        /// "ended with code 1", "ended by signal 9 (killed)", or why it could not be started.
        reason: String,
        /// What kept it from starting, with its causes and next steps; null where a process ended.
        refusal: Option<Box<ApiError>>,
        /// When.
        at: Millis,
        /// When it is tried again; null when given up.
        retry_at: Option<Millis>,
        /// The last lines it printed.
        last_lines: Vec<String>,
    },
}

/// Who ended a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum StoppedBy {
    /// The person, by a stop in a window or a terminal.
    Person,
    /// A sync of its environment, which starts it again.
    Sync,
    /// Dagdeck closing.
    Closing,
}

/// A live process as measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProcessView {
    /// The process id of the tree's root.
    pub pid: u32,
    /// Where it listens: a socket path or `host:port`.
    pub address: Option<String>,
    /// When it was spawned.
    pub started_at: Millis,
}

/// CPU and memory of one process tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Metrics {
    /// Share of one core, 0.0 and up.
    pub cpu: f64,
    /// Resident memory of the whole tree, in bytes.
    pub memory: f64,
    /// How many processes the tree has.
    pub processes: u32,
}

/// Webserver or daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ServiceName {
    /// `dagster-webserver`.
    Webserver,
    /// `dagster-daemon run`.
    Daemon,
}

/// The webserver or the daemon as shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ServiceView {
    /// Which.
    pub name: ServiceName,
    /// Whether its process is up.
    pub lifecycle: Lifecycle,
    /// The live process.
    pub process: Option<ProcessView>,
    /// The exact command that starts it; null until it can be told.
    pub command: Option<CommandView>,
    /// For the webserver: where the Dagster UI answers once it runs.
    pub url: Option<String>,
    /// Why it can't start now; null if it can.
    pub blocked: Option<String>,
    /// The id of its log, for `log_open`.
    pub log: String,
}
