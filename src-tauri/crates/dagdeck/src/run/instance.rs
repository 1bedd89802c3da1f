//! Whether a workspace's daemon may run for its instance: takes the right, gives it up, and says whose daemon is in the way.
//!
//! Owns when the right is held; what it is is `claim`'s.

use std::sync::Arc;
use std::time::Duration;

use dagster::instance::Source;

use super::claim::{Card, Claim, ClaimError};
use crate::context::locks::{instance_lock, living_card};
use crate::errors::FileError;
use crate::open::WorkspaceFacts;
use crate::rim;
use api::ApiError;

/// The pause between two looks whether another's daemon still runs.
const AGAIN: Duration = Duration::from_secs(2);

impl WorkspaceFacts {
    /// Takes the right to run a daemon for the instance, unless it is ours already.
    ///
    /// # Errors
    /// When the daemon of another workspace runs for it (a precondition, which is shown from then on), or when the lock
    /// can't be asked for.
    pub(crate) async fn claim_instance(self: &Arc<Self>) -> Result<(), ClaimError> {
        self.hold_instance(false).await
    }

    /// The same, and sees to it that nothing of a dead process runs for it, and that our guard will see to ours.
    pub(crate) async fn secure_instance(self: &Arc<Self>) -> Result<(), ClaimError> {
        self.hold_instance(true).await
    }

    /// Goes on though nobody waits any more: what was half taken could not be given back.
    async fn hold_instance(self: &Arc<Self>, secure: bool) -> Result<(), ClaimError> {
        let facts = Arc::clone(self);
        let hold = tokio::spawn(async move {
            let mut held = facts.claim.lock().await;
            facts.claim_into(&mut held).await?;
            match &mut *held {
                Some(claim) if secure => claim.secure(&facts.context.table).await,
                _ => Ok(()),
            }
        });
        hold.await.map_err(ClaimError::Ended)?
    }

    async fn claim_into(self: &Arc<Self>, held: &mut Option<Claim>) -> Result<(), ClaimError> {
        let instance = self.instance();
        if held
            .as_ref()
            .is_some_and(|one| one.instance == instance.path)
        {
            return Ok(());
        }
        if let Some(other) = held.take() {
            other.give_up(&self.context.table).await?;
        }
        let (facts, path) = (Arc::clone(self), instance.path.clone());
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
                self.saw_daemon_elsewhere(None);
                Ok(())
            }
            Err(refused) => {
                if let ClaimError::Elsewhere(elsewhere) = &refused
                    && self
                        .saw_daemon_elsewhere(Some(rim::daemon_elsewhere(elsewhere)))
                        .is_none()
                {
                    self.see_when_it_ends();
                }
                Err(refused)
            }
        }
    }

    /// Gives the right back if the daemon is at rest.
    pub(crate) async fn give_up_instance(&self) {
        let mut held = self.claim.lock().await;
        if !self.is_daemon_at_rest() {
            return;
        }
        if let Some(claim) = held.take()
            && let Err(error) = claim.give_up(&self.context.table).await
        {
            self.context.board.add_notice(ApiError::from(error).message);
        }
    }

    /// Looks from time to time whether another's daemon still runs, until it does not.
    fn see_when_it_ends(self: &Arc<Self>) {
        let weak = Arc::downgrade(self);
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
