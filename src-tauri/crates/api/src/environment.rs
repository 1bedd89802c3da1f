//! A Python environment as shown: its state, where it comes from, what is in it.
//!
//! What files tell and what uv said are one state here; `checked_by_uv` says which of the two it rests on.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What can be said of an environment. The first axis of readiness; lifecycle is the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum EnvironmentState {
    /// Present, its interpreter exists, and nothing known differs from the lockfile.
    Ready,
    /// An operation is changing it now.
    Syncing,
    /// Packages differ from the lockfile, or the lockfile no longer answers pyproject.toml.
    OutOfSync,
    /// There is none.
    Missing,
    /// Present, but its Python can't start or nothing is installed in it.
    Broken,
    /// Not looked at yet, or it can't be told from files alone.
    Unknown,
}

/// Where a project's environment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum EnvironmentSource {
    /// The project's own `.venv`.
    Own,
    /// `DG_PROJECT_PYTHON_EXECUTABLE` in the project's `.env`.
    DotEnv,
    /// The root `.venv` of the uv workspace that the project is a member of.
    UvWorkspace,
    /// A folder that the person picked.
    Picked,
    /// An interpreter that a workspace.yaml entry names (`executable_path`).
    Named,
}

/// One environment that a project could use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EnvironmentChoice {
    /// Where it comes from.
    pub source: EnvironmentSource,
    /// The environment's folder, absolute.
    pub path: String,
    /// Whether an interpreter was found in it.
    pub exists: bool,
    /// Whether it is the one in use.
    pub chosen: bool,
}

/// An environment as read from files and, once trusted, refined by uv.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EnvironmentView {
    /// What can be said of it.
    pub state: EnvironmentState,
    /// The second line: "101 packages", "8 packages differ", "new in this checkout".
    pub detail: String,
    /// Where it comes from.
    pub source: EnvironmentSource,
    /// The environment's folder, absolute.
    pub path: String,
    /// The interpreter that programs are started with, absolute; null where none was found.
    pub interpreter: Option<String>,
    /// The Python version, from pyvenv.cfg.
    pub python: Option<String>,
    /// Where the Python version was read.
    pub python_source: Option<String>,
    /// The project's `requires-python`, as written.
    pub requires_python: Option<String>,
    /// Whether the Python version meets `requires-python`; null where either is unknown.
    pub requires_python_met: Option<bool>,
    /// The installed Dagster version, from its dist-info.
    pub dagster: Option<String>,
    /// How many packages are installed.
    pub packages: Option<u32>,
    /// Whether a uv.lock is present beside it.
    pub lockfile: bool,
    /// Whether the lockfile answers pyproject.toml's requirements; null while unknown.
    pub lockfile_fresh: Option<bool>,
    /// The operation that syncs it; null while none does.
    pub operation: Option<u32>,
    /// Whether uv itself was asked (only in a trusted folder).
    pub checked_by_uv: bool,
    /// The environments to choose among, this one included.
    pub choices: Vec<EnvironmentChoice>,
}
