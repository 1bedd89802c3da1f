//! Puts findings right: what a person was shown, or nothing. The check that found a fault proves the fix afterwards.
//!
//! Owns which fix is the one that was shown, whose turn it is at a file, and how a fix ended. Refuses to carry anything
//! out itself: `carry_out` does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ::health::{Facts, Finding, FindingKey, Fix, FixAction, Key, Request, look_again};
use futures::future::join_all;
use workspace::edit::Edit;

use super::{FixError, Fixing, Health, edits, facts, present};
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis::{self, Moved};
use crate::operations::projects::file_name;
use api::{FindingState, FindingView, FixDoes, ShownFix};

/// A fix that is the one that was shown, and is to be carried out.
struct Planned {
    /// The check that found the fault, and of what.
    check: Key,
    /// The fault, within the check.
    key: FindingKey,
    finding: FindingView,
    fix: Fix,
}

/// What a check says once its finding was put right.
enum Proof {
    Passes,
    StillFound,
    Unchecked,
}

/// What checks find now, as far as they were asked.
type Anew = BTreeMap<Key, Vec<Finding>>;

impl Health {
    /// Puts findings right as was shown, all at once, and returns when each was tried and checked again. Fixes of one file
    /// follow each other, each worked out from the file as the one before left it.
    ///
    /// # Errors
    /// Where one of them is not found any more, is not for Dagdeck to put right, or would be put right in another way than
    /// was shown; then nothing was done. What goes wrong with one shows on it.
    pub(crate) async fn fix(
        &self,
        session: Option<&Arc<OpenWorkspace>>,
        shown: &[ShownFix],
    ) -> Result<(), FixError> {
        let planned = self.as_shown(session, shown).await?;
        let begun: Vec<Planned> = planned.into_iter().filter(|one| self.begin(one)).collect();
        self.show(session, true);
        let done = begun.into_iter().map(|planned| async move {
            let outcome = self.in_turn(session, &planned).await;
            (planned, outcome)
        });
        let done = join_all(done).await;
        self.check_again(session).await;
        for (planned, outcome) in done {
            let failed = |error: &FixError| FindingState::Failed {
                error: error.into(),
            };
            let state = match (&outcome, self.proof(&planned)) {
                (Err(error), _) => failed(error),
                (Ok(_), Proof::StillFound) => failed(&FixError::StillFound),
                (Ok(_), Proof::Unchecked) => failed(&FixError::Unchecked),
                (Ok(made), Proof::Passes) => FindingState::Fixed {
                    undo: made.is_some(),
                },
            };
            self.set(&planned.finding, state, outcome.ok().flatten());
        }
        self.show(session, false);
        Ok(())
    }

    /// Takes back a fix that changed a file, and nothing else that changed there since.
    ///
    /// # Errors
    /// Where there is nothing to take back, or its lines can't be told from later ones; then the file stays as it is.
    pub(crate) async fn undo(
        &self,
        session: Option<&Arc<OpenWorkspace>>,
        id: &str,
    ) -> Result<(), FixError> {
        let made = self.state().fixes.get(id).and_then(|fix| fix.made.clone());
        let made = made.ok_or(FixError::NothingMade)?;
        {
            let file = self.turns_of(&made.path);
            let _turn = file.lock().await;
            off_thread(move || take_back(&made)).await?;
        }
        self.state().fixes.remove(id);
        self.check_again(session).await;
        Ok(())
    }

    /// Reads the workspace anew and makes every check.
    async fn check_again(&self, session: Option<&Arc<OpenWorkspace>>) {
        if let Some(session) = session {
            session.refresh_and_ask_uv(true).await;
        }
        self.round(session, &Request::all()).await;
    }

    /// The fixes that were shown, where each is still the one that would be made.
    async fn as_shown(
        &self,
        session: Option<&Arc<OpenWorkspace>>,
        shown: &[ShownFix],
    ) -> Result<Vec<Planned>, FixError> {
        let mut planned = Vec::new();
        let mut anew = Anew::new();
        let mut moved: Vec<FixError> = Vec::new();
        for one in shown {
            let recorded = self.recorded(&one.finding);
            let (check, mut found) = recorded.ok_or(FixError::Unknown)?;
            let edits = |found: &Finding| {
                let fix = found.fix.as_ref();
                fix.is_some_and(|fix| edits::edited(&fix.action).is_some())
            };
            // What a file holds may have changed without anything that tells.
            if edits(&found) {
                match self.now(session, &check, &found.key, &mut anew).await {
                    Some(now) => found = now,
                    None => {
                        moved.push(FixError::Gone { title: found.title });
                        continue;
                    }
                }
            }
            let Some(fix) = found.fix.clone() else {
                moved.push(FixError::Gone { title: found.title });
                continue;
            };
            let finding = present::finding(&check, &found, crate::clock::now(), session);
            let now = finding.fix.as_ref().map_or("", |fix| fix.basis.as_str());
            if let Err(other) = basis::require(&one.basis, now) {
                moved.push(otherwise(&finding, other));
            } else if !fix.is_carried_out() {
                return Err(FixError::Persons);
            } else {
                let key = found.key;
                planned.push(Planned {
                    check,
                    key,
                    finding,
                    fix,
                });
            }
        }
        let mut moved = moved.into_iter();
        let Some(first) = moved.next() else {
            return Ok(planned);
        };
        let others: Vec<FixError> = moved.collect();
        // What is shown next is what would be done now.
        if let Some(session) = session {
            session.read_and_show().await;
        }
        self.round(session, &Request::all()).await;
        if others.is_empty() {
            return Err(first);
        }
        let first = Box::new(first);
        Err(FixError::Several { first, others })
    }

    /// A finding on record, by id.
    fn recorded(&self, id: &str) -> Option<(Key, Finding)> {
        let state = self.state();
        let mut all = state
            .record
            .outcomes()
            .flat_map(|(check, outcome)| outcome.findings.iter().map(move |one| (check, one)));
        let (check, found) = all.find(|(check, found)| present::id(check, &found.key) == id)?;
        Some((check.clone(), found.clone()))
    }

    /// What a check finds now under a key, from the workspace as it is on disk.
    async fn now(
        &self,
        session: Option<&Arc<OpenWorkspace>>,
        check: &Key,
        key: &FindingKey,
        anew: &mut Anew,
    ) -> Option<Finding> {
        if !anew.contains_key(check) {
            let facts = self.facts_now(session).await;
            let found = look_again(::health::check(check.check)?, &facts, &check.subject).await;
            anew.insert(check.clone(), found);
        }
        let mut found = anew.get(check)?.iter();
        found.find(|one| one.key == *key).cloned()
    }

    async fn facts_now(&self, session: Option<&Arc<OpenWorkspace>>) -> Arc<Facts> {
        if let Some(session) = session {
            session.read_and_show().await;
        }
        Arc::new(facts::gather(&self.context, session).await)
    }

    /// Marks a finding as being put right; false where it is already.
    fn begin(&self, planned: &Planned) -> bool {
        let mut state = self.state();
        let before = state.fixes.get(&planned.finding.id);
        if before.is_some_and(|fix| fix.state == FindingState::Fixing) {
            return false;
        }
        let fixing = Fixing {
            finding: planned.finding.clone(),
            state: FindingState::Fixing,
            made: None,
        };
        state.fixes.insert(planned.finding.id.clone(), fixing);
        true
    }

    /// Carries a fix out when it is its turn at the file that it edits; answers the edit that was made.
    async fn in_turn(
        &self,
        session: Option<&Arc<OpenWorkspace>>,
        planned: &Planned,
    ) -> Result<Option<Edit>, FixError> {
        let title = &planned.finding.title;
        let Some(path) = edits::edited(&planned.fix.action) else {
            return self.carry_out(session, &planned.fix, title).await;
        };
        let file = self.turns_of(path);
        let _turn = file.lock().await;
        let action = planned.fix.action.clone();
        if off_thread(move || Ok(is_as_planned(&action))).await? {
            return self.carry_out(session, &planned.fix, title).await;
        }
        let (check, key) = (&planned.check, &planned.key);
        let now = self.now(session, check, key, &mut Anew::new()).await;
        // What was done to the file since may have put this right too: the check tells.
        let Some(fix) = now.and_then(|found| found.fix) else {
            return Ok(None);
        };
        if !edits::same_change(&planned.fix.action, &fix.action) {
            let parts = vec![file_name(path)];
            return Err(Moved { parts }.into());
        }
        self.carry_out(session, &fix, title).await
    }

    /// Whose turn it is at a file: one edit after the other.
    fn turns_of(&self, path: &Path) -> Arc<tokio::sync::Mutex<()>> {
        // A link and what it leads to are one file.
        let path = workspace::real_path(path);
        Arc::clone(self.state().turns.entry(path).or_default())
    }

    /// What the check says now of the finding that was put right. One that could not be made proves nothing.
    fn proof(&self, planned: &Planned) -> Proof {
        let state = self.state();
        let outcome = ::health::check(planned.check.check)
            .and_then(|check| state.record.outcome(check, &planned.check.subject));
        let found = outcome.map_or(&[][..], |outcome| &outcome.findings);
        let has = |key: &FindingKey| found.iter().any(|one| one.key == *key);
        if has(&planned.key) {
            Proof::StillFound
        } else if has(&FindingKey::UNCHECKED) {
            Proof::Unchecked
        } else {
            Proof::Passes
        }
    }

    fn set(&self, finding: &FindingView, state: FindingState, made: Option<Edit>) {
        let fixing = Fixing {
            finding: finding.clone(),
            state,
            made,
        };
        self.state().fixes.insert(finding.id.clone(), fixing);
    }
}

/// Whether a file is still the one that an edit was worked out from.
fn is_as_planned(action: &FixAction) -> bool {
    match action {
        FixAction::Change(edit) => {
            fs_err::read(&edit.path).is_ok_and(|now| now == edit.before.as_bytes())
        }
        FixAction::Write { path, .. } => !path.exists(),
        _ => true,
    }
}

/// Undoes an edit: takes back its lines and leaves what was written since.
///
/// # Errors When later edits touch the same lines, so that the two can't be told apart, and when the file can't be read or
/// written.
fn take_back(made: &Edit) -> Result<(), FixError> {
    let path = &made.path;
    let now = fs_err::read_to_string(path).map_err(FixError::file(path))?;
    let after = edits::without(made, &now);
    let after = after.ok_or_else(|| FixError::Inseparable { path: path.clone() })?;
    let edit = Edit {
        path: path.clone(),
        before: now,
        after,
    };
    Ok(edit.write()?)
}

/// A refusal with what it is about, and what would be done now.
fn otherwise(finding: &FindingView, moved: Moved) -> FixError {
    let now = finding.fix.as_ref();
    FixError::Otherwise {
        moved,
        title: finding.title.clone(),
        now: now.map(|fix| in_words(&fix.verb, &fix.does)),
    }
}

/// What a fix does in one line, commands as shell lines.
fn in_words(verb: &str, does: &FixDoes) -> String {
    let FixDoes::Steps { steps } = does else {
        return verb.to_owned();
    };
    let steps = steps.iter().map(|step| match &step.command {
        Some(command) => command.shell.as_str(),
        None => step.words.as_str(),
    });
    steps.collect::<Vec<_>>().join("; ")
}

/// Reads or writes a file off the async threads.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FixError> + Send + 'static,
) -> Result<T, FixError> {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.map_err(FixError::BrokeDown)?
}
