//! Who owns a workspace: at most one process, by a [`Right`] to run it.
//!
//! Who the owner is stands on a card beside the lock, for who comes too late; the lock decides, the card only tells.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use api::Millis;
use api::protocol::frozen::HostKind;
use dagdeck::{LockError, Right, card_beside};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

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
        card_beside(lock)
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

impl From<LockError> for TakeError {
    fn from(LockError { path: lock, source }: LockError) -> Self {
        Self::Unusable { lock, source }
    }
}

/// The right to run a workspace, for as long as this lives.
#[derive(Debug)]
pub struct Ownership {
    right: Right,
    guard_locks: Vec<PathBuf>,
    /// What it wrote down of itself; none until it listens.
    card: Option<Card>,
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
        let Some(mut right) = Right::take(lock)? else {
            return Err(TakeError::Owned {
                owner: Card::beside(lock),
            });
        };
        let since = Instant::now();
        for lock in shared {
            let left = patience.saturating_sub(since.elapsed());
            if !right.share(lock, left).await? {
                let (lock, waited) = (lock.clone(), since.elapsed());
                return Err(TakeError::StillEnding { lock, waited });
            }
        }
        Ok(Self {
            right,
            guard_locks: shared.to_vec(),
            card: None,
        })
    }

    /// The lock's file.
    pub fn lock(&self) -> &Path {
        self.right.lock()
    }

    /// The locks for the guard to hold beside the owner, from before the first program on: each stays taken until owner and
    /// guard have both let go of it.
    pub fn guard_locks(&self) -> &[PathBuf] {
        &self.guard_locks
    }

    /// Whether its lock is still where others ask for it. Asks the disk, so not for async threads.
    ///
    /// # Errors
    /// When that can't be told.
    pub fn is_in_place(&self) -> Result<bool, LockError> {
        self.right.is_in_place()
    }

    /// Writes down who owns the workspace and where it listens.
    pub(crate) fn write_card(&mut self, kind: HostKind, socket: &Path) -> Result<(), LockError> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let card = self.card.insert(Card {
            pid: std::process::id(),
            since: since.unwrap_or_default().as_secs_f64() * 1000.0,
            kind,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            socket: socket.to_owned(),
        });
        self.right.write_card(card)
    }

    /// Writes that down anew where it is gone or tells of another process; whether it had to. Reads and writes files, so not
    /// for async threads.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn renew_card(&self) -> Result<bool, LockError> {
        let Some(card) = &self.card else {
            return Ok(false);
        };
        let ours = |found: &Card| (found.pid, &found.socket) == (card.pid, &card.socket);
        let astray = !Card::beside(self.lock()).is_some_and(|found| ours(&found));
        if astray {
            self.right.write_card(card)?;
        }
        Ok(astray)
    }
}
