//! What is left of an owner that is gone, or going: waited for, and ended where nobody is left to do it.

use std::path::Path;
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
                    return Err(self.stays(error, begun.elapsed()));
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

    /// What is said where something is still there after so long.
    fn stays(&self, error: TakeError, waited: Duration) -> ApiError {
        let hint = match &error {
            TakeError::Owned { owner: Some(card) } if card.lives() => card.unreached(),
            TakeError::Owned { .. } => held(&owner_lock(&self.state_folder, &self.root)),
            TakeError::StillEnding { lock, .. } | TakeError::Unusable { lock, .. } => held(lock),
        };
        let error = match error {
            // It knows how long the last try waited, and there were many.
            TakeError::StillEnding { lock, .. } => TakeError::StillEnding { lock, waited },
            error => error,
        };
        self.left().with_source(&error).with_hint(hint)
    }

    fn left(&self) -> ApiError {
        let root = self.root.display();
        let message = format!("Something that ran in {root} may still be there.");
        ApiError::new(ErrorCode::Io, message)
    }
}

/// What to do about the process that holds a lock and does not let go. Reads files, so not for async threads.
pub(crate) fn held(lock: &Path) -> String {
    let (who, end) = match holder(lock) {
        Some(pid) => (
            format!("Process {pid} holds the lock"),
            format!("`kill -9 {pid}`"),
        ),
        None => (
            format!(
                "`fuser {}` tells which process holds the lock",
                lock.display()
            ),
            "`kill -9` and its number".to_owned(),
        ),
    };
    format!(
        "{who}. It may be very busy: try again. If it stays so, end it ({end}), and try again: what it leaves is ended then."
    )
}

/// The process that holds a lock, where the system tells it.
#[cfg(target_os = "linux")]
fn holder(lock: &Path) -> Option<u32> {
    let file = file_at(lock)?;
    // As `1: FLOCK  ADVISORY  READ 4711 08:02:131074 0 EOF`. Not every file system names the device as its files do.
    let locks = fs_err::read_to_string("/proc/locks").ok()?;
    let holders = locks.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(4);
        let pid: u32 = words.next()?.parse().ok()?;
        let (_, inode) = words.next()?.rsplit_once(':')?;
        (inode == file.1.to_string()).then_some(pid)
    });
    holders.into_iter().find(|&pid| has_open(pid, file))
}

#[cfg(not(target_os = "linux"))]
fn holder(_lock: &Path) -> Option<u32> {
    None
}

/// Whether a process has a file open, as far as we may look.
#[cfg(target_os = "linux")]
fn has_open(pid: u32, file: (u64, u64)) -> bool {
    let open = fs_err::read_dir(format!("/proc/{pid}/fd"));
    let mut open = open.into_iter().flatten().flatten();
    open.any(|one| file_at(&one.path()) == Some(file))
}

/// The device and the number of the file that a path leads to.
#[cfg(target_os = "linux")]
fn file_at(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = fs_err::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use api::protocol::frozen::HostKind;
    use testkit::TestDir;

    use super::*;
    use crate::listener::Listener;

    fn reach(dir: &TestDir) -> Reach {
        Reach {
            state_folder: dir.make("state"),
            root: dir.make("work"),
            program: std::path::PathBuf::new(),
            environment: std::collections::BTreeMap::new(),
        }
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

    #[test]
    fn a_lock_that_nobody_holds_is_looked_for_by_the_person() {
        let dir = TestDir::new();
        let lock = dir.write("one.lock", "");
        assert_eq!(holder(&lock), None);
        // Held by none, though it is open.
        let _open = fs_err::File::open(&lock).unwrap();
        assert_eq!(holder(&lock), None);
        assert!(held(&lock).contains(&format!("`fuser {}`", lock.display())));
    }
}
