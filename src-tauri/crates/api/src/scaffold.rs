//! Adding a definition to a project: what there is to choose from, its form, and what would be written.
//!
//! What there is and what it asks for is what `dg` of the project's own environment says, so it differs from project to
//! project.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CommandView;

/// What can be added to a location's project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionTypes {
    /// The types: the Python kinds first, then the components of the project's environment.
    pub types: Vec<DefinitionType>,
    /// The definitions folder, relative to the project: where paths begin.
    pub folder: String,
}

/// A type of definition that can be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionType {
    /// What `dg` calls it: `dagster.asset`.
    pub key: String,
    /// "Asset".
    pub title: String,
    /// What it is.
    pub summary: String,
    /// Whether it becomes a Python file; a component becomes a folder.
    pub python: bool,
    /// A path that can be used as it stands.
    pub path: String,
}

/// Asks for the form of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionTypeRequest {
    /// The location's id.
    pub location: String,
    /// The type's key.
    pub key: String,
}

/// What a type asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionForm {
    /// Its parameters.
    pub params: Vec<DefinitionParam>,
}

/// One parameter of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DefinitionParam {
    /// What `dg` calls it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is for; empty where its type does not say.
    pub description: String,
    /// Whether it has to be given.
    pub required: bool,
    /// What it holds.
    pub kind: DefinitionParamKind,
    /// The choices, where it is one of some.
    pub choices: Vec<String>,
    /// What it is unless given.
    pub default: Option<String>,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum DefinitionParamKind {
    /// A line of text.
    Text,
    /// A number, with or without a fraction.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the texts in `choices`.
    Choice,
    /// Anything else, as JSON.
    Json,
}

/// A definition to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ScaffoldRequest {
    /// The location's id.
    pub location: String,
    /// The type's key.
    pub key: String,
    /// Where, relative to the definitions folder.
    pub path: String,
    /// The parameters by name.
    pub params: BTreeMap<String, String>,
}

/// What adding it would do. Nothing has been written yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ScaffoldPlan {
    /// Why it can't be added like this; null where it can.
    pub fault: Option<String>,
    /// What would run.
    pub command: Option<CommandView>,
    /// What would be written: made by the same command in a copy of the project.
    pub files: Vec<ScaffoldedFile>,
    /// Names all that this was worked out from and all that it says; given back to add it.
    pub basis: String,
}

/// Adds a definition that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ScaffoldStart {
    /// The definition.
    pub request: ScaffoldRequest,
    /// The plan's basis: where something else would be written by now, nothing is.
    pub basis: String,
}

/// A file that would be, or was, written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ScaffoldedFile {
    /// Relative to the project.
    pub path: String,
    /// What it holds.
    pub text: String,
}
