//! Logs as the window reads them: it holds only the rows in sight and asks for the rest.
//!
//! A view is a number that the owner gives out and the host gives back; it lives until it is closed, or its host goes. Rows
//! are asked for by their index, and the index of a row is its own until a fold or a filter changes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Millis, Subject};

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum LogLevel {
    /// DEBUG, TRACE and NOTSET.
    Debug,
    /// Info; also lines that name no level.
    Info,
    /// WARNING and WARN.
    Warning,
    /// Error or critical.
    Error,
}

/// How many lines of each level a log has, whatever the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LevelCounts {
    /// Debug lines.
    pub debug: u32,
    /// Info lines.
    pub info: u32,
    /// Entries that are warnings.
    pub warning: u32,
    /// Entries that are errors or critical.
    pub error: u32,
}

/// What part of a log a view shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogFilter {
    /// Only these levels; empty means all.
    pub levels: Vec<LogLevel>,
    /// Only these sources (log ids), in the merged log; empty means all.
    pub sources: Vec<String>,
}

/// A view of one log (or of all merged): the window's handle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogView {
    /// Names the view in later calls.
    pub view: u32,
    /// How many rows it has now.
    pub rows: u32,
    /// Lines of each level, before the filter.
    pub counts: LevelCounts,
    /// The file on disk; null for the merged log.
    pub file: Option<String>,
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Segment {
    /// The text, without escape codes.
    pub text: String,
    /// `red`, `green`, `yellow`, `blue`, `magenta`, `cyan`, `dim`, or null.
    pub color: Option<String>,
    /// Whether it is drawn in heavier letters.
    pub bold: bool,
    /// A match of what the view searches for.
    pub marked: bool,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
#[ts(export)]
pub enum RowKind {
    /// A line as printed.
    Line,
    /// The next line of an entry of several lines.
    Continuation,
    /// Library frames of a traceback, folded into one row or opened.
    Fold {
        /// How many frames it stands for.
        frames: u32,
        /// Whether the frames that it stands for are rows of their own below it.
        open: bool,
    },
    /// A frame of a traceback that is the person's own, with its place.
    OwnFrame {
        /// The file and line.
        subject: Subject,
    },
    /// A frame line inside an open fold.
    Frame,
    /// The last line of a traceback: the exception.
    Exception,
    /// Dagdeck's own words.
    Note,
    /// A new process run begins.
    RunStart,
    /// Lines that are missing, which is said rather than hidden.
    Gap,
}

/// One row of a view, with all that it takes to draw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Row {
    /// Its index in the view.
    pub index: u32,
    /// When it was printed.
    pub time: Millis,
    /// The level that its entry names; Info where it names none.
    pub level: LogLevel,
    /// Which log it is from.
    pub source: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: RowKind,
    /// The logger it names, such as `dagster.code_server`.
    pub logger: Option<String>,
    /// Its text, cut at 4,000 characters; copying takes the whole.
    pub segments: Vec<Segment>,
    /// Whether the text was cut.
    pub cut: bool,
}

/// Rows asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogWindow {
    /// The rows from the asked one on, as many as there are.
    pub rows: Vec<Row>,
    /// How many rows the view has now.
    pub total: u32,
    /// Lines of each level, before the filter.
    pub counts: LevelCounts,
}

/// Rows for a host that prints them and goes on. What floods is mostly alike, and costs little more than its text here.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogPrint {
    /// The rows from the asked one on, as many as there are.
    pub blocks: Vec<PrintBlock>,
    /// The row behind them, to go on from.
    pub next: u32,
}

/// Rows that follow each other and are alike in all but their time and text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PrintBlock {
    /// The first of them.
    pub first: Row,
    /// The texts of the others, which have no style and are not cut, each ended by a line feed.
    pub more: String,
}

/// Where a search stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogMatches {
    /// How many rows match.
    pub count: u32,
    /// The row to go to; null where nothing matches.
    pub row: Option<u32>,
    /// Which of the matches it is, from 1.
    pub ordinal: u32,
    /// Why the pattern can't be used; the older matches stay.
    pub invalid: Option<String>,
}

/// Where the errors and warnings are, for the scroll bar's minimap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogMarks {
    /// Rows with an error, thinned to at most 500.
    pub errors: Vec<u32>,
    /// Rows with a warning, thinned to at most 500.
    pub warnings: Vec<u32>,
}
