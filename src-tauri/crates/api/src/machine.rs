//! What is on this machine, and the workspaces opened before.
//!
//! Found by looking, some time after the first screen: until then the list of tools is empty and `checked_at` null.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Millis;

/// The tools Dagdeck needs or makes use of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Machine {
    /// uv, Python, Git.
    pub tools: Vec<Tool>,
    /// When it was looked at; null while the first look is under way.
    pub checked_at: Option<Millis>,
}

/// One tool that Dagdeck looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Tool {
    /// `uv`, `python` or `git`.
    pub name: String,
    /// Whether it was found and answers.
    pub state: ToolState,
    /// The version or versions found.
    pub version: Option<String>,
    /// Where.
    pub path: Option<String>,
    /// What it is for, in plain words.
    pub purpose: String,
    /// The command that installs it, where one line does.
    pub install: Option<String>,
}

/// Whether a tool can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ToolState {
    /// Found, and it answers.
    Ready,
    /// It is in no folder that was looked in.
    NotFound,
    /// Found, but it does not answer.
    Broken,
}

/// A workspace opened before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RecentWorkspace {
    /// Its root, absolute.
    pub path: String,
    /// Its folder's name.
    pub name: String,
    /// When it was last opened.
    pub opened_at: Millis,
    /// What is known of it now.
    pub state: RecentState,
    /// "Stopped, 3 locations", "1 environment out of sync", "Folder moved or deleted".
    pub detail: String,
}

/// What is known of a recent workspace without running anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum RecentState {
    /// It is open and something runs.
    Running,
    /// Nothing runs.
    Stopped,
    /// Something in it needs attention.
    Attention,
    /// The folder is gone.
    Missing,
}
