//! What the checks answered last.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::check::Check;
use crate::finding::{Finding, Subject};

/// A check of a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Of what.
    pub subject: Subject,
    /// The check's id.
    pub check: &'static str,
}

/// What one check answered.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What it found; nothing means that it passed.
    pub findings: Vec<Finding>,
    /// When.
    pub at: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What it depended on.
    pub(crate) stamp: Option<String>,
}

/// What every check answered last.
#[derive(Debug, Clone, Default)]
pub struct Record {
    outcomes: BTreeMap<Key, Outcome>,
}

impl Record {
    /// The answers, by subject and then in the order of the checks' ids.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Key, &Outcome)> {
        self.outcomes.iter()
    }

    /// The answer of one check.
    #[must_use]
    pub fn outcome(&self, check: &Check, subject: &Subject) -> Option<&Outcome> {
        let key = Key {
            subject: subject.clone(),
            check: check.id,
        };
        self.outcomes.get(&key)
    }

    pub(crate) fn put(&mut self, key: Key, outcome: Outcome) {
        self.outcomes.insert(key, outcome);
    }

    /// Forgets what is no longer there.
    pub(crate) fn keep(&mut self, subjects: &[Subject]) {
        self.outcomes
            .retain(|key, _| subjects.contains(&key.subject));
    }

    /// Forgets answers that may not be asked for any more.
    pub(crate) fn forget(&mut self, check: &Check, subject: &Subject) {
        self.outcomes.remove(&Key {
            subject: subject.clone(),
            check: check.id,
        });
    }
}
