//! What the system allows: space on disks, open files, watched folders, memory. Reads; changes nothing.

use std::path::Path;

/// A disk as a folder sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Disk {
    /// Bytes that a person may still write.
    pub(crate) free: u64,
    /// Names the disk: folders on one disk have one.
    pub(crate) id: u64,
}

/// The disk that a folder is on, or would be on.
#[cfg(unix)]
pub(crate) fn disk(folder: &Path) -> Option<Disk> {
    use std::os::unix::fs::MetadataExt;
    let there = folder.ancestors().find(|folder| folder.exists())?;
    let seen = nix::sys::statvfs::statvfs(there).ok()?;
    let blocks = u64::try_from(i128::from(seen.blocks_available())).ok()?;
    let size = u64::try_from(i128::from(seen.fragment_size())).ok()?;
    Some(Disk {
        free: blocks.saturating_mul(size),
        id: std::fs::metadata(there).ok()?.dev(),
    })
}

/// The disk that a folder is on. Unknown: this system is not asked yet.
#[cfg(not(unix))]
pub(crate) fn disk(_: &Path) -> Option<Disk> {
    None
}

/// The network file system that a folder is on, if it is on one.
#[cfg(target_os = "linux")]
pub(crate) fn network(folder: &Path) -> Option<&'static str> {
    let seen = nix::sys::statfs::statfs(folder).ok()?;
    named(seen.filesystem_type())
}

/// The network file system that a folder is on. Unknown: this system is not asked yet.
#[cfg(not(target_os = "linux"))]
pub(crate) fn network(_: &Path) -> Option<&'static str> {
    None
}

/// The name of a kind of file system where other machines write too.
#[cfg(target_os = "linux")]
fn named(kind: nix::sys::statfs::FsType) -> Option<&'static str> {
    use nix::sys::statfs::FsType;
    // The numbers of statfs(2); CIFS and SMB2 are Windows shares.
    const NETWORK: [(FsType, &str); 7] = [
        (FsType(0x6969), "NFS"),
        (FsType(0x517b), "SMB"),
        (FsType(0xff53_4d42), "CIFS"),
        (FsType(0xfe53_4d42), "SMB2"),
        (FsType(0x5346_414f), "AFS"),
        (FsType(0x00c3_6400), "Ceph"),
        (FsType(0x0bd0_0bd0), "Lustre"),
    ];
    let mut all = NETWORK.iter();
    all.find(|(one, _)| *one == kind).map(|(_, name)| *name)
}

/// How many files a program of ours may have open: the app raised its own limit as far as it may.
#[cfg(unix)]
pub(crate) fn open_files() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE)
        .ok()
        .map(|(soft, _)| soft)
}

/// How many files a program of ours may have open. Unknown: this system is not asked yet.
#[cfg(not(unix))]
pub(crate) fn open_files() -> Option<u64> {
    None
}

/// How many folders this person may have watched, all programs together. Linux only.
pub(crate) fn watches() -> Option<u64> {
    // A container may allow less than the system does.
    let limits = [
        "/proc/sys/fs/inotify/max_user_watches",
        "/proc/sys/user/max_inotify_watches",
    ];
    let numbers = limits.iter().filter_map(|path| {
        let text = std::fs::read_to_string(path).ok()?;
        text.trim().parse().ok()
    });
    numbers.min()
}

/// What the machine has to work with, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    /// All of it.
    pub(crate) total: u64,
    /// What programs can still have without swapping.
    pub(crate) available: u64,
}

/// The machine's memory. Linux only.
pub(crate) fn memory() -> Option<Memory> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        kibibytes.checked_mul(1024)
    };
    Some(Memory {
        total: field("MemTotal:")?,
        available: field("MemAvailable:")?,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_system_answers() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let disk = disk(here).unwrap();
        assert!(disk.free > 0);
        assert_eq!(super::disk(&here.join("not/there")), Some(disk));
        assert!(open_files().unwrap() > 0);
        assert!(watches().unwrap() > 0);
        let memory = memory().unwrap();
        assert!(memory.available > 0 && memory.available <= memory.total);
    }

    #[test]
    fn a_share_is_told_from_a_disk() {
        use nix::sys::statfs::{EXT4_SUPER_MAGIC, FsType, NFS_SUPER_MAGIC, TMPFS_MAGIC};
        assert_eq!(named(NFS_SUPER_MAGIC), Some("NFS"));
        assert_eq!(named(FsType(0xff53_4d42)), Some("CIFS"));
        assert_eq!(named(EXT4_SUPER_MAGIC), None);
        assert_eq!(named(TMPFS_MAGIC), None);
        assert_eq!(network(Path::new("/proc")), None);
    }
}
