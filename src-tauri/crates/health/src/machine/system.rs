//! What the system allows: space on disks, open files, watched folders, memory. Reads; changes nothing.

use std::path::{Path, PathBuf};

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

/// The network file system that a folder is on, if it is on one. Linux only.
pub(crate) fn network(folder: &Path) -> Option<&'static str> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let mounts = std::fs::read("/proc/self/mountinfo").ok()?;
    network_in(&String::from_utf8_lossy(&mounts), &folder)
}

/// Kinds of file systems where other machines write too, or where a server far away keeps the locks.
const NETWORK: [(&str, &str); 12] = [
    ("nfs", "NFS"),
    ("nfs4", "NFS"),
    ("cifs", "SMB"),
    ("smb3", "SMB"),
    ("9p", "9P"),
    ("afs", "AFS"),
    ("ceph", "Ceph"),
    ("lustre", "Lustre"),
    ("fuse.glusterfs", "GlusterFS"),
    ("fuse.rclone", "rclone"),
    ("fuse.s3fs", "S3"),
    ("fuse.sshfs", "SSHFS"),
];

/// The same by a list of mounts, as proc(5) has them: `36 35 98:0 /root /mnt/place rw,noatime shared:1 - ext4 /dev/sda rw`.
fn network_in(mounts: &str, folder: &Path) -> Option<&'static str> {
    let around = mounts.lines().filter_map(|line| {
        let (mount, system) = line.split_once(" - ")?;
        let place = unescaped(mount.split(' ').nth(4)?);
        let deep = folder
            .starts_with(&place)
            .then(|| place.components().count());
        Some((deep?, system.split(' ').next()?))
    });
    // Of two mounts at one place the later one covers the other, and is the one that is answered.
    let (_, kind) = around.max_by_key(|(deep, _)| *deep)?;
    let known = NETWORK.iter().find(|(name, _)| *name == kind);
    known.map(|(_, name)| *name)
}

/// A place in that list: what would end a column is written as a number.
fn unescaped(place: &str) -> PathBuf {
    let numbers = [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ];
    let plain = |place: String, (number, plain): (&str, &str)| place.replace(number, plain);
    numbers.into_iter().fold(place.to_owned(), plain).into()
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
        // Only which disk it is stays the same from one question to the next.
        let above = super::disk(&here.join("not/there")).unwrap();
        assert_eq!(above.id, disk.id);
        assert!(open_files().unwrap() > 0);
        assert!(watches().unwrap() > 0);
        let memory = memory().unwrap();
        assert!(memory.available > 0 && memory.available <= memory.total);
    }

    #[test]
    fn a_share_is_told_from_a_disk() {
        let mounts = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:5 / /dev rw,nosuid - devtmpfs devtmpfs rw
41 22 0:38 / /home/ann/the\\040share rw,relatime shared:9 - nfs4 server:/export rw,vers=4.2
42 41 0:39 / /home/ann/the\\040share/scratch rw - tmpfs none rw
43 22 0:40 / /mnt/c rw,noatime - 9p drvfs rw,dirsync
44 22 0:41 / /mnt/twice rw - cifs //server/share rw
45 44 0:42 / /mnt/twice rw - ext4 /dev/vdb rw
46 22 0:43 / /mnt/far rw,nosuid,nodev - fuse.sshfs server:/data rw,user_id=0,group_id=0
";
        let told = |folder: &str| network_in(mounts, Path::new(folder));
        assert_eq!(told("/home/ann/dagster"), None);
        assert_eq!(told("/home/ann/the share/dagster"), Some("NFS"));
        assert_eq!(told("/home/ann/the share/scratch"), None);
        assert_eq!(told("/mnt/c/Users"), Some("9P"));
        assert_eq!(told("/mnt/twice/home"), None);
        assert_eq!(told("/mnt/far"), Some("SSHFS"));
        assert_eq!(told("/mnt/farther"), None);
        assert_eq!(network(Path::new("/proc")), None);
    }
}
