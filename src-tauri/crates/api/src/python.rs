//! Changing the Python of an environment: what there is to choose from, and what it would do.
//!
//! A Python is named by its version; which program that is on this machine, or whether uv fetches it first, the plan says.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, PlannedEdit, SyncPlan};

/// Whose Python is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct PythonOf {
    /// The location, by id or name; null means `deployments/local`.
    pub location: Option<String>,
}

/// Another Python for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PythonRequest {
    /// The location, by id or name; null means `deployments/local`.
    pub location: Option<String>,
    /// The version: `3.12.1`, or `3.12` for the newest of it that there is.
    pub python: String,
}

/// The Pythons that an environment could be made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PythonOffers {
    /// The version that it has now; null where there is none, or it is not known.
    pub now: Option<String>,
    /// What the project's `.python-version` asks for; null where it has none.
    pub pinned: Option<String>,
    /// What fits first, newest first; of that what is on this machine before what uv would download.
    pub pythons: Vec<PythonOffer>,
    /// Why its Python can't be changed here; null where it can.
    pub fault: Option<ApiError>,
}

/// A Python that could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PythonOffer {
    /// `3.12.1`.
    pub version: String,
    /// The interpreter; null where uv would download it first.
    pub path: Option<String>,
    /// Why it can't be chosen; null where it can.
    pub fault: Option<String>,
}

/// What another Python would change. Nothing has been written yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PythonPlan {
    /// The version.
    pub python: String,
    /// What `.python-version` would ask for: `3.12`.
    pub pin: String,
    /// The change to `.python-version`; none where it asks for that already.
    pub edits: Vec<PlannedEdit>,
    /// The sync, with every command in its order.
    pub sync: SyncPlan,
    /// Names all that this was worked out from and all that it says; given back to change it.
    pub basis: String,
}

/// Changes the Python of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PythonStart {
    /// Whose, and to which.
    pub request: PythonRequest,
    /// The basis of the plan that was looked at: where something else would be changed by now, nothing is done. Null where
    /// nobody looked, as in a script: what is current is done.
    #[serde(default)]
    pub basis: Option<String>,
}

/// A change that nobody looked at first.
impl From<PythonRequest> for PythonStart {
    fn from(request: PythonRequest) -> Self {
        let basis = None;
        Self { request, basis }
    }
}
