//! What the checks found, and what puts it right.
//!
//! A finding is known again by its id, which holds what it is about and never its place in a list. A fix is shown with all
//! that it would do, and is carried out as shown or not at all.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ApiError, CommandView, Millis, PlannedEdit, Severity, Subject};

/// What the checks of machine, workspace and projects answered last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HealthView {
    /// What was found: by group, the worst first.
    pub findings: Vec<FindingView>,
    /// The machine, the workspace and each project, with what passed.
    pub groups: Vec<HealthGroup>,
    /// When the last round of checks ended; null before the first.
    pub checked_at: Option<Millis>,
    /// Whether a round is under way.
    pub checking: bool,
}

/// What a check is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum HealthScope {
    /// This machine: its tools, limits and variables.
    Machine,
    /// The open workspace.
    Workspace,
    /// One project of the workspace.
    Project,
}

/// The checks of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HealthGroup {
    /// What kind of subject.
    pub scope: HealthScope,
    /// The location, for a project.
    pub location: Option<String>,
    /// "This machine", "Workspace", or the location's name.
    pub name: String,
    /// How many checks passed.
    pub passed: u32,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FindingView {
    /// Names it in commands; the same as long as the same is found.
    pub id: String,
    /// The check that found it.
    pub check: String,
    /// What kind of subject it is about.
    pub scope: HealthScope,
    /// The location, for a project.
    pub location: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What it is, in one line.
    pub title: String,
    /// What follows from it.
    pub why: String,
    /// What it was seen by.
    pub evidence: Vec<String>,
    /// Where.
    pub subject: Option<Subject>,
    /// The line itself with a caret, where that helps.
    pub excerpt: Option<String>,
    /// What puts it right.
    pub fix: Option<FixView>,
    /// How the fix stands.
    pub state: FindingState,
    /// When it was found.
    pub at: Millis,
}

impl FindingView {
    /// Its fix as it is shown here, for a request; none where it has none.
    #[must_use]
    pub fn shown_fix(&self) -> Option<ShownFix> {
        self.fix.as_ref().map(|fix| ShownFix {
            finding: self.id.clone(),
            basis: fix.basis.clone(),
        })
    }
}

/// How the fix of a finding stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
#[ts(export)]
pub enum FindingState {
    /// Nothing was done yet.
    #[default]
    Open,
    /// It is being put right.
    Fixing,
    /// It was tried, and did not help.
    Failed {
        /// Why.
        error: ApiError,
    },
    /// It was put right, and the check passes. Shown until the person checks again.
    Fixed {
        /// Whether it can be taken back.
        undo: bool,
    },
}

/// What puts a finding right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FixView {
    /// The verb on its button.
    pub verb: String,
    /// What to know before.
    pub note: Option<String>,
    /// Whether it touches only environments, Dagdeck's own folder and new files.
    pub safe: bool,
    /// What pressing the button does.
    pub does: FixDoes,
    /// Names all of the above: a request that gives it back gets that and nothing else.
    pub basis: String,
}

/// What a fix does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
#[ts(export)]
pub enum FixDoes {
    /// Dagdeck carries it out.
    Steps {
        /// What is done, in order.
        steps: Vec<FixStep>,
    },
    /// The person's file is opened.
    Open {
        /// Where.
        subject: Subject,
    },
    /// The person runs a line.
    Copy {
        /// The line.
        command: String,
    },
    /// The person decides in a part of Dagdeck.
    Show {
        /// Which.
        screen: FixScreen,
        /// Of which location.
        location: Option<String>,
    },
}

/// One step of a fix: words, and a command or a change of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FixStep {
    /// What it does, in plain words.
    pub words: String,
    /// What runs.
    pub command: Option<CommandView>,
    /// What changes in a file.
    pub edit: Option<PlannedEdit>,
}

/// A part of Dagdeck where something is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum FixScreen {
    /// What a project asks for.
    Packages,
    /// A project's environment.
    Environment,
    /// A location's log, with the explanation of its load error where it has one.
    Explanation,
    /// The webserver's log.
    Webserver,
    /// The daemon's log.
    Daemon,
    /// Adding projects.
    AddProjects,
    /// Dagdeck's settings.
    Settings,
}

/// Which findings are to be put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FixRequest {
    /// Their fixes as they were shown. Where one of them would do something else by now, nothing is done.
    pub fixes: Vec<ShownFix>,
}

/// A fix that a person was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ShownFix {
    /// The finding, by id.
    pub finding: String,
    /// The basis of its fix.
    pub basis: String,
}

/// Which fixes are to be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct UndoRequest {
    /// Their findings, by id.
    pub findings: Vec<String>,
}

/// How checks are to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct HealthRequest {
    /// Whether the person asked: everything is looked at anew, the package index too.
    pub asked: bool,
}

/// Every check that was made, with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChecksView {
    /// By group.
    pub checks: Vec<CheckView>,
}

/// One check of one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckView {
    /// The check.
    pub id: String,
    /// What kind of subject it is about.
    pub scope: HealthScope,
    /// The location, for a project.
    pub location: Option<String>,
    /// What holds when it passes.
    pub passes: String,
    /// Why it matters.
    pub why: String,
    /// How many findings it has.
    pub found: u32,
    /// When it was made.
    pub at: Millis,
    /// How long it took, in ms.
    pub took: f64,
}
