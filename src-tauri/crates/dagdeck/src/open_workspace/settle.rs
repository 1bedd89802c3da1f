//! Waits until a location's code is what was on disk at a moment, or until it is known why it is not.
//!
//! Compares files with what was loaded from them, and trusts no event: one may be lost, or still on its way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{ApiError, Lifecycle, Readiness, SettledLocation};
use tokio::time::timeout;
use unit::{Generation, Shown};

use super::OpenWorkspace;
use super::watch::cause;
use crate::open::commands::code_server;
use crate::open::{FactsError, Unloaded};
use crate::run::StartError;

/// The longest pause between two looks: what a location waits for (a sync, a launch that begins) is told to nobody here.
const LOOK: Duration = Duration::from_millis(250);

/// What a look at a location came to.
enum Judgement {
    /// There is nothing more to wait for. What is on disk is loaded, or could not be, but for this.
    Settled(Unloaded),
    /// The code has to be loaded again, for this is not.
    Behind(Unloaded),
    /// It is on its way.
    Going,
}

/// Who waits for one location.
struct Waiting {
    since: Instant,
    /// The newest attempt of which it is known that it holds what was on disk then.
    current: Option<Generation>,
    /// The first of those: what serves since then is live, whatever is being loaded beside it.
    first: Option<Generation>,
    /// The newest attempt that was made to be followed by another.
    overtaken: Option<Generation>,
    /// What serves that code, where the Dagster UI may not show it yet. Another load may be under way by then.
    served: Option<(Generation, Shown)>,
}

impl OpenWorkspace {
    /// Waits until a location has loaded what was on disk when this was asked, or failed to. Where its code is not loaded again
    /// by itself, answers at once and says what is not loaded.
    ///
    /// # Errors
    /// Where there is no such location, or Dagdeck does not run it.
    pub(crate) async fn settle_location(
        self: &Arc<Self>,
        id: &str,
    ) -> Result<SettledLocation, StartError> {
        let mut waiting = Waiting {
            since: Instant::now(),
            current: None,
            first: None,
            overtaken: None,
            served: None,
        };
        // What was saved of its settings decides where its code is.
        self.read_since(waiting.since).await?;
        let unit = self.location(id)?;
        let mut tellings = self.facts.tellings();
        loop {
            tellings.mark_unchanged();
            if let Some((serving, shown)) = &waiting.served
                && self.facts.is_told(id, *serving)
            {
                return Ok(self.settled_as(id, shown.clone(), &Unloaded::default()));
            }
            let shown = unit.shown();
            match self.judge(id, &shown, &mut waiting).await? {
                Judgement::Settled(unloaded) => return Ok(self.settled_as(id, shown, &unloaded)),
                Judgement::Behind(unloaded) => {
                    let cause = cause(&self.facts.root, &unloaded.files);
                    if let Err(refused) = self.reload_location(id, Some(cause)).await {
                        let told = self.settled_as(id, unit.shown(), &unloaded);
                        let blocked = Some(ApiError::from(refused).message);
                        return Ok(SettledLocation { blocked, ..told });
                    }
                    waiting.overtaken = shown.attempt;
                }
                Judgement::Going => {}
            }
            // Where nothing is told within the pause, it is looked at all the same.
            let news = async {
                tokio::select! {
                    _ = unit.wait_for(|now| *now != shown) => {}
                    Ok(()) = tellings.changed() => {}
                }
            };
            let _told = timeout(LOOK, news).await;
            if self.ended.is_cancelled() {
                return Err(StartError::Cancelled);
            }
        }
    }

    async fn judge(
        &self,
        id: &str,
        shown: &Shown,
        waiting: &mut Waiting,
    ) -> Result<Judgement, StartError> {
        if shown.at_rest && !shown.is_crashed() {
            return Ok(if self.is_coming(id) {
                Judgement::Going
            } else {
                Judgement::Settled(Unloaded::default())
            });
        }
        // What is stopped to be started again was loaded before that.
        if matches!(shown.lifecycle, Lifecycle::Stopping { .. }) {
            return Ok(Judgement::Going);
        }
        // Until the newest attempt has looked at the files, what is shown is that of another.
        let newest = self.facts.attempt_of(id);
        let newest = newest.filter(|(attempt, _)| shown.attempt == Some(*attempt));
        let Some((attempt, begun)) = newest else {
            return Ok(Judgement::Going);
        };
        let ended = shown.settled || shown.is_crashed();
        let ready = matches!(shown.readiness, Readiness::Ready { .. });
        if begun >= waiting.since {
            waiting.current = Some(attempt);
        }
        if waiting.current != Some(attempt) {
            let unloaded = self.unloaded(id).await?;
            if unloaded.attempt != Some(attempt) {
                return Ok(Judgement::Going);
            }
            if !unloaded.is_nothing() {
                let awaited = waiting.overtaken == Some(attempt) || self.is_held(id);
                return Ok(match self.facts.auto_reload(id) {
                    false => Judgement::Settled(unloaded),
                    true if awaited => Judgement::Going,
                    true => Judgement::Behind(unloaded),
                });
            }
            if !unloaded.command_is_known && !ended {
                return Ok(Judgement::Going);
            }
            waiting.current = Some(attempt);
        }
        let first = *waiting.first.get_or_insert(attempt);
        match shown.serving.filter(|one| ready && *one >= first) {
            Some(serving) if !self.facts.is_told(id, serving) => {
                waiting.served = Some((serving, shown.clone()));
                Ok(Judgement::Going)
            }
            None if !ended => Ok(Judgement::Going),
            _ => Ok(Judgement::Settled(Unloaded::default())),
        }
    }

    /// What of a location is not what was loaded last.
    pub(super) async fn unloaded(&self, id: &str) -> Result<Unloaded, FactsError> {
        let project = self.facts.project(id)?;
        let command = code_server::sample(&self.facts, &project);
        self.facts.unloaded(id, command).await
    }

    /// Whether a location that rests is about to be started.
    fn is_coming(&self, id: &str) -> bool {
        let syncing = || {
            let project = self.facts.project(id);
            project.is_ok_and(|one| self.facts.is_syncing(&one.environment.path))
        };
        self.facts.is_wanted(id)
            && (syncing() || (self.is_launching() && self.facts.startable(id).is_ok()))
    }

    fn settled_as(&self, id: &str, shown: Shown, unloaded: &Unloaded) -> SettledLocation {
        // Also of one that runs: what was saved of its settings keeps it from being loaded.
        let blocked = self.facts.startable(id).err();
        let blocked = blocked.filter(|error| !matches!(error, FactsError::Syncing));
        let relative = |path: &std::path::PathBuf| {
            let path = path.strip_prefix(&self.facts.root).unwrap_or(path);
            path.display().to_string()
        };
        SettledLocation {
            location: id.to_owned(),
            name: self
                .facts
                .project(id)
                .map_or_else(|_| id.to_owned(), |one| one.name),
            definitions: self.facts.definitions_of(id).map(|known| known.counts),
            lifecycle: shown.lifecycle,
            readiness: shown.readiness,
            blocked: blocked.map(|error| ApiError::from(error).message),
            unloaded: unloaded.files.iter().map(relative).collect(),
            other_command: unloaded.command,
        }
    }
}
