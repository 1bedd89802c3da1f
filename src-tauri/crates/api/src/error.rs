//! Errors and problems as a person reads them.
//!
//! A host decides by the code and never by the words, which may change at any time. `Cancelled` and `Precondition` are no
//! alarms. Where an error names a file, `subject` is its place; where something can be done at once, a hint holds it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a command did not do what was asked. Small and closed: a code exists only when a host switches on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum ErrorCode {
    /// Something has to be true first; not an alarm.
    Precondition,
    /// The person, or a later command, took it back; not an alarm.
    Cancelled,
    /// The folder, location or file is not there.
    NotFound,
    /// The folder is not trusted yet.
    Untrusted,
    /// A tool that is needed was not found.
    ToolMissing,
    /// A tool ran and said no.
    ToolFailed,
    /// Reading or writing a file failed.
    Io,
    /// What was given can't be used.
    Invalid,
    /// A fault of Dagdeck's own.
    Internal,
}

/// Where in the person's files something is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Subject {
    /// The file or folder, absolute.
    pub path: String,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The column, counted from 1.
    pub column: Option<u32>,
}

/// A next step, with an action where Dagdeck can do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Hint {
    /// The step in words.
    pub text: String,
    /// What a button behind it would do.
    pub action: Option<HintAction>,
}

/// What a hint's button does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
#[ts(export)]
pub enum HintAction {
    /// Runs `uv sync` for a location's environment.
    Sync {
        /// The location's id.
        location: String,
    },
    /// Opens a file at a line.
    OpenFile {
        /// Where.
        subject: Subject,
    },
    /// Brings uv from the package index.
    BringUv,
    /// Copies an address or a path that Dagdeck could not open.
    CopyText {
        /// The address or path.
        text: String,
    },
    /// Copies a shell line.
    CopyCommand {
        /// The line, whole.
        command: String,
        /// The same to read, where it goes to its folder first: without that.
        short: Option<String>,
        /// The folder that it goes to, absolute.
        folder: Option<String>,
    },
}

/// The one error record that reaches a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
#[ts(export)]
pub struct ApiError {
    /// What kind it is.
    pub code: ErrorCode,
    /// A plain sentence.
    pub message: String,
    /// What lay behind it, outermost first.
    pub causes: Vec<String>,
    /// Next steps.
    pub hints: Vec<Hint>,
    /// The file it is about.
    pub subject: Option<Subject>,
}

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Works, but not as meant.
    Warning,
    /// Can't start or serves nothing.
    Blocker,
}

/// Something wrong in the person's files, with the place and a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProblemView {
    /// A stable code in kebab case, such as `project-folder-missing`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// A plain sentence: state, cause.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// Where it is.
    pub subject: Subject,
    /// The line itself, where showing it with a caret helps.
    pub excerpt: Option<String>,
    /// The location it belongs to; null for the workspace as a whole.
    pub location: Option<String>,
}

impl ApiError {
    /// An error of a kind with a plain sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            subject: None,
        }
    }

    /// The same with a next step.
    #[must_use]
    pub fn with_hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(Hint {
            text: text.into(),
            action: None,
        });
        self
    }

    /// The same with what lay behind it. What was just said with the words before is not said again.
    #[must_use]
    pub fn with_source(mut self, error: &dyn std::error::Error) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let said = error.to_string();
            let before = self.causes.last().unwrap_or(&self.message);
            if !before.contains(&said) {
                self.causes.push(said);
            }
            cause = error.source();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let full = || Error::from(ErrorKind::StorageFull);
        let failed = |message: &str| ApiError::new(ErrorCode::Io, message);
        let told = failed("It can't be kept.").with_source(&full());
        assert_eq!(told.causes, [full().to_string()]);
        let told = failed(&format!("It can't be kept: {}", full())).with_source(&full());
        assert_eq!(told.causes, [""; 0]);
        let wrapped = Error::other(full());
        let told = failed("It can't be kept.").with_source(&wrapped);
        assert_eq!(told.causes, [full().to_string()]);
    }
}
