//! A small disk of memory, to be filled and made read-only. As root nothing else refuses to be written.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::{TestDir, skipped};

/// A small disk of memory, gone when dropped.
pub struct Disk(TestDir);

impl Disk {
    /// One of a MiB. None, which is said, where this machine lets nobody mount one.
    pub fn new() -> Option<Disk> {
        let folder = TestDir::new();
        if run("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs"], &folder) {
            return Some(Disk(folder));
        }
        skipped("a disk can't be mounted here");
        None
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Leaves no room.
    pub fn fill(&self) {
        let mut file = fs_err::File::create(self.filler()).unwrap();
        while file.write_all(&[0; 1024]).is_ok() {}
    }

    /// Takes back what filled it.
    pub fn make_room(&self) {
        fs_err::remove_file(self.filler()).unwrap();
    }

    /// Nothing can be written on it from now on. Nothing may be open for writing.
    pub fn make_read_only(&self) {
        assert!(run("mount", &["-o", "remount,ro"], &self.0));
    }

    fn filler(&self) -> std::path::PathBuf {
        self.path().join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: what a test left open does not keep the folder.
        run("umount", &["-l"], &self.0);
    }
}

fn run(program: &str, arguments: &[&str], folder: &TestDir) -> bool {
    let output = Command::new(program)
        .args(arguments)
        .arg(folder.path())
        .output();
    output.is_ok_and(|output| output.status.success())
}
