//! What is left of an owner that is gone, or going: waited for, and ended where nobody is left to do it.

use std::time::Duration;

use api::{ApiError, ErrorCode};
use dagdeck::{guard_lock, owner_lock};
use tokio::time::{Instant, sleep};

use crate::ownership::{Ownership, TakeError, held_by, holders};
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

/// A process that holds what an owner needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHolder {
    /// Its process.
    pub pid: u32,
    /// What to do about it where it does not let go.
    pub way_out: String,
}

/// Who holds what an owner needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Nobody, as far as the system tells it.
    Nobody,
    /// A process that owns the workspace, or is about to, or has only just ended, or sees to what another left.
    Owner(LockHolder),
    /// The guard of an owner that is gone, which still ends what that ran: no next one can begin before it is done.
    Guard(LockHolder),
}

impl Reach {
    /// Who holds what an owner needs. Reads files, so not for async threads.
    pub fn holding(&self) -> Holding {
        let (own, shared) = (
            owner_lock(&self.state_folder, &self.root),
            guard_lock(&self.state_folder, &self.root),
        );
        let holder = |pid: u32, lock| LockHolder {
            pid,
            way_out: held_by(Some(pid), lock),
        };
        let (owners, guards) = (holders(&own), holders(&shared));
        // An owner holds both, with its guard; one that is about to waits for that of a former one.
        let waits = !owners.iter().any(|pid| guards.contains(pid));
        match (owners.first(), guards.first()) {
            (_, Some(&guard)) if waits => Holding::Guard(holder(guard, &shared)),
            (Some(&owner), _) => Holding::Owner(holder(owner, &own)),
            (None, _) => Holding::Nobody,
        }
    }

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
        let begun = Instant::now();
        let mut waited = false;
        loop {
            // Held while it is swept, so that nobody begins to run what is being ended.
            match Ownership::take(&lock, std::slice::from_ref(&shared), Duration::ZERO).await {
                Ok(_held) => return self.swept(waited).await,
                Err(TakeError::Owned { .. }) if has_owner().await? => return Ok(Leftovers::Owned),
                // A disk that can't be written takes no new owner either.
                Err(TakeError::Unusable { .. }) => return self.swept(waited).await,
                Err(error) if begun.elapsed() >= LIMIT => {
                    return Err(self.stays(error, begun.elapsed()).await);
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
        // Whatever is left of any workspace is ended.
        let mut ended = swept.ended.iter();
        Ok(
            if waited || ended.any(|one| one.folder.starts_with(&self.root)) {
                Leftovers::Ended
            } else {
                Leftovers::None
            },
        )
    }

    /// What is said where something is still there after so long.
    async fn stays(&self, error: TakeError, waited: Duration) -> ApiError {
        let error = match error {
            // It knows how long the last try waited, and there were many.
            TakeError::StillEnding { lock, .. } => TakeError::StillEnding { lock, waited },
            error => error,
        };
        error.told(self.left()).await
    }

    fn left(&self) -> ApiError {
        let root = self.root.display();
        let message = format!("Something that ran in {root} may still be there.");
        ApiError::new(ErrorCode::Io, message)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use api::protocol::frozen::HostKind;
    use testkit::TestDir;

    use super::*;
    use crate::listener::Listener;
    use crate::reach::tests::reach;

    #[tokio::test]
    async fn who_owns_it_holds_both_locks_and_a_guard_only_its_own() {
        let dir = TestDir::new();
        let reach = reach(&dir);
        assert_eq!(reach.holding(), Holding::Nobody);
        let owner = owner_lock(&reach.state_folder, &reach.root);
        let guard = guard_lock(&reach.state_folder, &reach.root);
        let shared = std::slice::from_ref(&guard);
        let ownership = Ownership::take(&owner, shared, LIMIT).await.unwrap();
        let pid = std::process::id();
        let found = match reach.holding() {
            Holding::Owner(found) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found.pid, pid);
        assert!(found.way_out.contains(&format!("`kill -9 {pid}`")));
        drop(ownership);
        assert_eq!(reach.holding(), Holding::Nobody);
        let held = fs_err::File::create(&guard).unwrap();
        held.file().lock_shared().unwrap();
        let found = match reach.holding() {
            Holding::Guard(found) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found.pid, pid);
        assert!(found.way_out.contains(&format!("`kill -9 {pid}`")));
    }

    /// What is said where something stays: the cause, and what to do.
    async fn said(reach: &Reach) -> (String, String) {
        let error = reach.leave_nothing(async || Ok(false)).await.unwrap_err();
        (error.causes[0].clone(), error.hints[0].text.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn a_guard_that_hangs_is_named_with_the_time_that_was_waited() {
        let dir = TestDir::new();
        let reach = reach(&dir);
        let owner = owner_lock(&reach.state_folder, &reach.root);
        drop(Ownership::take(&owner, &[], LIMIT).await.unwrap());
        let guard = guard_lock(&reach.state_folder, &reach.root);
        let held = fs_err::File::create(&guard).unwrap();
        held.file().lock_shared().unwrap();
        let (cause, hint) = said(&reach).await;
        assert!(cause.contains("has not ended after 35 s"), "{cause}");
        let pid = std::process::id();
        assert!(
            hint.starts_with(&format!("Process {pid} holds the lock")),
            "{hint}"
        );
        assert!(hint.contains(&format!("`kill -9 {pid}`")), "{hint}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_that_can_not_be_reached_is_named() {
        let dir = TestDir::new();
        let reach = reach(&dir);
        let lock = owner_lock(&reach.state_folder, &reach.root);
        let ownership = Ownership::take(&lock, &[], LIMIT).await.unwrap();
        let pid = std::process::id();
        // One that has not said yet who it is.
        let (_, hint) = said(&reach).await;
        assert!(
            hint.starts_with(&format!("Process {pid} holds the lock")),
            "{hint}"
        );
        let listener = Listener::open(ownership, HostKind::Owner, &[dir.join("sockets")]).unwrap();
        fs_err::remove_file(listener.socket()).unwrap();
        let (_, hint) = said(&reach).await;
        assert!(
            hint.starts_with(&format!(
                "Process {pid} owns this workspace, but its socket is gone"
            )),
            "{hint}"
        );
    }
}
