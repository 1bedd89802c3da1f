//! Where the locks lie that say which process runs what: a workspace, what a dead owner of one has left, an instance.
//!
//! Owns their names in Dagdeck's own folder, the same in every process and however a path is spelt, and what the card
//! beside a lock says of who holds it. The lock decides, the card only tells: asking the lock itself would take it for an
//! instant from who wants it.

mod right;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use api::Millis;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

pub use right::{LockError, Right};

/// The folder of the locks of workspaces.
const OWNERS: &str = "owners";
/// The folder of the locks of instances.
const INSTANCES: &str = "instances";

/// The lock of the one process that runs the workspace at `root`.
pub fn owner_lock(state_folder: &Path, root: &Path) -> PathBuf {
    state_folder
        .join(OWNERS)
        .join(format!("{}.lock", name_of(root)))
}

/// The lock that the guard of that process shares with it, and holds until the last program of a dead one has ended.
pub fn guard_lock(state_folder: &Path, root: &Path) -> PathBuf {
    state_folder
        .join(OWNERS)
        .join(format!("{}.guard.lock", name_of(root)))
}

/// The lock of the one process that runs a daemon for the instance at `home`, its DAGSTER_HOME.
pub(crate) fn instance_lock(state_folder: &Path, home: &Path) -> PathBuf {
    state_folder
        .join(INSTANCES)
        .join(format!("{}.lock", name_of(home)))
}

/// The lock that the guard of that process shares with it while a daemon runs.
pub(crate) fn instance_guard_lock(state_folder: &Path, home: &Path) -> PathBuf {
    state_folder
        .join(INSTANCES)
        .join(format!("{}.guard.lock", name_of(home)))
}

/// The card beside a lock.
pub(crate) fn card_of(lock: &Path) -> PathBuf {
    lock.with_extension("owner.json")
}

/// What the card beside a lock says; none where nobody has written it yet, or what is there can't be read. It may be that of
/// a process that was killed. Reads a file, so not for async threads.
pub fn card_beside<T: DeserializeOwned>(lock: &Path) -> Option<T> {
    serde_json::from_slice(&fs_err::read(card_of(lock)).ok()?).ok()
}

/// What every card says.
#[derive(Debug, Deserialize)]
struct Holder {
    pid: u32,
    since: Millis,
}

/// What the card beside a lock says, if the process that wrote it lives. Reads files, so not for async threads.
pub(crate) fn living_card<T: DeserializeOwned>(lock: &Path) -> Option<T> {
    let card = fs_err::read(card_of(lock)).ok()?;
    let Holder { pid, since } = serde_json::from_slice(&card).ok()?;
    let since = Duration::try_from_secs_f64(since / 1000.0).ok()?;
    process::lives_since(pid, SystemTime::UNIX_EPOCH + since)
        .then(|| serde_json::from_slice(&card).ok())
        .flatten()
}

/// The process that owns the workspace at `root`, as its card says.
pub(crate) fn owner_of(state_folder: &Path, root: &Path) -> Option<u32> {
    let holder: Holder = living_card(&owner_lock(state_folder, root))?;
    Some(holder.pid)
}

/// Sixteen digits that are the same for the same folder, however it is spelt.
fn name_of(folder: &Path) -> String {
    let hash = Sha256::digest(workspace::real_path(folder).as_os_str().as_encoded_bytes());
    let digits = hash.iter().take(8).map(|byte| format!("{byte:02x}"));
    digits.collect()
}

#[cfg(test)]
mod tests {
    use testkit::TestDir;

    use super::*;

    #[test]
    fn a_workspace_has_one_lock_however_it_is_spelt() {
        let dir = TestDir::new();
        let (one, other) = (dir.make("one"), dir.make("other"));
        let state = Path::new("state");
        let lock = owner_lock(state, &one);
        assert_eq!(lock, owner_lock(state, &dir.join("other/../one/.")));
        assert_ne!(lock, owner_lock(state, &other));
        assert_ne!(lock, guard_lock(state, &one));
        let name = lock.file_stem().unwrap().to_string_lossy();
        assert_eq!(lock, Path::new("state/owners").join(format!("{name}.lock")));
        assert!(name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
        // One that is not there has one too: it may be given back by a disk that is not mounted yet.
        assert_ne!(owner_lock(state, &dir.join("gone")), lock);
    }

    #[test]
    fn a_card_tells_as_long_as_its_process_lives() {
        let dir = TestDir::new();
        let root = dir.make("root");
        let card = card_of(&owner_lock(dir.path(), &root));
        fs_err::create_dir_all(card.parent().unwrap()).unwrap();
        let write = |pid: u32, since: f64| {
            let text = format!("{{\"pid\": {pid}, \"since\": {since}, \"socket\": \"/s\"}}");
            fs_err::write(&card, text).unwrap();
        };
        let us = std::process::id();
        assert_eq!(owner_of(dir.path(), &root), None);
        write(us, crate::clock::now());
        assert_eq!(owner_of(dir.path(), &root), Some(us));
        // A process of the same number that began later, one that is gone, and damage.
        write(us, 1000.0);
        assert_eq!(owner_of(dir.path(), &root), None);
        write(u32::MAX, crate::clock::now());
        assert_eq!(owner_of(dir.path(), &root), None);
        write(us, -1.0);
        assert_eq!(owner_of(dir.path(), &root), None);
        fs_err::write(&card, "{").unwrap();
        assert_eq!(owner_of(dir.path(), &root), None);
    }
}
