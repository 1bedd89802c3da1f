//! The right to run a daemon for an instance: at most one daemon runs for one DAGSTER_HOME, whatever workspace it is of.
//!
//! Dagster itself supports no more than one, and says so only in the daemon's log. The right is a lock that is taken right
//! before the daemon starts and given up once it has ended for good. The guard shares a second lock beside it, so that
//! after our sudden end nobody begins while our daemon still ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use process::{HoldError, Table};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::clock;
use crate::context::locks::{card_of, instance_guard_lock, instance_lock, living_card};
use crate::errors::FileError;
use api::Millis;

/// How long the end of what a dead process ran is waited for.
const ENDING: Duration = Duration::from_secs(10);
/// The pause between two looks at a lock that a guard holds.
const LOOK: Duration = Duration::from_millis(50);

/// Who runs the daemon of an instance, for who comes too late.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Card {
    pid: u32,
    since: Millis,
    /// The workspace's name.
    pub(crate) name: String,
    pub(crate) root: PathBuf,
}

/// The right, while it is ours.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The instance as it was named.
    pub(crate) instance: PathBuf,
    lock: PathBuf,
    own: File,
    guard_lock: PathBuf,
    /// The lock that is shared with our guard, once no other guard holds it.
    shared: Option<File>,
}

/// The daemon of another workspace runs for the instance.
#[derive(Debug, Clone, thiserror::Error)]
#[error("another daemon runs for {}", instance.display())]
pub(crate) struct Elsewhere {
    /// The instance.
    pub(crate) instance: PathBuf,
    /// Who runs it; none where that can't be read.
    pub(crate) card: Option<Card>,
}

/// Why the right was not taken or given back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    /// Another process has it.
    #[error(transparent)]
    Elsewhere(#[from] Elsewhere),
    /// What a dead process ran for the instance still ends.
    #[error("what ran for {} before has not ended", instance.display())]
    Ending {
        /// The instance.
        instance: PathBuf,
    },
    /// A lock, or the card beside it, can't be made or asked for.
    #[error("{} can't be used", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Who runs the daemon can't be written down.
    #[error("who runs the daemon can't be written down")]
    Card(#[source] serde_json::Error),
    /// The guard does not do its part.
    #[error(transparent)]
    Guard(#[from] HoldError),
    /// The instance can't be made.
    #[error(transparent)]
    Instance(#[from] FileError),
    /// The task that takes the right ended early.
    #[error("taking the right ended early")]
    Ended(#[source] tokio::task::JoinError),
}

impl ClaimError {
    /// For `map_err`: the lock, or the card beside it.
    fn lock(path: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::Lock {
            path: path.to_owned(),
            source,
        }
    }
}

impl Claim {
    /// Takes the right to an instance, or says at once who has it.
    pub(crate) fn begin(
        state_folder: &Path,
        instance: &Path,
        name: &str,
        root: &Path,
    ) -> Result<Self, ClaimError> {
        let lock = instance_lock(state_folder, instance);
        let own = open(&lock)?;
        if !try_lock(&own, &lock)? {
            let (instance, card) = (instance.to_owned(), living_card(&lock));
            return Err(Elsewhere { instance, card }.into());
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
        claim.tell(&card)?;
        Ok(claim)
    }

    fn tell(&self, card: &Card) -> Result<(), ClaimError> {
        let text = serde_json::to_vec(card).map_err(ClaimError::Card)?;
        let path = card_of(&self.lock);
        atomicfile::replace(&path, &text).map_err(ClaimError::lock(&path))
    }

    /// Makes sure that no daemon of a dead process is left, and that our guard will see to ours.
    pub(crate) async fn secure(&mut self, table: &Arc<Table>) -> Result<(), ClaimError> {
        if self.shared.is_some() {
            return Ok(());
        }
        let file = open(&self.guard_lock)?;
        let since = Instant::now();
        while !try_lock(&file, &self.guard_lock)? {
            if since.elapsed() >= ENDING {
                let instance = self.instance.clone();
                return Err(ClaimError::Ending { instance });
            }
            tokio::time::sleep(LOOK).await;
        }
        // Nobody comes in between: who asks for this lock alone has the other one, which is ours.
        let shared = file.unlock().and_then(|()| file.lock_shared());
        shared.map_err(ClaimError::lock(&self.guard_lock))?;
        let (told, lock) = (Arc::clone(table), self.guard_lock.clone());
        run_blocking(move || told.hold(&lock)).await?;
        self.shared = Some(file);
        Ok(())
    }

    /// Gives the right back: nothing of our daemon is left.
    pub(crate) async fn give_up(mut self, table: &Arc<Table>) -> Result<(), ClaimError> {
        let Some(file) = self.shared.take() else {
            return Ok(());
        };
        let (told, lock) = (Arc::clone(table), self.guard_lock.clone());
        let let_go = run_blocking(move || told.let_go(&lock)).await;
        file.unlock().map_err(ClaimError::lock(&self.guard_lock))?;
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

fn open(lock: &Path) -> Result<File, ClaimError> {
    let open = || {
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        options.open(lock)
    };
    open().map_err(ClaimError::lock(lock))
}

/// Whether it is ours alone now; not so where another holds it.
fn try_lock(file: &File, lock: &Path) -> Result<bool, ClaimError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(ClaimError::lock(lock)(error)),
    }
}

async fn run_blocking(
    work: impl FnOnce() -> Result<(), HoldError> + Send + 'static,
) -> Result<(), ClaimError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(ClaimError::Ended)??)
}
