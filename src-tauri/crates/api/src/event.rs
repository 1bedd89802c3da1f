//! Events: facts in the past tense, numbered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Creation, HealthView, LevelCounts, LocationView, Machine, Metrics, Operation, RecentWorkspace,
    ServiceView, Settings, WorkspaceView,
};

/// One event with its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Envelope {
    /// Counts up by one; a gap means: fetch the snapshot again.
    pub revision: u32,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
#[ts(export)]
pub enum Event {
    /// The workspace was opened, closed or read again: everything of it may differ.
    WorkspaceRead {
        /// The workspace; null when closed.
        workspace: Option<Box<WorkspaceView>>,
    },
    /// The workspace's own parts changed; `locations` in it is empty and stays as it was.
    WorkspaceChanged {
        /// The workspace without its locations.
        workspace: Box<WorkspaceView>,
    },
    /// One location changed.
    LocationChanged {
        /// The location.
        location: Box<LocationView>,
    },
    /// The webserver or the daemon changed.
    ServiceChanged {
        /// The service.
        service: Box<ServiceView>,
    },
    /// CPU and memory were measured; keys are log ids. Replaces the last measurement.
    MetricsMeasured {
        /// By log id.
        metrics: BTreeMap<String, Metrics>,
    },
    /// An operation began, went on or ended.
    OperationChanged {
        /// The operation.
        operation: Box<Operation>,
    },
    /// What is being made went on, or was put away.
    CreationChanged {
        /// What is being made; null once put away.
        creation: Option<Box<Creation>>,
    },
    /// The checks answered, or a fix went on.
    HealthChanged {
        /// What is known now.
        health: Box<HealthView>,
    },
    /// A log view has more (or fewer) rows; told at most 20 times a second.
    LogGrew {
        /// The view.
        view: u32,
        /// How many rows it has now.
        rows: u32,
        /// Lines of each level, before the filter.
        counts: LevelCounts,
    },
    /// Errors in a location's or service's log were counted anew; keys are log ids.
    ErrorsCounted {
        /// By log id.
        counts: BTreeMap<String, LevelCounts>,
    },
    /// This machine was looked at.
    MachineChecked {
        /// What is on it.
        machine: Machine,
    },
    /// The list of recent workspaces changed.
    RecentChanged {
        /// Newest first.
        recent: Vec<RecentWorkspace>,
    },
    /// The settings changed.
    SettingsChanged {
        /// The settings.
        settings: Settings,
    },
    /// Faults of Dagdeck's own state were found.
    NoticesChanged {
        /// All that there are.
        notices: Vec<String>,
    },
}
