//! The checks of the open workspace, alive: made when something changed, shown with what puts each finding right.
//!
//! Owns when checks are made, what they last answered, and the carrying out of fixes. Refuses to judge: `health` does.

mod carry_out;
mod edits;
mod error;
mod facts;
mod fixing;
mod listen;
mod present;
mod report;
mod scrub;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ::health::{Record, Request};
use parking_lot::{Mutex, MutexGuard};
use workspace::edit::Edit;

use crate::clock;
use crate::context::AppContext;
use crate::open_workspace::OpenWorkspace;
use api::{CheckView, ChecksView, FindingState, FindingView, HealthView, Millis};

pub(crate) use error::{FixError, NotSaved};
pub(crate) use listen::keep_checking;
pub(crate) use report::{report, save};

/// The checks and what they answered last.
pub(crate) struct Health {
    context: Arc<AppContext>,
    state: Mutex<CheckState>,
    /// Held during a round: two at once would see half of each other's answers.
    turn: tokio::sync::Mutex<()>,
}

/// What the checks answered, and what became of putting their findings right.
#[derive(Default)]
struct CheckState {
    record: Record,
    checked_at: Option<Millis>,
    /// Findings that are being put right, or were, by id.
    fixes: BTreeMap<String, Fixing>,
    /// Whose turn it is at each file that a fix edited.
    turns: BTreeMap<PathBuf, Arc<tokio::sync::Mutex<()>>>,
}

/// A finding that is being put right, or was.
#[derive(Clone)]
struct Fixing {
    finding: FindingView,
    state: FindingState,
    /// The edit that was made, where it can be taken back.
    made: Option<Edit>,
}

impl Health {
    /// Nothing was checked yet.
    pub(crate) fn new(context: Arc<AppContext>) -> Self {
        Self {
            context,
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Makes checks and shows what they answer. Without a session those of the machine alone.
    pub(crate) async fn round(&self, session: Option<&Arc<OpenWorkspace>>, request: &Request) {
        let _turn = self.turn.lock().await;
        self.context
            .board
            .change_health(|view| view.checking = true);
        let facts = Arc::new(facts::gather(&self.context, session).await);
        let mut record = self.state().record.clone();
        ::health::run(&facts, request, &mut record).await;
        // What was asked of a workspace that was closed meanwhile ended with it, and tells nothing.
        if session.is_some_and(|session| session.is_over()) {
            self.context
                .board
                .change_health(|view| view.checking = false);
            return;
        }
        {
            let mut state = self.state();
            state.record = record;
            state.checked_at = Some(clock::now());
            if request.asked {
                state
                    .fixes
                    .retain(|_, fix| fix.state == FindingState::Fixing);
            }
        }
        self.show(session, false);
    }

    /// Forgets everything about a workspace that was closed, and shows what is left.
    pub(crate) fn closed(&self) {
        *self.state() = CheckState::default();
        self.context
            .board
            .change_health(|view| *view = HealthView::default());
    }

    /// Every check that was made.
    pub(crate) fn list(&self) -> ChecksView {
        let state = self.state();
        let checks = state.record.outcomes().filter_map(|(key, outcome)| {
            let check = ::health::check(key.check)?;
            let (scope, location) = present::subject(&key.subject);
            Some(CheckView {
                id: check.id.to_owned(),
                scope,
                location,
                passes: check.passes.to_owned(),
                why: check.why.to_owned(),
                found: u32::try_from(outcome.findings.len()).unwrap_or(u32::MAX),
                at: api::millis(outcome.at),
                took: outcome.took.as_secs_f64() * 1000.0,
            })
        });
        ChecksView {
            checks: checks.collect(),
        }
    }

    /// Puts what is known on the board.
    fn show(&self, session: Option<&Arc<OpenWorkspace>>, checking: bool) {
        let view = {
            let state = self.state();
            present::view(&state, session, checking)
        };
        self.context.board.change_health(|shown| *shown = view);
    }

    fn state(&self) -> MutexGuard<'_, CheckState> {
        self.state.lock()
    }
}
