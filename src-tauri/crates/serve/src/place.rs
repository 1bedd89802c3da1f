//! Where an owner's socket lies: in a folder that nobody else may enter, under a name short enough for a socket.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The longest path a socket can have on every system that has them (macOS: 104 bytes with the final NUL).
const LONGEST: usize = 103;

/// Why a socket can't be put anywhere.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Something is there that is not a folder of ours alone.
    #[error("{} can't be trusted with a socket: {why}", folder.display())]
    Unsafe {
        /// The folder that the socket was to lie in.
        folder: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// No folder can be made that is short enough.
    #[error("no folder for a socket: {}", tried.join("; "))]
    Nowhere {
        /// Each that was tried, with the reason.
        tried: Vec<String>,
    },
}

/// The folders that sockets may lie in, best first: the session's own, then one in the temporary folder, which is short
/// nearly everywhere.
#[cfg(unix)]
pub fn socket_folders() -> Vec<PathBuf> {
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let session = session.filter(|folder| folder.is_absolute());
    let user = nix::unistd::geteuid();
    let named = format!("dagdeck-{user}");
    let mut folders: Vec<_> = session
        .iter()
        .map(|folder| folder.join("dagdeck"))
        .collect();
    folders.push(std::env::temp_dir().join(&named));
    folders.push(Path::new("/tmp").join(&named));
    folders
}

/// Pipes have a name space of their own, without folders.
#[cfg(windows)]
pub fn socket_folders() -> Vec<PathBuf> {
    vec![PathBuf::from(r"\\.\pipe")]
}

/// A socket's name: the same for the same lock, however it is spelt.
fn name(lock: &Path) -> String {
    let lock = std::fs::canonicalize(lock).unwrap_or_else(|_| lock.to_owned());
    let hash = Sha256::digest(lock.as_os_str().as_encoded_bytes());
    let digits: String = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if cfg!(windows) {
        format!("dagdeck-{digits}")
    } else {
        format!("{digits}.sock")
    }
}

/// The path of the socket that goes with a lock, in the first of `folders` that there is or that can be made.
///
/// A folder that is there and not safe is an error and not passed over: somebody put it there.
pub(crate) fn socket_for(lock: &Path, folders: &[PathBuf]) -> Result<PathBuf, PlaceError> {
    let mut tried = Vec::new();
    for folder in folders {
        let socket = folder.join(name(lock));
        if socket.as_os_str().len() > LONGEST {
            tried.push(format!("{} is too long", socket.display()));
            continue;
        }
        match make_safe(folder) {
            Ok(()) => return Ok(socket),
            Err(PlaceError::Nowhere { tried: why }) => tried.extend(why),
            Err(refused) => return Err(refused),
        }
    }
    Err(PlaceError::Nowhere { tried })
}

/// Makes a folder for sockets where there is none, and refuses one that is not ours alone.
pub(crate) fn make_safe(folder: &Path) -> Result<(), PlaceError> {
    make(folder).map_err(|error| PlaceError::Nowhere {
        tried: vec![format!("{}: {error}", folder.display())],
    })?;
    check(folder)
}

#[cfg(windows)]
fn make(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(windows)]
fn check(_: &Path) -> Result<(), PlaceError> {
    Ok(())
}

#[cfg(unix)]
fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().mode(0o700).create(folder);
    match made {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Refuses what is no folder, is another's, or lets others in. A link is no folder, wherever it leads.
#[cfg(unix)]
fn check(folder: &Path) -> Result<(), PlaceError> {
    use std::os::unix::fs::MetadataExt;
    let refused = |why: String| {
        Err(PlaceError::Unsafe {
            folder: folder.to_owned(),
            why,
        })
    };
    let found = match std::fs::symlink_metadata(folder) {
        Ok(found) => found,
        Err(error) => return refused(error.to_string()),
    };
    let user = nix::unistd::geteuid().as_raw();
    let permissions = found.mode() & 0o7777;
    if !found.is_dir() {
        refused("it is not a folder".to_owned())
    } else if found.uid() != user {
        refused(format!("it belongs to user {}, not {user}", found.uid()))
    } else if permissions != 0o700 {
        refused(format!("its permissions are {permissions:o}, not 700"))
    } else {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use testkit::TestDir;

    use super::*;

    fn refused(folder: &Path) -> String {
        match socket_for(Path::new("lock"), &[folder.to_owned()]) {
            Err(PlaceError::Unsafe { why, .. }) => why,
            other => panic!("{} gave {other:?}", folder.display()),
        }
    }

    #[test]
    fn a_folder_is_made_for_its_owner_alone() {
        let dir = TestDir::new();
        let folder = dir.join("sockets");
        let lock = dir.write("lock", "");
        let socket = socket_for(&lock, std::slice::from_ref(&folder)).unwrap();
        assert_eq!(socket.parent(), Some(folder.as_path()));
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o700);
        let again = socket_for(&dir.join("./lock"), &[folder]).unwrap();
        assert_eq!(socket, again);
        let other = socket_for(&dir.write("other", ""), &[dir.join("sockets")]).unwrap();
        assert_ne!(socket, other);
    }

    #[test]
    fn a_folder_that_lets_others_in_is_refused() {
        let dir = TestDir::new();
        let folder = dir.make("open");
        for mode in [0o755, 0o770, 0o701, 0o1700] {
            std::fs::set_permissions(&folder, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(
                refused(&folder),
                format!("its permissions are {mode:o}, not 700")
            );
        }
    }

    #[test]
    fn what_is_no_folder_is_refused() {
        let dir = TestDir::new();
        let real = dir.join("real");
        make(&real).unwrap();
        let link = dir.join("link");
        symlink(&real, &link).unwrap();
        assert_eq!(refused(&link), "it is not a folder");
        assert_eq!(refused(&dir.write("file", "")), "it is not a folder");
    }

    #[test]
    fn a_folder_of_another_is_refused() {
        if nix::unistd::geteuid().is_root() {
            let dir = TestDir::new();
            let folder = dir.join("theirs");
            make(&folder).unwrap();
            std::os::unix::fs::chown(&folder, Some(65534), None).unwrap();
            assert_eq!(refused(&folder), "it belongs to user 65534, not 0");
        } else {
            // Only root can give a folder away; everyone else has one that is root's.
            assert!(refused(Path::new("/")).contains("belongs to user 0"));
        }
    }

    #[test]
    fn a_folder_that_is_too_long_or_can_not_be_made_is_passed_over() {
        let dir = TestDir::new();
        let long = dir.join("x".repeat(LONGEST));
        let missing = dir.join("missing/sockets");
        let good = dir.join("s");
        let folders = [long.clone(), missing.clone(), good.clone()];
        let socket = socket_for(Path::new("lock"), &folders).unwrap();
        assert_eq!(socket.parent(), Some(good.as_path()));
        match socket_for(Path::new("lock"), &folders[..2]) {
            Err(PlaceError::Nowhere { tried }) => assert_eq!(tried.len(), 2),
            other => panic!("{other:?}"),
        }
    }
}
