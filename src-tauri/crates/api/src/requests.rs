//! What hosts send with a command, and the answers that are not part of the snapshot.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{LogFilter, ServiceName};

/// Nothing to say. An empty object, so that a command can grow fields later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[ts(export)]
pub struct Nothing {}

/// Names a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FolderRequest {
    /// The folder; `~` is understood.
    pub path: String,
}

/// Names a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LocationRequest {
    /// The location's id.
    pub location: String,
}

/// Stops a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct StopLocationRequest {
    /// The location's id.
    pub location: String,
    /// Ends the whole tree at once rather than asking.
    pub force: bool,
}

/// Names an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OperationRequest {
    /// The operation's number.
    pub operation: u32,
}

/// Names a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ServiceRequest {
    /// Which.
    pub service: ServiceName,
}

/// Starts everything that can start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct LaunchRequest {
    /// Only these locations, by id or name; empty means all.
    pub locations: Vec<String>,
    /// The webserver's port; null means the setting, then the next free one.
    pub port: Option<u16>,
    /// Without a port of its own: the one that was in use last, where that is free.
    pub same_port: bool,
    /// The person agreed that Dagdeck makes an environment for the webserver.
    pub make_deployment: bool,
}

/// Switches a location's automatic reload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AutoReloadRequest {
    /// The location's id.
    pub location: String,
    /// On or off.
    pub on: bool,
}

/// Chooses the environment of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChooseEnvironmentRequest {
    /// The location's id.
    pub location: String,
    /// The environment's folder, absolute; null goes back to what Dagdeck finds by itself.
    pub path: Option<String>,
}

/// Opens a view of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OpenLogRequest {
    /// A log id, or `all` for all processes merged in time order.
    pub log: String,
    /// What to show.
    pub filter: LogFilter,
    /// Library frames stand open from the beginning, for a host in which nothing can be clicked.
    pub unfolded: bool,
}

/// Changes what a view shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FilterLogRequest {
    /// The view.
    pub view: u32,
    /// What to show.
    pub filter: LogFilter,
}

/// Names a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ViewRequest {
    /// The view.
    pub view: u32,
}

/// Asks for rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogWindowRequest {
    /// The view.
    pub view: u32,
    /// The first row.
    pub from: u32,
    /// How many, 2,000 at most.
    pub count: u32,
}

/// Searches a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SearchLogRequest {
    /// The view.
    pub view: u32,
    /// What to look for; empty ends the search.
    pub pattern: String,
    /// Whether the pattern is a regular expression.
    pub regex: bool,
    /// Whether upper and lower case differ.
    pub case_sensitive: bool,
    /// The row to go on from.
    pub from: u32,
    /// Looks towards the start.
    pub backwards: bool,
}

/// Opens or closes a fold of library frames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FoldLogRequest {
    /// The view.
    pub view: u32,
    /// The fold's row.
    pub row: u32,
    /// Open or closed.
    pub open: bool,
}

/// Text of some rows, whole and without colours, for copying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CopyLogRequest {
    /// The view.
    pub view: u32,
    /// The first row.
    pub from: u32,
    /// How many, 100,000 at most.
    pub count: u32,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Text {
    /// The text.
    pub text: String,
}

/// A file of a project, for the Files tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectFile {
    /// Relative to the project, with `/`.
    pub path: String,
    /// What it is for, where that is known: "project settings", "definitions".
    pub role: Option<String>,
    /// Size in bytes.
    pub bytes: f64,
    /// When it was last written.
    pub modified_at: f64,
}

/// The files of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectFiles {
    /// In path order, 2,000 at most.
    pub files: Vec<ProjectFile>,
    /// Whether there are more.
    pub cut: bool,
}

/// Opens a file in the person's editor, or a folder in the file browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OpenPathRequest {
    /// Absolute.
    pub path: String,
    /// The line, from 1.
    pub line: Option<u32>,
}
