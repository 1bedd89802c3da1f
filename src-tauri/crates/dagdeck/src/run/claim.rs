//! The right to run a daemon for an instance: at most one daemon runs for one DAGSTER_HOME, whatever workspace it is of.
//!
//! Dagster itself supports no more than one, and says so only in the daemon's log. The right is a lock that is taken right
//! before the daemon starts and given up once it has ended for good. The guard shares a second lock beside it, so that
//! after our sudden end nobody begins while our daemon still ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dagster::instance::Source;
use process::Table;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::clock;
use crate::context::locks::{card_of, instance_guard_lock, instance_lock, living_card};
use crate::errors;
use crate::open::Site;
use api::{ApiError, Millis};

/// How long the end of what a dead process ran is waited for.
const ENDING: Duration = Duration::from_secs(10);
/// The pause between two looks at a lock that a guard holds.
const LOOK: Duration = Duration::from_millis(50);
/// The pause between two looks whether another's daemon still runs.
const AGAIN: Duration = Duration::from_secs(2);

/// Who runs the daemon of an instance, for who comes too late.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Card {
    pid: u32,
    since: Millis,
    /// The workspace's name.
    name: String,
    root: PathBuf,
}

/// The right, while it is ours.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The instance as it was named.
    instance: PathBuf,
    lock: PathBuf,
    own: File,
    guard_lock: PathBuf,
    /// The lock that is shared with our guard, once no other guard holds it.
    shared: Option<File>,
}

/// What is in the way of a claim.
enum Refusal {
    /// Another process has it.
    Taken(Option<Card>),
    /// A lock can't be made or asked for.
    Unusable(ApiError),
}

impl Claim {
    /// Takes the right to an instance, or says at once who has it.
    fn begin(
        state_folder: &Path,
        instance: &Path,
        name: &str,
        root: &Path,
    ) -> Result<Self, Refusal> {
        let lock = instance_lock(state_folder, instance);
        let own = open(&lock).map_err(Refusal::Unusable)?;
        if !try_lock(&own).map_err(Refusal::Unusable)? {
            return Err(Refusal::Taken(living_card(&lock)));
        }
        let claim = Self {
            instance: instance.to_owned(),
            guard_lock: instance_guard_lock(state_folder, instance),
            lock,
            own,
            shared: None,
        };
        let card = Card {
            pid: std::process::id(),
            since: clock::now(),
            name: name.to_owned(),
            root: root.to_owned(),
        };
        claim.tell(&card).map_err(Refusal::Unusable)?;
        Ok(claim)
    }

    fn tell(&self, card: &Card) -> Result<(), ApiError> {
        let text = serde_json::to_vec(card).map_err(|error| unusable(&error))?;
        atomicfile::replace(&card_of(&self.lock), &text).map_err(|error| unusable(&error))
    }

    /// Makes sure that no daemon of a dead process is left, and that our guard will see to ours.
    async fn secure(&mut self, table: &Arc<Table>) -> Result<(), ApiError> {
        if self.shared.is_some() {
            return Ok(());
        }
        let file = open(&self.guard_lock)?;
        let since = Instant::now();
        while !try_lock(&file)? {
            if since.elapsed() >= ENDING {
                let instance = self.instance.display();
                return Err(errors::precondition(&format!(
                    "What ran for this instance before has not ended yet ({instance})."
                ))
                .hint("Start the daemon again in a moment."));
            }
            tokio::time::sleep(LOOK).await;
        }
        // Nobody comes in between: who asks for this lock alone has the other one, which is ours.
        let shared = file.unlock().and_then(|()| file.lock_shared());
        shared.map_err(|error| unusable(&error))?;
        let (told, lock) = (Arc::clone(table), self.guard_lock.clone());
        run_blocking(move || told.hold(&lock)).await?;
        self.shared = Some(file);
        Ok(())
    }

    /// Gives the right back: nothing of our daemon is left.
    async fn give_up(mut self, table: &Arc<Table>) -> Result<(), ApiError> {
        let Some(file) = self.shared.take() else {
            return Ok(());
        };
        let (told, lock) = (Arc::clone(table), self.guard_lock.clone());
        let let_go = run_blocking(move || told.let_go(&lock)).await;
        file.unlock().map_err(|error| unusable(&error))?;
        let_go
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Before the lock goes, so that it is never a successor's. One that stays tells of us as long as we live: who asks
        // for the lock itself is not misled.
        let _stays = fs_err::remove_file(card_of(&self.lock));
        // Closing alone leaves it to what is being forked this moment.
        let _later = self.own.unlock();
    }
}

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

fn open(lock: &Path) -> Result<File, ApiError> {
    let open = || {
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        options.open(lock)
    };
    open().map_err(|error| unusable(&error))
}

/// Whether it is ours alone now; not so where another holds it.
fn try_lock(file: &File) -> Result<bool, ApiError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(unusable(&error)),
    }
}

async fn run_blocking(
    work: impl FnOnce() -> Result<(), process::HoldError> + Send + 'static,
) -> Result<(), ApiError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| unusable(&error))?
        .map_err(|error| unusable(&error))
}

fn unusable(error: &dyn std::error::Error) -> ApiError {
    errors::io("make sure that one daemon runs for this instance", error)
}
