//! What a check found.

use std::path::PathBuf;

use crate::fix::Fix;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Good to know.
    Note,
    /// Works, but not as meant.
    Warning,
    /// Something can't start or serves nothing.
    Blocker,
}

/// What a check was made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// This machine.
    Machine,
    /// The open workspace.
    Workspace,
    /// A project of it, by id.
    Project(String),
}

/// A place in the person's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file or folder, absolute.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

impl Place {
    /// A whole file or folder.
    pub fn of(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            line: None,
            column: None,
        }
    }

    /// A line of a file.
    pub fn line(path: impl Into<PathBuf>, line: u32) -> Self {
        Self {
            line: Some(line),
            ..Self::of(path)
        }
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What it is, in one line without a full stop.
    pub title: String,
    /// What follows from it, and what to do where no fix says so.
    pub why: String,
    /// What it was seen by: versions, paths, lines as printed.
    pub evidence: Vec<String>,
    /// Where.
    pub place: Option<Place>,
    /// The line itself with a caret under the column.
    pub excerpt: Option<String>,
    /// What puts it right.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Something that can't start or serves nothing.
    pub fn blocker(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Level::Blocker, title, why)
    }

    /// Something that works, but not as meant.
    pub fn warning(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Level::Warning, title, why)
    }

    /// Something that is good to know.
    pub fn note(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Level::Note, title, why)
    }

    /// A finding of a level.
    pub fn new(level: Level, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            level,
            title: title.into(),
            why: why.into(),
            evidence: Vec::new(),
            place: None,
            excerpt: None,
            fix: None,
        }
    }

    /// The same with something that it was seen by.
    #[must_use]
    pub fn seen(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// The same with its place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same with what puts it right.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
