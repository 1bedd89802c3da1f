//! What is left of an owner that is gone, or going: waited for, and ended where nobody is left to do it.

use std::time::Duration;

use api::{ApiError, ErrorCode};
use dagdeck::{guard_lock, owner_lock};
use tokio::time::{Instant, sleep};

use crate::ownership::{Ownership, TakeError};
use crate::reach::Reach;

/// How long an owner that goes, and then its guard, may take.
const LIMIT: Duration = Duration::from_secs(35);
/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// What was left of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leftovers {
    /// Nothing.
    None,
    /// Something, and it has ended.
    Ended,
    /// There is an owner again.
    Owned,
}

impl Reach {
    /// Makes sure that nothing is left of a workspace that has no owner, which `has_owner` says: what an owner that goes is
    /// still stopping, what the guard of a dead one ends, and what outlived both. Answers what there was.
    ///
    /// # Errors
    /// When something is still there after 35 s.
    pub async fn leave_nothing(
        &self,
        has_owner: impl AsyncFn() -> Result<bool, ApiError>,
    ) -> Result<Leftovers, ApiError> {
        let lock = owner_lock(&self.state_folder, &self.root);
        if !lock.exists() {
            // No owner was ever here.
            return Ok(Leftovers::None);
        }
        let shared = guard_lock(&self.state_folder, &self.root);
        let end = Instant::now() + LIMIT;
        let mut waited = false;
        loop {
            // Held while it is swept, so that nobody begins to run what is being ended.
            match Ownership::take(&lock, std::slice::from_ref(&shared), Duration::ZERO).await {
                Ok(_held) => return self.swept(waited).await,
                Err(TakeError::Owned { .. }) if has_owner().await? => return Ok(Leftovers::Owned),
                // A disk that can't be written takes no new owner either.
                Err(TakeError::Unusable { .. }) => return self.swept(waited).await,
                Err(error) if Instant::now() >= end => {
                    let left = self.left().with_source(&error);
                    return Err(
                        left.with_hint("Look which process holds it, and end that process.")
                    );
                }
                Err(_) => {}
            }
            waited = true;
            sleep(LOOK).await;
        }
    }

    /// Ends what outlived its owner and its guard.
    async fn swept(&self, waited: bool) -> Result<Leftovers, ApiError> {
        let folder = self.state_folder.clone();
        let swept = tokio::task::spawn_blocking(move || process::sweep_dead(&folder)).await;
        let swept = swept.map_err(|error| self.left().with_source(&error))?;
        Ok(if waited || !swept.ended.is_empty() {
            Leftovers::Ended
        } else {
            Leftovers::None
        })
    }

    fn left(&self) -> ApiError {
        let root = self.root.display();
        let message = format!("Something that ran in {root} may still be there.");
        ApiError::new(ErrorCode::Io, message)
    }
}
