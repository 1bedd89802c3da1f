//! Where the locks lie that say which process runs what: a workspace, what a dead owner of one has left, an instance.
//!
//! Owns their names in Dagdeck's own folder, the same in every process and however a path is spelt.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The folder of the locks of workspaces.
const OWNERS: &str = "owners";

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

/// Sixteen digits that are the same for the same folder, however it is spelt.
fn name_of(folder: &Path) -> String {
    let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let hash = Sha256::digest(folder.as_os_str().as_encoded_bytes());
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
}
