//! What a check found, and by what it is known again.

use std::borrow::Cow;
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
    /// The machine, whatever is open.
    Machine,
    /// The open workspace.
    Workspace,
    /// A project of it, by id.
    Project(String),
}

/// What a finding is about, within its check and subject: a variable's name, a package's, a file with what stands in it.
///
/// The same fault has the same key in every round, so it never holds a number that counts findings, nor a line. No two
/// findings of one check and subject share one; two that would are one finding with more evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingKey(Cow<'static, str>);

impl FindingKey {
    /// Of a check that finds one thing of its subject at most.
    pub const ONLY: Self = Self(Cow::Borrowed(""));
    /// Of a check that could not be made, so that nothing is known of what it looks for.
    pub const UNCHECKED: Self = Self(Cow::Borrowed("unchecked"));

    /// A key by what the finding is about.
    pub fn of(about: impl Into<Cow<'static, str>>) -> Self {
        Self(about.into())
    }

    /// The key as text; empty for [`Self::ONLY`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same within something of which the check may have several, such as one project of the workspace.
    #[must_use]
    pub fn within(&self, whose: &str) -> Self {
        Self(Cow::Owned(format!("{whose}/{}", self.0)))
    }
}

/// A place in the person's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// The file or folder, absolute.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

impl FilePlace {
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
    /// What it is known by again, within its check and subject.
    pub key: FindingKey,
    /// How much it matters.
    pub level: Level,
    /// What it is, in one line without a full stop.
    pub title: String,
    /// What follows from it, and what to do where no fix says so.
    pub why: String,
    /// What it was seen by: versions, paths, lines as printed.
    pub evidence: Vec<String>,
    /// Where.
    pub place: Option<FilePlace>,
    /// The line itself with a caret under the column.
    pub excerpt: Option<String>,
    /// What puts it right.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Something that can't start or serves nothing.
    pub fn blocker(key: FindingKey, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(key, Level::Blocker, title, why)
    }

    /// Something that works, but not as meant.
    pub fn warning(key: FindingKey, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(key, Level::Warning, title, why)
    }

    /// Something that is good to know.
    pub fn note(key: FindingKey, title: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(key, Level::Note, title, why)
    }

    /// A finding of a level.
    pub fn new(
        key: FindingKey,
        level: Level,
        title: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self {
            key,
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
    pub fn at(mut self, place: FilePlace) -> Self {
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
