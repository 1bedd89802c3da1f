//! The instance of a workspace as this Dagdeck uses it: made once before anything opens it, and the right to run its daemon.
//!
//! Owns when the right is held, and says whose daemon is in the way; what the right is is `claim`'s.

use std::sync::Arc;
use std::time::Duration;

use dagster::command;
use dagster::instance::{Source, State};

use super::StartError;
use super::claim::{Card, Claim, ClaimError};
use super::once::run;
use super::ready::OnceReady;
use crate::context::locks::{instance_lock, living_card};
use crate::errors::FileError;
use crate::open::WorkspaceFacts;
use crate::open::commands::service::interpreter;
use api::ApiError;

/// The pause between two looks whether another's daemon still runs.
const AGAIN: Duration = Duration::from_secs(2);

/// How long making an instance may take on a slow disk.
const INSTANCE_LIMIT: Duration = Duration::from_secs(120);
/// The instance of a workspace, as it is used.
pub(crate) struct OurInstance {
    facts: Arc<WorkspaceFacts>,
    prepared: OnceReady,
    /// Held by who has the instance said in Dagster's own words.
    saying: tokio::sync::Mutex<()>,
    /// The right to run a daemon for it, while that is ours. Held by who takes it or gives it up.
    claim: tokio::sync::Mutex<Option<Claim>>,
}

impl OurInstance {
    pub(crate) fn new(facts: Arc<WorkspaceFacts>) -> Self {
        Self {
            facts,
            prepared: OnceReady::default(),
            saying: tokio::sync::Mutex::default(),
            claim: tokio::sync::Mutex::default(),
        }
    }

    /// Makes a fresh instance with one process; everything that opens it waits for that. See [`dagster::instance`]. What starts
    /// then opens this one, whatever the files name by now.
    pub(crate) async fn prepare(&self) -> Result<(), StartError> {
        let facts = &self.facts;
        let instance = facts.keep_instance();
        let place = instance.path.clone();
        let make = async {
            if instance.source == dagster::instance::Source::Dagdeck {
                dagster::instance::make_own(&instance.path)
                    .map_err(FileError::of("make the instance", &instance.path))?;
            }
            let path = instance.path.clone();
            let state = tokio::task::spawn_blocking(move || dagster::instance::state(&path)).await;
            match state.unwrap_or(State::Fresh) {
                State::Ready => return Ok(()),
                State::Damaged { database } => {
                    return Err(StartError::Damaged {
                        instance: instance.path,
                        database,
                    });
                }
                State::Fresh => {}
            }
            let command = command::prepare_instance(&interpreter(facts)?, &facts.shared());
            let titles = ("Making the instance", "Made the instance");
            run(facts, titles, &command, INSTANCE_LIMIT).await.map(drop)
        };
        self.prepared.or_make(&place, make).await?;
        self.say().await
    }

    /// Has the instance said in Dagster's own words where Dagster would use another by itself.
    async fn say(&self) -> Result<(), StartError> {
        let facts = &self.facts;
        let _turn = self.saying.lock().await;
        if !facts.is_instance_overruled() {
            facts.seen().instance_ref = None;
            return Ok(());
        }
        if facts.seen().instance_ref.is_some() {
            return Ok(());
        }
        let command = command::read_instance_ref(&interpreter(facts)?, &facts.shared());
        let titles = ("Reading the instance", "Read the instance");
        let finished = run(facts, titles, &command, INSTANCE_LIMIT).await?;
        let said = finished.stdout_text();
        facts.seen().instance_ref = said.lines().last().map(str::to_owned);
        Ok(())
    }

    /// Takes the right to run a daemon for the instance, unless it is ours already.
    ///
    /// # Errors
    /// When the daemon of another workspace runs for it (a precondition, which is shown from then on), or when the lock
    /// can't be asked for.
    pub(crate) async fn claim(self: &Arc<Self>) -> Result<(), ClaimError> {
        self.hold(false).await
    }

    /// The same, and sees to it that nothing of a dead process runs for it, and that our guard will see to ours.
    pub(crate) async fn secure(self: &Arc<Self>) -> Result<(), ClaimError> {
        self.hold(true).await
    }

    /// Goes on though nobody waits any more: what was half taken could not be given back.
    async fn hold(self: &Arc<Self>, secure: bool) -> Result<(), ClaimError> {
        let this = Arc::clone(self);
        let hold = tokio::spawn(async move {
            let mut held = this.claim.lock().await;
            this.claim_into(&mut held).await?;
            match &mut *held {
                Some(claim) if secure => claim.secure(&this.facts.context.table).await,
                _ => Ok(()),
            }
        });
        hold.await.map_err(ClaimError::Ended)?
    }

    async fn claim_into(&self, held: &mut Option<Claim>) -> Result<(), ClaimError> {
        let instance = self.facts.instance();
        if held
            .as_ref()
            .is_some_and(|one| one.instance == instance.path)
        {
            return Ok(());
        }
        if let Some(other) = held.take() {
            other.give_up(&self.facts.context.table).await?;
        }
        let (facts, path) = (Arc::clone(&self.facts), instance.path.clone());
        let begun = tokio::task::spawn_blocking(move || {
            if instance.source == Source::Dagdeck {
                // Its real path must not change between two who ask.
                let made = dagster::instance::make_own(&path);
                made.map_err(FileError::of("make the instance", &path))?;
            }
            let (folder, name) = (&facts.context.state_folder, &facts.reading().name);
            Claim::begin(folder, &path, name, &facts.root)
        });
        match begun.await.map_err(ClaimError::Ended)? {
            Ok(claim) => {
                *held = Some(claim);
                self.facts.saw_daemon_elsewhere(None);
                Ok(())
            }
            Err(refused) => {
                if let ClaimError::Elsewhere(elsewhere) = &refused
                    && self
                        .facts
                        .saw_daemon_elsewhere(Some(elsewhere.into()))
                        .is_none()
                {
                    self.see_when_it_ends();
                }
                Err(refused)
            }
        }
    }

    /// Gives the right back if the daemon is at rest.
    pub(crate) async fn give_up(&self) {
        let mut held = self.claim.lock().await;
        if !self.facts.is_daemon_at_rest() {
            return;
        }
        if let Some(claim) = held.take()
            && let Err(error) = claim.give_up(&self.facts.context.table).await
        {
            let notice = ApiError::from(error).message;
            self.facts.context.board.add_notice(notice);
        }
    }

    /// Looks from time to time whether another's daemon still runs, until it does not.
    fn see_when_it_ends(&self) {
        let weak = Arc::downgrade(&self.facts);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(AGAIN).await;
                let Some(facts) = weak.upgrade() else { return };
                let (folder, instance) =
                    (facts.context.state_folder.clone(), facts.instance().path);
                let look = tokio::task::spawn_blocking(move || {
                    let card: Option<Card> = living_card(&instance_lock(&folder, &instance));
                    card.is_some()
                });
                // A look that failed tells nothing; the next start asks the lock itself.
                if !look.await.unwrap_or(false) {
                    facts.saw_daemon_elsewhere(None);
                    return;
                }
            }
        });
    }
}
