//! The right to run a daemon for an instance: at most one daemon runs for one DAGSTER_HOME, whatever workspace it is of.
//!
//! Dagster itself supports no more than one, and says so only in the daemon's log. The right is a lock that is taken right
//! before the daemon starts and given up once it has ended for good. The guard shares a second lock beside it, so that
//! after our sudden end nobody begins while our daemon still ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use process::Table;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::clock;
use crate::context::locks::{card_of, instance_guard_lock, instance_lock, living_card};
use crate::errors;
use api::{ApiError, Millis};

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

/// What is in the way of a claim.
pub(crate) enum Refusal {
    /// Another process has it.
    Taken(Option<Card>),
    /// A lock can't be made or asked for.
    Unusable(ApiError),
}

impl Claim {
    /// Takes the right to an instance, or says at once who has it.
    pub(crate) fn begin(
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
    pub(crate) async fn secure(&mut self, table: &Arc<Table>) -> Result<(), ApiError> {
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
    pub(crate) async fn give_up(mut self, table: &Arc<Table>) -> Result<(), ApiError> {
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

pub(crate) fn unusable(error: &dyn std::error::Error) -> ApiError {
    errors::io("make sure that one daemon runs for this instance", error)
}
