//! Whether a workspace's daemon may run for its instance: takes the right, gives it up, and says whose daemon is in the way.
//!
//! Owns when the right is held; what it is is `claim`'s.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::instance::Source;

use super::claim::{Card, Claim, Refusal, unusable};
use crate::context::locks::{instance_lock, living_card};
use crate::errors;
use crate::open::Site;
use api::ApiError;

/// The pause between two looks whether another's daemon still runs.
const AGAIN: Duration = Duration::from_secs(2);

impl Site {
    /// Takes the right to run a daemon for the instance, unless it is ours already.
    ///
    /// # Errors
    /// When the daemon of another workspace runs for it (a precondition, which is shown from then on), or when the lock
    /// can't be asked for.
    pub(crate) async fn claim_instance(self: &Arc<Self>) -> Result<(), ApiError> {
        self.hold_instance(false).await
    }

    /// The same, and sees to it that nothing of a dead process runs for it, and that our guard will see to ours.
    pub(crate) async fn secure_instance(self: &Arc<Self>) -> Result<(), ApiError> {
        self.hold_instance(true).await
    }

    /// Goes on though nobody waits any more: what was half taken could not be given back.
    async fn hold_instance(self: &Arc<Self>, secure: bool) -> Result<(), ApiError> {
        let site = Arc::clone(self);
        let hold = tokio::spawn(async move {
            let mut held = site.claim.lock().await;
            site.claim_into(&mut held).await?;
            match &mut *held {
                Some(claim) if secure => claim.secure(&site.context.table).await,
                _ => Ok(()),
            }
        });
        hold.await.map_err(|error| unusable(&error))?
    }

    async fn claim_into(self: &Arc<Self>, held: &mut Option<Claim>) -> Result<(), ApiError> {
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
        let (site, path) = (Arc::clone(self), instance.path.clone());
        let begun = tokio::task::spawn_blocking(move || {
            if instance.source == Source::Dagdeck {
                // Its real path must not change between two who ask.
                let made = dagster::instance::make_own(&path);
                made.map_err(|error| Refusal::Unusable(errors::io("make the instance", &error)))?;
            }
            let (folder, name) = (&site.context.state_folder, &site.reading().name);
            Claim::begin(folder, &path, name, &site.root)
        });
        match begun.await.map_err(|error| unusable(&error))? {
            Ok(claim) => {
                *held = Some(claim);
                self.saw_daemon_elsewhere(None);
                Ok(())
            }
            Err(Refusal::Taken(card)) => {
                let refusal = Elsewhere::of(&instance.path, card.as_ref());
                let shown = format!("{} {}", refusal.who, refusal.what);
                if self.saw_daemon_elsewhere(Some(shown)).is_none() {
                    self.see_when_it_ends();
                }
                Err(refusal.error())
            }
            Err(Refusal::Unusable(error)) => Err(error),
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
            self.context.board.add_notice(error.message);
        }
    }

    /// Looks from time to time whether another's daemon still runs, until it does not.
    fn see_when_it_ends(self: &Arc<Self>) {
        let weak = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(AGAIN).await;
                let Some(site) = weak.upgrade() else { return };
                let (folder, instance) = (site.context.state_folder.clone(), site.instance().path);
                let look = tokio::task::spawn_blocking(move || {
                    let card: Option<Card> = living_card(&instance_lock(&folder, &instance));
                    card.is_some()
                });
                // A look that failed tells nothing; the next start asks the lock itself.
                if !look.await.unwrap_or(false) {
                    site.saw_daemon_elsewhere(None);
                    return;
                }
            }
        });
    }
}

/// Why no daemon runs here, in words.
struct Elsewhere {
    /// Whose does.
    who: String,
    /// What that means here.
    what: &'static str,
    /// What to do about it.
    next: String,
}

impl Elsewhere {
    fn of(instance: &Path, card: Option<&Card>) -> Self {
        let whose = card.map_or("another workspace", |card| card.name.as_str());
        let that = card.map_or("that daemon".to_owned(), |card| {
            format!("the daemon of {}", card.root.display())
        });
        let instance = instance.display();
        Self {
            who: format!("The daemon of {whose} runs for this instance already ({instance})."),
            // It knows the code locations of its own workspace file and no others.
            what: "Until it stops, schedules and sensors here don't run, and runs that are started here fail.",
            next: format!(
                "Stop {that}, then start this one. Or give this workspace a DAGSTER_HOME of its own, in the .env of its root."
            ),
        }
    }

    fn error(self) -> ApiError {
        errors::precondition(&self.who)
            .hint(self.what)
            .hint(self.next)
    }
}
