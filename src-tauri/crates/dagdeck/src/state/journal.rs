//! Which journal a database can have in a folder.
//!
//! A write-ahead log needs memory that all programs on the file share, which only a disk of this machine gives. Where
//! that can't be told, it is a rollback journal: slower, and right everywhere.

use std::path::Path;

/// How a database makes a change whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Journal {
    /// A write-ahead log: readers and a writer never wait for each other.
    Wal,
    /// A copy of what is replaced, put back after a crash.
    Rollback,
}

impl Journal {
    /// What `PRAGMA journal_mode` calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wal => "WAL",
            Self::Rollback => "TRUNCATE",
        }
    }

    /// What `PRAGMA synchronous` has to be so that a power failure tears nothing.
    pub(super) fn synchronous(self) -> &'static str {
        match self {
            Self::Wal => "NORMAL",
            Self::Rollback => "FULL",
        }
    }
}

/// The journal for databases in a folder.
pub(super) fn journal_in(folder: &Path) -> Journal {
    if is_local(folder) {
        Journal::Wal
    } else {
        Journal::Rollback
    }
}

/// Whether a folder is known to lie on a disk of this machine.
#[cfg(target_os = "linux")]
fn is_local(folder: &Path) -> bool {
    nix::sys::statfs::statfs(folder).is_ok_and(|found| is_local_kind(found.filesystem_type()))
}

/// Those that are known. FUSE is not among them: sshfs is one of its kinds, and can't be told from the others here.
#[cfg(target_os = "linux")]
fn is_local_kind(kind: nix::sys::statfs::FsType) -> bool {
    use nix::sys::statfs::{
        BTRFS_SUPER_MAGIC, ECRYPTFS_SUPER_MAGIC, EXT4_SUPER_MAGIC, F2FS_SUPER_MAGIC, FsType,
        OVERLAYFS_SUPER_MAGIC, REISERFS_SUPER_MAGIC, TMPFS_MAGIC, XFS_SUPER_MAGIC,
    };
    /// Not in nix: what OpenZFS and bcachefs answer.
    const ZFS: FsType = FsType(0x2fc1_2fc1);
    const BCACHEFS: FsType = FsType(0xca45_1a4e);
    // ext2 and ext3 answer as ext4 does.
    let local = [
        BTRFS_SUPER_MAGIC,
        ECRYPTFS_SUPER_MAGIC,
        EXT4_SUPER_MAGIC,
        F2FS_SUPER_MAGIC,
        OVERLAYFS_SUPER_MAGIC,
        REISERFS_SUPER_MAGIC,
        TMPFS_MAGIC,
        XFS_SUPER_MAGIC,
        ZFS,
        BCACHEFS,
    ];
    local.contains(&kind)
}

/// Whether a folder is known to lie on a disk of this machine.
#[cfg(target_os = "macos")]
fn is_local(folder: &Path) -> bool {
    nix::sys::statfs::statfs(folder)
        .is_ok_and(|found| matches!(found.filesystem_type_name(), "apfs" | "hfs"))
}

/// Whether a folder is known to lie on a disk of this machine: not told on this platform yet.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn is_local(_folder: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn only_what_is_known_to_be_a_local_disk_gets_a_write_ahead_log() {
        use nix::sys::statfs::{
            EXT4_SUPER_MAGIC, FUSE_SUPER_MAGIC, FsType, NFS_SUPER_MAGIC, SMB_SUPER_MAGIC,
            TMPFS_MAGIC,
        };
        assert!(is_local_kind(EXT4_SUPER_MAGIC) && is_local_kind(TMPFS_MAGIC));
        let elsewhere = [
            FUSE_SUPER_MAGIC,
            NFS_SUPER_MAGIC,
            SMB_SUPER_MAGIC,
            FsType(0x0102_1997), // 9p
            FsType(0xff53_4d42), // cifs
            FsType(0xfe53_4d42), // smb2
            FsType(0x1234_5678), // nobody knows
        ];
        assert!(!elsewhere.into_iter().any(is_local_kind));
    }

    #[test]
    fn a_folder_that_is_not_there_gets_the_journal_that_is_right_everywhere() {
        assert_eq!(journal_in(Path::new("no/such/folder")), Journal::Rollback);
    }
}
