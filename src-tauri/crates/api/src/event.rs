//! Events: facts in the past tense, numbered.
//!
//! Each is one revision after the last ([`crate::step`] tells old, next and gap apart), and [`crate::apply()`] is its one
//! meaning. Measurements, counts of errors and the growth of logs change nothing in a snapshot: who was not there missed
//! them, and hears the next.

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
    /// What is known of one location changed; the others stay as they were.
    LocationChanged {
        /// All of it, as it is now. It takes the place of the one with the same id.
        location: Box<LocationView>,
    },
    /// The webserver or the daemon changed.
    ServiceChanged {
        /// All of it, as it is now.
        service: Box<ServiceView>,
    },
    /// CPU and memory were measured; keys are log ids. Replaces the last measurement.
    MetricsMeasured {
        /// By log id.
        metrics: BTreeMap<String, Metrics>,
    },
    /// An operation began, went on or ended.
    OperationChanged {
        /// All of it, as it is now. It takes the place of the one with the same id, or is a new one.
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
        /// The view's number, as `log_open` answered it.
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
    /// The person's settings changed, here or in another Dagdeck.
    SettingsChanged {
        /// All of them.
        settings: Settings,
    },
    /// Faults of Dagdeck's own state were found.
    NoticesChanged {
        /// All that there are.
        notices: Vec<String>,
    },
}
