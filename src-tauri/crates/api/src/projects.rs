//! Which projects a workspace lists: finding some, and changing the list.
//!
//! Only lists and folders: what is in a project is told as its location. A folder goes to the trash and never away.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{PlannedEdit, WorkspaceKind};

/// What was found in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectsFound {
    /// The folder that was looked into, absolute.
    pub folder: String,
    /// The projects in it, nearest first; the folder itself where it is one.
    pub projects: Vec<FoundProject>,
    /// Whether the search ended before all of the folder was seen.
    pub cut: bool,
}

/// A project that was found in a folder, and whether it can be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FoundProject {
    /// Its folder, absolute.
    pub path: String,
    /// Its folder's name.
    pub name: String,
    /// What makes it one: a `pyproject.toml` that says so, or a plain package.
    pub kind: WorkspaceKind,
    /// Whether the workspace lists it already.
    pub listed: bool,
    /// Why it can't be added; null where it can.
    pub refused: Option<String>,
}

/// A change of the list of projects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct ProjectsChange {
    /// Project folders to list, absolute or with `~`.
    pub add: Vec<String>,
    /// Locations to take off the list, by id.
    pub remove: Vec<String>,
    /// Locations whose folder is somewhere else now.
    pub moved: Vec<MovedProject>,
    /// Whether the folders of the removed ones go to the trash.
    pub trash: bool,
}

/// A project whose folder is somewhere else now. The folder itself is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MovedProject {
    /// The location's id.
    pub location: String,
    /// Where its folder is, absolute or with `~`.
    pub path: String,
}

/// What a change would do. Nothing has been written yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectsPlan {
    /// The files that would change.
    pub edits: Vec<PlannedEdit>,
    /// What to say of it.
    pub remarks: Vec<ProjectsRemark>,
    /// Names of the locations that run and would be stopped.
    pub stops: Vec<String>,
    /// The folders that would go to the trash.
    pub trash: Vec<TrashedFolder>,
    /// Names all that this was worked out from and all that it says; given back to apply it.
    pub basis: String,
}

/// What is worth knowing of a change, or why it can't be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectsRemark {
    /// The folder it is about, absolute.
    pub path: String,
    /// In plain words.
    pub message: String,
    /// Whether nothing can be changed like this.
    pub blocks: bool,
}

/// A folder that would go to the trash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrashedFolder {
    /// The folder, absolute.
    pub path: String,
    /// How many files are in it.
    pub files: u32,
    /// How large they are together, in bytes.
    pub bytes: f64,
    /// Whether counting ended early: there is more than that.
    pub cut: bool,
}

/// Makes a change that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectsApply {
    /// The change that was shown, as it was asked for.
    pub change: ProjectsChange,
    /// The plan's basis: where something else would be changed by now, nothing is.
    pub basis: String,
}
