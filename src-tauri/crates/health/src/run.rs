//! Makes checks, many at once. One that crashes or hangs is a finding of its own; the rest go on.
//!
//! Refuses to decide what follows from an answer: `record` keeps it, hosts show it. Checks that need trust are forgotten in
//! a folder that has none, so that no old answer is shown there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use futures::StreamExt;
use tokio::task::JoinError;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::CHECKS;
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey, Subject};
use crate::record::{CheckOutcome, Key, Record};

/// How many checks are made at once. Most only look at what was read; a few wait for a program.
const AT_ONCE: usize = 16;

/// Which checks are to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Only those that depend on one of these; all where it is empty.
    pub changed: BTreeSet<Reads>,
    /// Whether the person asked: answers that still stand are made anew too, and the network may be used.
    pub asked: bool,
}

impl Request {
    /// Everything that may be made unasked.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// What depends on something that changed.
    #[must_use]
    pub fn changed(changed: impl IntoIterator<Item = Reads>) -> Self {
        Self {
            changed: changed.into_iter().collect(),
            asked: false,
        }
    }

    /// Everything, because the person asked.
    #[must_use]
    pub fn asked() -> Self {
        Self {
            changed: BTreeSet::new(),
            asked: true,
        }
    }

    /// Both this and another.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if self.changed.is_empty() || other.changed.is_empty() {
            self.changed.clear();
        } else {
            self.changed.extend(other.changed);
        }
        self.asked |= other.asked;
        self
    }

    /// Whether a check depends on something that changed.
    fn wants(&self, check: &Check) -> bool {
        self.changed.is_empty() || check.reads.iter().any(|reads| self.changed.contains(reads))
    }
}

/// Makes the checks that are to be made and notes what they answer.
pub async fn run(facts: &Arc<Facts>, request: &Request, record: &mut Record) {
    run_of(CHECKS, facts, request, record).await;
}

/// As [`run`], of a table of checks.
pub(crate) async fn run_of(
    checks: &[&'static Check],
    facts: &Arc<Facts>,
    request: &Request,
    record: &mut Record,
) {
    let subjects = facts.subjects();
    record.keep(&subjects);
    let trusted = facts.workspace.as_ref().is_some_and(|one| one.trusted);
    let mut jobs = Vec::new();
    for subject in &subjects {
        for &check in checks.iter().filter(|check| check.scope == subject.scope()) {
            let theirs = matches!(check.needs, Needs::Trust | Needs::TrustAndAsking);
            if theirs && !trusted {
                record.forget(check, subject);
                continue;
            }
            let for_asking = matches!(check.needs, Needs::Asking | Needs::TrustAndAsking);
            let unasked = for_asking && !request.asked;
            let last = record.outcome(check, subject);
            if !request.wants(check) || unasked && last.is_none() {
                continue;
            }
            let stamp = check.judge.stamp(facts, subject);
            let stands = stamp.is_some() && last.is_some_and(|last| last.stamp == stamp);
            if unasked {
                // An answer about what is no longer so misleads; a new one waits for the person.
                if stamp.is_some() && !stands {
                    record.forget(check, subject);
                }
                continue;
            }
            if !stands || request.asked && check.needs != Needs::TrustAndAsking {
                jobs.push(make(check, Arc::clone(facts), subject.clone(), stamp));
            }
        }
    }
    let made: Vec<(Key, CheckOutcome)> = futures::stream::iter(jobs)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (key, outcome) in made {
        record.put(key, outcome);
    }
}

/// Makes one check of a subject now, whatever its last answer depended on, and notes nothing.
pub async fn look_again(
    check: &'static Check,
    facts: &Arc<Facts>,
    subject: &Subject,
) -> Vec<Finding> {
    let (_, outcome) = make(check, Arc::clone(facts), subject.clone(), None).await;
    outcome.findings
}

/// Makes one check within its limit. Time over and a panic are findings; a thread that hangs goes on by itself, for the
/// system lets nobody end it.
async fn make(
    check: &'static Check,
    facts: Arc<Facts>,
    subject: Subject,
    stamp: Option<String>,
) -> (Key, CheckOutcome) {
    let (at, began) = (SystemTime::now(), Instant::now());
    let judged = judge(check.judge, facts, subject.clone());
    let findings = match tokio::time::timeout(check.judge.limit(), judged).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(broken)) => vec![broke(check, &broken)],
        Err(_) => vec![hung(check)],
    };
    let outcome = CheckOutcome {
        findings,
        at,
        took: began.elapsed(),
        stamp,
    };
    let check = check.id;
    (Key { subject, check }, outcome)
}

/// Judges on a task of its own, so that a panic ends nothing else.
async fn judge(
    judge: Judge,
    facts: Arc<Facts>,
    subject: Subject,
) -> Result<Vec<Finding>, JoinError> {
    match judge {
        Judge::Asking { ask, .. } => tokio::spawn(ask(facts, subject)).await,
        Judge::Machine(look) => tokio::task::spawn_blocking(move || look(&facts)).await,
        Judge::Workspace(look) => {
            let look = move || {
                let workspace = facts.workspace.as_ref();
                workspace.map(|workspace| look(&facts, workspace))
            };
            let found = tokio::task::spawn_blocking(look).await;
            found.map(Option::unwrap_or_default)
        }
        Judge::Project(look) => {
            let look = move || {
                let project = facts.project(&subject)?;
                Some(look(&facts, facts.workspace.as_ref()?, project))
            };
            let found = tokio::task::spawn_blocking(look).await;
            found.map(Option::unwrap_or_default)
        }
    }
}

/// A panic in a check: a fault of ours, said as one.
fn broke(check: &Check, broken: &JoinError) -> Finding {
    Finding::warning(
        FindingKey::UNCHECKED,
        format!("“{}” could not be checked", check.passes),
        "The check itself broke down, which is a fault of Dagdeck. What it looks at may be fine.",
    )
    .seen(format!("{}: {broken}", check.id))
}

/// A check whose time is over.
fn hung(check: &Check) -> Finding {
    let limit = check.judge.limit().as_secs();
    Finding::warning(
        FindingKey::UNCHECKED,
        format!("“{}” could not be checked", check.passes),
        "What it looks at did not answer in time: a slow disk, a network folder, or a tool that hangs.",
    )
    .seen(format!("{}: no answer after {limit} s", check.id))
}

impl Subject {
    /// Which checks are made of it.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self {
            Self::Machine => Scope::Machine,
            Self::Workspace => Scope::Workspace,
            Self::Project(_) => Scope::Project,
        }
    }
}

impl Judge {
    fn stamp(&self, facts: &Facts, subject: &Subject) -> Option<String> {
        match self {
            Self::Asking { stamp, .. } => stamp.map(|stamp| stamp(facts, subject)),
            Self::Machine(_) | Self::Workspace(_) | Self::Project(_) => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
