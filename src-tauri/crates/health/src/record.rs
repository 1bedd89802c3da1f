//! What the checks answered last.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use crate::check::Check;
use crate::finding::{Finding, FindingKey, Subject};

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
pub struct CheckOutcome {
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
    outcomes: BTreeMap<Key, CheckOutcome>,
}

impl Record {
    /// The answers, by subject and then in the order of the checks' ids.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Key, &CheckOutcome)> {
        self.outcomes.iter()
    }

    /// The answer of one check.
    #[must_use]
    pub fn outcome(&self, check: &Check, subject: &Subject) -> Option<&CheckOutcome> {
        let key = Key {
            subject: subject.clone(),
            check: check.id,
        };
        self.outcomes.get(&key)
    }

    /// Notes an answer. Of findings with one key the first is kept: a fix could not tell them apart.
    pub(crate) fn put(&mut self, key: Key, mut outcome: CheckOutcome) {
        let twice = twice(&outcome.findings);
        debug_assert!(
            twice.is_empty(),
            "{} of {:?} finds several things with one key: {twice:?}",
            key.check,
            key.subject
        );
        let mut seen = BTreeSet::new();
        outcome.findings.retain(|one| seen.insert(one.key.clone()));
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

/// The keys that several findings have.
pub(crate) fn twice(findings: &[Finding]) -> Vec<&FindingKey> {
    let mut seen = BTreeSet::new();
    let keys = findings.iter().map(|one| &one.key);
    keys.filter(|key| !seen.insert(*key)).collect()
}
