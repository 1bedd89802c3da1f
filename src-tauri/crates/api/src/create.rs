//! Making a workspace, a project or the sample: what a form starts from, what would happen, and how it goes.
//!
//! A plan is pinned by its basis: what a start is given back is made, or nothing. What is being made stays in the snapshot
//! until a person puts it away, so that a window which comes later sees it too.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, CommandView, Hint, Millis, OperationProgress};

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum CreateKind {
    /// A workspace, with a first project or none.
    #[default]
    Workspace,
    /// A project: in the workspace around its folder, or alone.
    Project,
    /// The sample workspace.
    Sample,
}

/// Asks what a form starts from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct CreateFormRequest {
    /// What is to be made.
    pub kind: CreateKind,
    /// The folder that it is to be in; null means the open workspace for a project, else a sensible place.
    pub parent: Option<String>,
    /// The name that it is to have, where that is known: folders in a project's name may lead into a workspace.
    pub name: Option<String>,
}

/// What a form starts from. Reads files only; the versions are asked for apart, since they take the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CreateForm {
    /// The answers as they stand before the person gave any.
    pub spec: CreateSpec,
    /// The root of the workspace that a project goes into; null where it stands alone.
    pub workspace: Option<String>,
    /// The Pythons to choose from, best first.
    pub pythons: Vec<PythonChoice>,
    /// Why nothing can be made yet (uv is missing, say), with what to do.
    pub blocked: Option<ApiError>,
}

/// A Python that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PythonChoice {
    /// `3.12.1`.
    pub version: String,
    /// The interpreter; null where uv would download it first.
    pub path: Option<String>,
}

/// The Dagster versions to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DagsterVersions {
    /// The newest that is whole: the one chosen unless the person says otherwise. Null where the index can't be asked.
    pub newest: Option<String>,
    /// A newer release that is passed over because parts of it are not published yet.
    pub skipped: Option<PartialRelease>,
    /// Versions that the open workspace's projects have, newest first.
    pub used: Vec<String>,
    /// Why the index could not be asked.
    pub unreachable: Option<ApiError>,
}

/// A release of which only some packages are published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PartialRelease {
    /// Dagster's version, as 1.13.28.
    pub version: String,
    /// The packages that are not published at it.
    pub missing: Vec<String>,
}

/// What the person asks to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct CreateSpec {
    /// What.
    pub kind: CreateKind,
    /// The folder that it is made in, absolute or with `~`.
    pub parent: String,
    /// The name of its own folder in there; for a project possibly with folders before it (`projects/inventory`).
    pub name: String,
    /// The Dagster version; empty means the newest whole one.
    pub dagster: String,
    /// The Python's version, one of the choices; null means the best.
    pub python: Option<String>,
    /// A workspace's first project; null or empty for none.
    pub first_project: Option<String>,
    /// Whether a workspace becomes a git repository.
    pub git: bool,
    /// Whether its environments are made and filled.
    pub sync: bool,
    /// Whether the workspace that a project is made in is trusted with it, now and later. Not before it is begun.
    pub trust: bool,
}

/// Which answer a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum CreateField {
    /// The folder around it.
    Parent,
    /// Its name.
    Name,
    /// The first project's name.
    FirstProject,
    /// The Dagster version.
    Dagster,
    /// The Python.
    Python,
    /// Git.
    Git,
}

/// Why an answer can't be used, or what is worth knowing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CreateRemark {
    /// The answer.
    pub field: CreateField,
    /// In plain words.
    pub message: String,
    /// Whether nothing can be made like this.
    pub blocks: bool,
    /// An answer that would do instead, one click away.
    pub instead: Option<String>,
}

/// Everything that would happen. Nothing has been written yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CreatePlan {
    /// The answers with what was left open filled in.
    pub spec: CreateSpec,
    /// What to say of them.
    pub remarks: Vec<CreateRemark>,
    /// The folder that would be made, absolute.
    pub folder: String,
    /// The Python package of the (first) project.
    pub package: Option<String>,
    /// The code location's name of the (first) project.
    pub location: Option<String>,
    /// What would run, in this order.
    pub steps: Vec<PlannedStep>,
    /// The files and folders that would be there, relative to `parent`, in the order of a tree.
    pub files: Vec<PlannedFile>,
    /// The files of the person's that would be changed.
    pub edits: Vec<PlannedEdit>,
    /// Names all that this was worked out from and all that it says; given back to make it.
    pub basis: String,
}

/// Makes what was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CreateStart {
    /// The answers, as the plan filled them in.
    pub spec: CreateSpec,
    /// The plan's basis: where something else would be made by now, nothing is.
    pub basis: String,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PlannedStep {
    /// "Install packages".
    pub title: String,
    /// What it does, in plain words.
    pub note: String,
    /// What runs; null where Dagdeck itself writes files.
    pub command: Option<CommandView>,
}

/// One file or folder that would be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PlannedFile {
    /// Relative to the folder it is made in, with `/`; a folder ends with one.
    pub path: String,
    /// What it is for; empty where the name says it.
    pub note: String,
}

/// A change to a file of the person's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PlannedEdit {
    /// The file, absolute.
    pub path: String,
    /// The change as a unified diff's lines, each beginning with ` `, `+` or `-`.
    pub diff: Vec<String>,
}

/// Something being made, or made, until it is put away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Creation {
    /// What was asked.
    pub spec: CreateSpec,
    /// The folder that is made, absolute.
    pub folder: String,
    /// The root to open when it is done: the workspace's, or a lone project's.
    pub root: String,
    /// How it stands.
    pub state: CreationState,
    /// Its steps, in order.
    pub steps: Vec<CreationStep>,
    /// What is on disk of it by now, absolute; what Remove would take away.
    pub made: Vec<String>,
    /// Why it stopped.
    pub failure: Option<ApiError>,
    /// What to do next, once it is done.
    pub next: Vec<Hint>,
}

/// How a creation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum CreationState {
    /// A step is under way.
    Running,
    /// All is there.
    Succeeded,
    /// A step did not work; it can be tried again from there.
    Failed,
    /// The person stopped it; it can go on from there.
    Cancelled,
}

/// One step of a creation, with how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CreationStep {
    /// "Install packages".
    pub title: String,
    /// What runs; null where Dagdeck itself writes files.
    pub command: Option<CommandView>,
    /// How it stands.
    pub state: StepState,
    /// When it began.
    pub started_at: Option<Millis>,
    /// How long it took, in ms.
    pub took: Option<f64>,
    /// How far it is, where it says so.
    pub progress: Option<OperationProgress>,
    /// The last lines it printed, oldest first.
    pub tail: Vec<String>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// Under way.
    Running,
    /// Done.
    Succeeded,
    /// It said no.
    Failed,
    /// The person stopped it.
    Cancelled,
}
