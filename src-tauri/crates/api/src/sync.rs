//! Syncing environments: what to sync, and what that would change.
//!
//! A location is named by its id, the environment of the webserver and the daemon by a flag: it belongs to none.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, CommandView};

/// Which environments to sync.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct SyncRequest {
    /// The locations whose environments are meant, by id or name.
    pub locations: Vec<String>,
    /// Whether `deployments/local` is meant too. With no location and not this, every environment that needs a sync is.
    pub deployment: bool,
}

/// What a sync would change. Nothing has been changed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SyncPreview {
    /// One per environment; where all that need it were asked for, only those in which something would change.
    pub environments: Vec<SyncPlan>,
    /// Names all that this was worked out from and all that it says; given back to sync them.
    pub basis: String,
}

/// Syncs environments.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct SyncStart {
    /// Which.
    pub request: SyncRequest,
    /// The basis of the preview that was looked at: where a sync would change something else by now, nothing is done. Null
    /// where nobody looked, as in a script or where there is nothing to lose: what is current is done.
    pub basis: Option<String>,
}

/// A sync that nobody looked at first.
impl From<SyncRequest> for SyncStart {
    fn from(request: SyncRequest) -> Self {
        let basis = None;
        Self { request, basis }
    }
}

/// What a sync of one environment would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SyncPlan {
    /// Whose it is: "data-science", "deployments/local".
    pub name: String,
    /// The locations that run from it, by id.
    pub locations: Vec<String>,
    /// Whether it is that of `deployments/local`.
    pub deployment: bool,
    /// The environment's folder, absolute.
    pub path: String,
    /// What would run, in this order.
    pub commands: Vec<CommandView>,
    /// What runs from it now and would stop meanwhile, by name: locations, "webserver", "daemon".
    pub stops: Vec<String>,
    /// The Python version that it has or would have.
    pub python: Option<String>,
    /// Whether the environment is made anew: there is none, or the one there can't be used.
    pub anew: bool,
    /// Whether uv downloads a Python for it first; which packages change can't be asked before.
    pub downloads: bool,
    /// The packages that would change, by name.
    pub packages: Vec<PackageChange>,
    /// What would change in the lockfile; null where it is current.
    pub lock: Option<LockPlan>,
    /// Why the preview failed; a sync would most likely fail the same way.
    pub failure: Option<ApiError>,
}

/// What would change in a lockfile.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LockPlan {
    /// Whether there is none yet.
    pub made: bool,
    /// The packages whose locked versions change. Empty where it is made, or where only its form changes.
    pub changes: Vec<PackageChange>,
}

/// A package that comes, goes or changes its version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PackageChange {
    /// The package.
    pub name: String,
    /// Its version now; null where it is not there.
    pub from: Option<String>,
    /// Its version then; null where it goes. Empty for a project that is installed from its own folder.
    pub to: Option<String>,
}
