//! Code locations: a project as loaded.
//!
//! Whether its process is up (`lifecycle`) and whether its code works (`readiness`) are two axes: one that runs may serve
//! code that does not load, or older code than the one on disk.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    CommandView, EnvironmentView, Hint, Lifecycle, Millis, ProblemView, ProcessView, Subject,
};

/// Whether the code behind a location can work. The second axis; see [`Lifecycle`] for the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "state"
)]
#[ts(export)]
pub enum Readiness {
    /// Nothing runs, so nothing is known.
    Unknown,
    /// The definitions are being loaded.
    Loading,
    /// The definitions are loaded.
    Ready {
        /// When they were loaded.
        at: Millis,
        /// How long spawn to loaded took, in ms.
        took: f64,
    },
    /// The definitions could not be loaded.
    LoadError {
        /// The error with its explanation.
        error: Box<LoadError>,
        /// When the still serving older code was loaded; null if nothing is served.
        still_serving: Option<Millis>,
    },
}

/// One frame of a Python traceback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Frame {
    /// The file and line.
    pub subject: Subject,
    /// The function, as Python names it: `<module>` at the top level; empty where it names none.
    pub function: String,
    /// The source line as Python printed it.
    pub code: Option<String>,
    /// Whether the file is the person's own rather than a library's.
    pub own: bool,
}

/// Lines of a file as they stand in it, less the blanks that all of them begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Excerpt {
    /// The number of the first line, from 1.
    pub first: u32,
    /// The lines.
    pub lines: Vec<String>,
}

/// A load error: what Dagster said, and what it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LoadError {
    /// A short title: the explanation's, else the exception's class.
    pub title: String,
    /// What it means in plain words; null when no rule knows it.
    pub explanation: Option<String>,
    /// Next steps.
    pub hints: Vec<Hint>,
    /// The innermost exception's class.
    pub class: String,
    /// The innermost exception's message.
    pub message: String,
    /// All frames, outermost first.
    pub frames: Vec<Frame>,
    /// The person's own frame nearest to the fault, or the place matched by name.
    pub place: Option<Frame>,
    /// The place's line with two before and two after it; null where the file doesn't say that line (any more).
    pub excerpt: Option<Excerpt>,
    /// The whole text as Dagster sent it, each exception once.
    pub text: String,
    /// When it was seen.
    pub at: Millis,
}

/// How many definitions a location has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionCounts {
    /// Assets that can be executed here or observed.
    pub assets: u32,
    /// Asset checks.
    pub checks: u32,
    /// Jobs, without the implicit asset job.
    pub jobs: u32,
    /// Schedules, whether they are switched on or not.
    pub schedules: u32,
    /// Sensors, whether they are switched on or not.
    pub sensors: u32,
    /// Resources that have a name.
    pub resources: u32,
}

/// The names of a location's definitions, for its Definitions tab.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionNames {
    /// Asset keys, parts joined with `/`.
    pub assets: Vec<String>,
    /// Asset checks as `asset: check`.
    pub checks: Vec<String>,
    /// Jobs by name, without the implicit asset job.
    pub jobs: Vec<String>,
    /// Schedules by name.
    pub schedules: Vec<String>,
    /// Sensors by name.
    pub sensors: Vec<String>,
    /// Resources by name.
    pub resources: Vec<String>,
}

/// The definitions of a location as last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionsView {
    /// How many.
    pub counts: DefinitionCounts,
    /// When they were read.
    pub read_at: Millis,
    /// Whether a running server serves them now; else they are "last known".
    pub live: bool,
}

/// How a location came to rest, for one who waited until what was on disk is loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettledLocation {
    /// The location's id.
    pub location: String,
    /// The code location name.
    pub name: String,
    /// Whether its process is up.
    pub lifecycle: Lifecycle,
    /// Whether its code works.
    pub readiness: Readiness,
    /// Why it can't be started now, also where it runs as it was loaded before; null if it can.
    pub blocked: Option<String>,
    /// What was read of its definitions last.
    pub definitions: Option<DefinitionCounts>,
    /// Files that were saved since its code was loaded and are not loaded by themselves, relative to the root.
    pub unloaded: Vec<String>,
    /// Whether its settings changed since, so that it would be started otherwise by now.
    pub other_command: bool,
}

/// One code location.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LocationView {
    /// Stable within the workspace; what commands name.
    pub id: String,
    /// The code location name.
    pub name: String,
    /// The project's folder relative to the root; `.` for the root itself.
    pub path: String,
    /// The project's folder, absolute.
    pub folder: String,
    /// The module, file or package that is loaded.
    pub module: String,
    /// The colour slot of its source, 1 to 8.
    pub color: u8,
    /// The environment it runs in.
    pub environment: EnvironmentView,
    /// Whether its process is up.
    pub lifecycle: Lifecycle,
    /// Whether its code works.
    pub readiness: Readiness,
    /// The live process.
    pub process: Option<ProcessView>,
    /// Whether a newer server is being started beside the serving one.
    pub reloading: bool,
    /// Runs that this location's servers are executing now, older generations included.
    pub runs: u32,
    /// The exact command that starts it; null until it can be told.
    pub command: Option<CommandView>,
    /// The exact command that Sync runs; null where uv makes nothing here.
    pub sync: Option<CommandView>,
    /// Its definitions as last read.
    pub definitions: Option<DefinitionsView>,
    /// Why it can't start now; null if it can.
    pub blocked: Option<String>,
    /// Whether it reloads when its files change.
    pub auto_reload: bool,
    /// Whether Dagdeck runs it; false for a `grpc_server` entry that something else runs.
    pub managed: bool,
    /// What is wrong in its files.
    pub problems: Vec<ProblemView>,
    /// The id of its log, for `log_open`.
    pub log: String,
}
