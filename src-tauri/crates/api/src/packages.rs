//! Changing what a project asks for: packages in and out, another Dagster.
//!
//! Found out by letting uv do it in a copy of the project's settings; the change itself is then done in the project, and
//! its environment is synced.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, CommandView, PackageChange, PlannedEdit};

/// A change to what projects ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PackagesRequest {
    /// The locations' ids.
    pub locations: Vec<String>,
    /// What changes in each.
    pub change: PackagesChange,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
#[ts(export)]
pub enum PackagesChange {
    /// A package comes in, or at another version.
    Add {
        /// As in pyproject.toml: `pandas[excel]>=2`.
        requirement: String,
        /// Whether it is only for work on the project.
        dev: bool,
    },
    /// A package goes.
    Remove {
        /// Its name.
        package: String,
        /// Whether it was only for work on the project.
        dev: bool,
    },
    /// Another Dagster.
    Dagster {
        /// The version to change to, as 1.13.28.
        version: String,
    },
}

/// What a change would do. Nothing has been written yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PackagesPlan {
    /// By project, in the order asked.
    pub projects: Vec<ProjectPackages>,
    /// Names all that this was worked out from and all that it says; given back to carry it out.
    pub basis: String,
}

/// Carries out a change that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PackagesStart {
    /// The change.
    pub request: PackagesRequest,
    /// The plan's basis: where a project would be changed in another way by now, none is.
    pub basis: String,
}

/// What a change would do to one project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProjectPackages {
    /// The location's id.
    pub location: String,
    /// Why it can't be changed like this; null where it can.
    pub fault: Option<ApiError>,
    /// What would run; after it the environment is synced.
    pub command: Option<CommandView>,
    /// The change to pyproject.toml.
    pub edits: Vec<PlannedEdit>,
    /// The packages that would be locked at another version.
    pub locked: Vec<PackageChange>,
}

/// What a project asks for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Requirements {
    /// As in pyproject.toml, in its order.
    pub packages: Vec<String>,
    /// Those that are only for work on the project.
    pub dev: Vec<String>,
}
