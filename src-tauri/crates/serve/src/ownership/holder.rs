//! Which process holds a lock, and what to do about one that does not let go.

use std::path::Path;

use terminal::Shell;

/// What to do about the process that holds a lock and does not let go. Reads files, so not for async threads.
pub(super) fn held(lock: &Path) -> String {
    held_by(holders(lock).first().copied(), lock)
}

/// The same where it is known which one does, as far as the system tells it.
pub(crate) fn held_by(holder: Option<u32>, lock: &Path) -> String {
    let (who, end) = match holder {
        Some(pid) => (
            format!("Process {pid} holds the lock"),
            format!("`{}`", Shell::HERE.kill(pid)),
        ),
        None if cfg!(windows) => (
            format!(
                "The Resource Monitor tells which process holds {}",
                lock.display()
            ),
            "there too".to_owned(),
        ),
        None => (
            format!(
                "`fuser {}` tells which process holds the lock",
                Shell::HERE.quote(&lock.to_string_lossy())
            ),
            "`kill -9` and its number".to_owned(),
        ),
    };
    format!(
        "{who}. It may be very busy: try again. If it stays so, end it ({end}), and try again: what it leaves is ended then."
    )
}

/// The processes that hold a lock, where the system tells it. Reads files, so not for async threads.
#[cfg(target_os = "linux")]
pub(crate) fn holders(lock: &Path) -> Vec<u32> {
    let Some(file) = file_behind(lock) else {
        return Vec::new();
    };
    // As `1: FLOCK  ADVISORY  READ 4711 08:02:131074 0 EOF`. Not every file system names the device as its files do.
    let locks = fs_err::read_to_string("/proc/locks").unwrap_or_default();
    let holders = locks.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(4);
        let pid: u32 = words.next()?.parse().ok()?;
        let (_, inode) = words.next()?.rsplit_once(':')?;
        (inode == file.1.to_string()).then_some(pid)
    });
    holders.filter(|&pid| has_open(pid, file)).collect()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn holders(_lock: &Path) -> Vec<u32> {
    Vec::new()
}

/// Whether a process has a file open, as far as we may look.
#[cfg(target_os = "linux")]
fn has_open(pid: u32, file: (u64, u64)) -> bool {
    let open = fs_err::read_dir(format!("/proc/{pid}/fd"));
    let mut open = open.into_iter().flatten().flatten();
    open.any(|one| file_behind(&one.path()) == Some(file))
}

/// The device and the number of the file that a path leads to, through links.
#[cfg(target_os = "linux")]
fn file_behind(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = fs_err::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use testkit::TestDir;

    use super::*;

    #[test]
    fn a_lock_that_nobody_holds_is_looked_for_by_the_person() {
        let dir = TestDir::new();
        let lock = dir.write("one.lock", "");
        assert_eq!(holders(&lock), [0; 0]);
        // Held by none, though it is open.
        let open = fs_err::File::open(&lock).unwrap();
        assert_eq!(holders(&lock), [0; 0]);
        assert!(held(&lock).contains(&format!("`fuser {}`", lock.display())));
        open.file().lock_shared().unwrap();
        assert_eq!(holders(&lock), [std::process::id()]);
    }
}
