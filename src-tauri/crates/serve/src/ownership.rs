//! Who owns a workspace: at most one process, by a lock that the system takes back when the process ends.
//!
//! The lock file stays when its owner goes: removing it would let two processes hold locks on two files of one name. Who
//! the owner is stands on a card beside it, for who comes too late; the lock decides, the card only tells.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use api::Millis;
use api::protocol::frozen::HostKind;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// The pause between two looks at a lock that is waited for.
const LOOK: Duration = Duration::from_millis(20);

/// Who owns a workspace, for who comes too late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The owner's process.
    pub pid: u32,
    /// Since when it is the owner.
    pub since: Millis,
    /// What it is.
    pub kind: HostKind,
    /// Dagdeck's version in it.
    pub version: String,
    /// Where it listens.
    pub socket: PathBuf,
}

impl Card {
    /// What stands beside a lock; none where nobody has written it yet, or what is there can't be read. It may be that of
    /// an owner who was killed: connecting tells.
    pub fn beside(lock: &Path) -> Option<Self> {
        serde_json::from_slice(&fs_err::read(card_of(lock)).ok()?).ok()
    }
}

/// Why a workspace can't be owned.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Another process owns it.
    #[error("another process owns this workspace already")]
    Owned {
        /// Who; none while it is just beginning.
        owner: Option<Card>,
    },
    /// What a former owner ran has not ended yet.
    #[error(
        "what a former owner ran has not ended after {} s ({} is still locked)",
        waited.as_secs(),
        lock.display()
    )]
    StillEnding {
        /// The lock that its guard holds.
        lock: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// A lock can't be made or asked for.
    #[error("the lock {} can't be used: {source}", lock.display())]
    Unusable {
        /// The lock's file.
        lock: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The right to run a workspace, for as long as this lives.
#[derive(Debug)]
pub struct Ownership {
    lock: PathBuf,
    /// The owner's own first, then those that are shared with its guard.
    held: Vec<File>,
    guard_locks: Vec<PathBuf>,
}

impl Ownership {
    /// Takes a workspace's lock, or says at once who has it; then waits for each of `shared`, which the guard of a former
    /// owner holds until the last process of that owner has ended. From then on those are shared, for this owner's guard to
    /// hold too.
    ///
    /// The folders of the locks are made where they are missing.
    pub async fn take(
        lock: &Path,
        shared: &[PathBuf],
        patience: Duration,
    ) -> Result<Self, TakeError> {
        let own = open(lock)?;
        if !try_lock(lock, &own)? {
            return Err(TakeError::Owned {
                owner: Card::beside(lock),
            });
        }
        let mut ownership = Self {
            lock: lock.to_owned(),
            held: vec![own],
            guard_locks: shared.to_vec(),
        };
        ownership.take_card_away();
        let since = Instant::now();
        for lock in shared {
            let file = open(lock)?;
            while !try_lock(lock, &file)? {
                let waited = since.elapsed();
                if waited >= patience {
                    let lock = lock.clone();
                    return Err(TakeError::StillEnding { lock, waited });
                }
                tokio::time::sleep(LOOK).await;
            }
            share(lock, &file)?;
            ownership.held.push(file);
        }
        Ok(ownership)
    }

    /// The lock's file.
    pub fn lock(&self) -> &Path {
        &self.lock
    }

    /// The locks for the guard to hold beside the owner, from before the first program on: each stays taken until owner and
    /// guard have both let go of it.
    pub fn guard_locks(&self) -> &[PathBuf] {
        &self.guard_locks
    }

    /// Writes down who owns the workspace and where it listens.
    pub(crate) fn tell(&self, kind: HostKind, socket: &Path) -> std::io::Result<()> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let card = Card {
            pid: std::process::id(),
            since: since.unwrap_or_default().as_secs_f64() * 1000.0,
            kind,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            socket: socket.to_owned(),
        };
        let path = card_of(&self.lock);
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &card)?;
        file.persist(&path)?;
        Ok(())
    }

    /// A card that stays does no harm: who reads it finds nobody there.
    fn take_card_away(&self) {
        let _ = fs_err::remove_file(card_of(&self.lock));
    }
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // Before the locks go, so that it is never a successor's.
        self.take_card_away();
        for file in self.held.iter().rev() {
            // Closing alone is not enough: what is being forked this moment holds them too, until it executes. Where the
            // system refuses, that moment is all there is to wait for.
            let _later = file.unlock();
        }
    }
}

fn card_of(lock: &Path) -> PathBuf {
    lock.with_extension("owner.json")
}

fn open(lock: &Path) -> Result<File, TakeError> {
    let open = || {
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder)?;
        }
        File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(lock)
    };
    open().map_err(|source| unusable(lock, source))
}

/// Whether it is ours now; not so where another holds it.
fn try_lock(lock: &Path, file: &File) -> Result<bool, TakeError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(unusable(lock, source)),
    }
}

/// Makes a lock that is ours alone one that a guard can share.
///
/// No system promises to do that without a moment in which nobody holds it. It may pass: nobody asks for these locks but
/// who has the workspace's own lock, which we hold, and the guard, which asks to share them.
fn share(lock: &Path, file: &File) -> Result<(), TakeError> {
    let shared = file.unlock().and_then(|()| file.lock_shared());
    shared.map_err(|source| unusable(lock, source))
}

fn unusable(lock: &Path, source: std::io::Error) -> TakeError {
    TakeError::Unusable {
        lock: lock.to_owned(),
        source,
    }
}
