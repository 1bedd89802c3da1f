//! Who owns a workspace: at most one process, by a [`Right`] to run it.
//!
//! Who the owner is stands on a card beside the lock, for who comes too late; the lock decides, the card only tells.

mod holder;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use api::protocol::frozen::HostKind;
use api::{ApiError, Millis};
use dagdeck::{LockError, Right, card_beside};
use serde::{Deserialize, Serialize};
use terminal::Shell;
use tokio::time::Instant;

pub(crate) use self::holder::{held_by, holders};

use self::holder::held;
use crate::place;

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

    /// Whether the process that wrote it lives. Asks the system, so not for async threads.
    pub fn lives(&self) -> bool {
        let since = Duration::try_from_secs_f64(self.since / 1000.0);
        let since = since.ok().and_then(|since| UNIX_EPOCH.checked_add(since));
        since.is_some_and(|since| process::lives_since(self.pid, since))
    }

    /// What to say where nobody answers at its socket though its process lives: who that is, why it can't be reached as far as
    /// the socket's place tells, and what can be done. Asks the disk, so not for async threads.
    pub fn unreached(&self) -> String {
        let (pid, why) = (self.pid, self.astray());
        let kill = Shell::HERE.kill(pid);
        let end = match Shell::HERE.ask_to_end(pid) {
            Some(ask) => format!("`{ask}`, or `{kill}` where it hangs"),
            None => format!("`{kill}`"),
        };
        format!(
            "Process {pid} owns this workspace, but {why}. To end it with all that it runs: {end}."
        )
    }

    /// What is wrong with the place of the socket, and what puts it right.
    fn astray(&self) -> String {
        let socket = self.socket.display();
        let folder = self.socket.parent().filter(|folder| folder.exists());
        if let Some(folder) = folder
            && let Err(refused) = place::make_safe(folder)
        {
            let folder = folder.display();
            return format!(
                "{refused}. Remove {folder}, or close it to everybody but you (`chmod 700 {folder}`): soon after, it can be reached"
            );
        }
        match std::fs::symlink_metadata(&self.socket) {
            Ok(found) if found.is_dir() || found.is_file() || found.is_symlink() => {
                format!("something else lies in the place of its socket: remove {socket}")
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                format!("its socket is gone ({socket})")
            }
            _ => format!("nobody answers at {socket}: it may be just beginning or ending"),
        }
    }
}

/// Why a workspace can't be owned.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Another process owns it.
    #[error("another process owns this workspace already")]
    Owned {
        /// The lock that it holds.
        lock: PathBuf,
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

impl TakeError {
    /// This as the reason of what could not be done, with what to do about the process that is in the way.
    pub(crate) async fn told(self, failed: ApiError) -> ApiError {
        let failed = failed.with_source(&self);
        let looked = tokio::task::spawn_blocking(move || self.way_out()).await;
        match looked {
            Ok(Some(way_out)) => failed.with_hint(way_out),
            // Who it is was only looked for: what failed stands without it.
            Ok(None) | Err(_) => failed,
        }
    }

    /// What to do about the process that is in the way; none where it is the disk. Reads files, so not for async threads.
    fn way_out(&self) -> Option<String> {
        match self {
            Self::Owned {
                owner: Some(card), ..
            } if card.lives() => Some(card.unreached()),
            Self::Owned { lock, .. } | Self::StillEnding { lock, .. } => Some(held(lock)),
            Self::Unusable { .. } => None,
        }
    }
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
    ///
    /// # Errors
    /// When another process owns the workspace, with its card where it has written one; when what a former owner ran has
    /// not ended after `patience`, which is for all of `shared` together; and when a lock's file can't be made, opened or
    /// locked.
    pub async fn take(
        lock: &Path,
        shared: &[PathBuf],
        patience: Duration,
    ) -> Result<Self, TakeError> {
        let Some(mut right) = Right::take(lock)? else {
            return Err(TakeError::Owned {
                lock: lock.to_owned(),
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use testkit::TestDir;

    use super::*;

    fn card(socket: PathBuf) -> Card {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Card {
            pid: std::process::id(),
            since: since.as_secs_f64() * 1000.0,
            kind: HostKind::Owner,
            version: "0.0.9".to_owned(),
            socket,
        }
    }

    #[test]
    fn a_card_is_of_a_living_process_or_of_a_dead_one() {
        let living = card(PathBuf::from("/s"));
        assert!(living.lives());
        for (pid, since) in [
            (u32::MAX, living.since),
            (living.pid, 0.0),
            (living.pid, f64::MAX),
        ] {
            let dead = Card {
                pid,
                since,
                ..living.clone()
            };
            assert!(!dead.lives(), "{dead:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn who_is_in_the_way_is_told_with_the_way_out_and_a_disk_without() {
        let dir = TestDir::new();
        let lock = dir.write("one.lock", "");
        let held = fs_err::File::open(&lock).unwrap();
        held.file().lock_shared().unwrap();
        let waited = Duration::from_secs(25);
        let failed = || ApiError::new(api::ErrorCode::Io, "it can't begin");
        let ending = TakeError::StillEnding {
            lock: lock.clone(),
            waited,
        };
        let beginning = TakeError::Owned {
            lock: lock.clone(),
            owner: None,
        };
        for error in [ending, beginning] {
            let why = error.to_string();
            let told = error.told(failed()).await;
            assert_eq!(told.causes, [why]);
            let end = format!("`kill -9 {}`", std::process::id());
            assert!(told.hints[0].text.contains(&end), "{told:?}");
        }
        let owned = TakeError::Owned {
            lock: lock.clone(),
            owner: Some(card(dir.join("sockets/one.sock"))),
        };
        let told = owned.told(failed()).await;
        assert!(
            told.hints[0].text.contains("its socket is gone"),
            "{told:?}"
        );
        let source = std::io::ErrorKind::StorageFull.into();
        let told = TakeError::Unusable { lock, source }.told(failed()).await;
        assert!(told.hints.is_empty() && told.causes.len() == 1, "{told:?}");
    }

    #[test]
    fn an_owner_that_is_not_reached_is_named_with_the_reason_and_the_way_out() {
        let dir = TestDir::new();
        let folder = dir.join("sockets");
        let card = card(folder.join("one.sock"));
        let kill = format!("`kill {}`", card.pid);
        let told = |why: &str| {
            let told = card.unreached();
            assert!(
                told.starts_with(&format!("Process {} owns this workspace, but ", card.pid)),
                "{told}"
            );
            assert!(told.contains(why) && told.contains(&kill), "{told}");
        };
        told("its socket is gone (");
        assert!(!folder.exists(), "who only looks makes no folder");
        place::make_safe(&folder).unwrap();
        told("its socket is gone (");
        fs_err::write(&card.socket, "garbage").unwrap();
        told("remove ");
        fs_err::remove_file(&card.socket).unwrap();
        let left = std::os::unix::net::UnixListener::bind(&card.socket).unwrap();
        told("nobody answers at ");
        drop(left);
        fs_err::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
        told("its permissions are 755, not 700");
        told(&format!("`chmod 700 {}`", folder.display()));
    }
}
