//! The workspace as a whole, and the snapshot that holds it.
//!
//! A snapshot is all that a host shows when it comes; from there on events change it. Nothing in it is read back to decide
//! something.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    CommandView, Creation, EnvironmentView, HealthView, LocationView, Machine, Millis, Operation,
    ProblemView, RecentWorkspace, ServiceView, Settings, Subject,
};

/// What kind of folder was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum WorkspaceKind {
    /// A dg.toml with `directory_type = "workspace"`.
    DgWorkspace,
    /// A single dg project.
    DgProject,
    /// A folder with a workspace.yaml.
    WorkspaceYaml,
    /// A Python package with `[tool.dagster] module_name`.
    PlainPackage,
    /// None of these.
    NotAWorkspace,
}

/// Everything a host shows. Sent whole on open, then changed by events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Snapshot {
    /// Counts up with every event; an event that skips one means: fetch again.
    pub revision: u32,
    /// Dagdeck's version.
    pub version: String,
    /// `linux`, `macos` or `windows`.
    pub platform: String,
    /// The person's home folder, for showing paths with `~`.
    pub home: String,
    /// What is on this machine.
    pub machine: Machine,
    /// Workspaces opened before, newest first.
    pub recent: Vec<RecentWorkspace>,
    /// The person's settings.
    pub settings: Settings,
    /// The open workspace.
    pub workspace: Option<WorkspaceView>,
    /// What the checks of machine, workspace and projects answered.
    pub health: HealthView,
    /// What is being made, or was made and not put away yet.
    pub creation: Option<Creation>,
    /// What Dagdeck ran, newest first.
    pub operations: Vec<Operation>,
    /// Faults of Dagdeck's own state, such as a damaged settings file that was set aside.
    pub notices: Vec<String>,
}

/// The open workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WorkspaceView {
    /// The root folder, absolute.
    pub root: String,
    /// The root folder's name.
    pub name: String,
    /// What makes it a workspace: dg.toml, a single project, a workspace.yaml.
    pub kind: WorkspaceKind,
    /// The file that makes it one, absolute.
    pub config: Option<String>,
    /// Whether the person lets programs run here.
    pub trusted: bool,
    /// What would run once trusted.
    pub trust_plan: TrustPlan,
    /// What is wrong in the workspace's own files (each location has its own list).
    pub problems: Vec<ProblemView>,
    /// The code locations in dg.toml order.
    pub locations: Vec<LocationView>,
    /// Dagster's webserver: its lifecycle, process and address.
    pub webserver: ServiceView,
    /// Dagster's daemon: its lifecycle and process.
    pub daemon: ServiceView,
    /// What the webserver and the daemon run from; null where none can be found.
    pub deployment: Option<DeploymentView>,
    /// Where runs are kept.
    pub instance: InstanceView,
    /// What Launch would do, or is doing.
    pub launch: LaunchView,
    /// Dagster projects found nearby, when this is no workspace.
    pub nearby: Vec<NearbyProject>,
    /// What is watched.
    pub watching: WatchView,
}

/// Where the webserver and daemon run from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeploymentView {
    /// Relative to the root (`deployments/local`, a project's path), or absolute in app data.
    pub path: String,
    /// Why this one: "deployments/local", "the first project with dagster-webserver", "made by Dagdeck".
    pub origin: String,
    /// The environment that they run from, as read.
    pub environment: EnvironmentView,
    /// Whether Dagdeck would have to make it first, and asks before.
    pub to_be_made: bool,
    /// What a sync of it runs; null where it is not the workspace's own `deployments/local`.
    pub sync: Option<CommandView>,
}

/// The Dagster instance (DAGSTER_HOME) in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct InstanceView {
    /// The folder, absolute.
    pub path: String,
    /// `environment`, `dotEnv` or `dagdeck`.
    pub source: String,
    /// Why the person's own DAGSTER_HOME is not used, or what is wrong with this one.
    pub problem: Option<String>,
}

/// What Launch does, in words and numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LaunchView {
    /// Whether a launch is under way.
    pub active: bool,
    /// When it began.
    pub since: Option<Millis>,
    /// How long the last one took from click to all settled, in ms.
    pub took: Option<f64>,
    /// When what runs was launched, or what ran last: the last start that found nothing running. Null if none is known.
    pub at: Option<Millis>,
    /// Locations that can start, by id.
    pub startable: Vec<String>,
    /// Locations that can't, by id.
    pub blocked: Vec<String>,
    /// How many of the startable ones have settled (ready or load error).
    pub settled: u32,
}

/// One thing that would run in a folder once it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustStep {
    /// What it is in plain words.
    pub title: String,
    /// When it would run: "at once", "when you press Launch".
    pub when: String,
    /// The exact command.
    pub command: CommandView,
    /// How many more of the same kind follow (one per location).
    pub more: u32,
}

/// Why something is worth a look before a folder is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ConcernKind {
    /// Code that runs when the project is installed.
    RunsAtInstall,
    /// A package that comes from somewhere else than a package index.
    DirectReference,
    /// Variables that are put into the environment of what is started.
    Variables,
}

/// One thing worth a look before a folder is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustConcern {
    /// Why.
    pub kind: ConcernKind,
    /// The file, with the line where there is one.
    pub subject: Subject,
    /// A plain sentence.
    pub message: String,
}

/// What would run in a folder once it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustPlan {
    /// What would run, in the order in which it would.
    pub steps: Vec<TrustStep>,
    /// What is worth a look first; empty once the folder is trusted.
    pub concerns: Vec<TrustConcern>,
}

/// A Dagster project found near a folder that is no workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NearbyProject {
    /// Its folder, absolute.
    pub path: String,
    /// Its folder's name.
    pub name: String,
    /// What makes it one.
    pub kind: WorkspaceKind,
}

/// What is watched for changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct WatchView {
    /// How many folders are watched.
    pub folders: u32,
    /// Whether a limit of the system forces looking every few seconds instead, and which.
    pub limited: Option<String>,
}
