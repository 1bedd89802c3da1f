//! The right to run a daemon for an instance: at most one daemon runs for one DAGSTER_HOME, whatever workspace it is of.
//!
//! Dagster itself supports no more than one, and says so only in the daemon's log. The right is a lock that is taken right
//! before the daemon starts and given up once it has ended for good. The guard shares a second lock beside it, so that
//! after our sudden end nobody begins while our daemon still ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use process::{HoldError, Table};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::context::locks::{LockError, Right, instance_guard_lock, instance_lock, living_card};
use crate::errors::FileError;
use api::Millis;

/// How long the end of what a dead process ran is waited for.
const ENDING: Duration = Duration::from_secs(10);

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
    right: Right,
    /// The lock that our guard shares while it sees to our daemon.
    guard_lock: PathBuf,
    /// Whether it does.
    secured: bool,
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
    #[error(transparent)]
    Lock(#[from] LockError),
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

impl Claim {
    /// Takes the right to an instance, or says at once who has it.
    pub(crate) fn begin(
        state_folder: &Path,
        instance: &Path,
        name: &str,
        root: &Path,
    ) -> Result<Self, ClaimError> {
        let lock = instance_lock(state_folder, instance);
        let Some(right) = Right::take(&lock)? else {
            let (instance, card) = (instance.to_owned(), living_card(&lock));
            return Err(Elsewhere { instance, card }.into());
        };
        right.write_card(&Card {
            pid: std::process::id(),
            since: clock::now(),
            name: name.to_owned(),
            root: root.to_owned(),
        })?;
        Ok(Self {
            instance: instance.to_owned(),
            guard_lock: instance_guard_lock(state_folder, instance),
            right,
            secured: false,
        })
    }

    /// Makes sure that no daemon of a dead process is left, and that our guard will see to ours.
    pub(crate) async fn secure(&mut self, table: &Arc<Table>) -> Result<(), ClaimError> {
        if self.secured {
            return Ok(());
        }
        if !self.right.shares(&self.guard_lock)
            && !self.right.share(&self.guard_lock, ENDING).await?
        {
            let instance = self.instance.clone();
            return Err(ClaimError::Ending { instance });
        }
        let (told, lock) = (Arc::clone(table), self.guard_lock.clone());
        run_blocking(move || told.hold(&lock)).await?;
        self.secured = true;
        Ok(())
    }

    /// Gives the right back: nothing of our daemon is left.
    pub(crate) async fn give_up(self, table: &Arc<Table>) -> Result<(), ClaimError> {
        if !self.secured {
            return Ok(());
        }
        let (told, lock) = (Arc::clone(table), self.guard_lock.clone());
        run_blocking(move || told.let_go(&lock)).await
    }
}

async fn run_blocking(
    work: impl FnOnce() -> Result<(), HoldError> + Send + 'static,
) -> Result<(), ClaimError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(ClaimError::Ended)??)
}
