//! The run-file: what one app runs, on disk, for the start after a crash that took the guard along.
//!
//! `<mark>.json` tells the owner and what it runs; `<mark>.lock` is locked for as long as the owner lives. The mark is in
//! the name, so even a file that cannot be read tells what to look for.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::tree::{self, Identity};

/// The version that we write.
pub(super) const VERSION: u32 = 1;

/// One program that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunningProgram {
    #[serde(flatten)]
    pub(super) id: Identity,
    /// What the system says it executes: the pid and start time could, in theory, be another's.
    pub(super) executable: Option<PathBuf>,
    /// What we asked to run.
    pub(super) program: PathBuf,
}

/// What stands in a run-file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) version: u32,
    pub(super) mark: String,
    /// Start times are only comparable within one run of the machine.
    pub(super) boot: String,
    pub(super) owner: Identity,
    pub(super) processes: Vec<RunningProgram>,
}

/// The run-file of a living table.
pub(super) struct RunFile {
    path: PathBuf,
    content: Mutex<Content>,
    /// Holds the lock; the system lets go of it when we die, however that happens.
    _lock: fs_err::File,
}

impl RunFile {
    /// Locks and writes the file of a table that runs nothing yet.
    ///
    /// # Errors When the folder refuses: then nothing that stays may be started, for the next start could not find it.
    pub(super) fn create(folder: &Path, mark: &str) -> io::Result<Self> {
        let path = folder.join(format!("{mark}.json"));
        let lock = fs_err::File::create(path.with_extension("lock"))?;
        lock.file().lock()?;
        let pid = std::process::id();
        let owner = Identity {
            pid,
            start: tree::process(pid).map_or(0, |seen| seen.id.start),
        };
        let content = Content {
            version: VERSION,
            mark: mark.to_owned(),
            boot: tree::boot(),
            owner,
            processes: Vec::new(),
        };
        write(&path, &content)?;
        Ok(Self {
            path,
            content: Mutex::new(content),
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down that a tree runs, with what the system says it executes.
    pub(super) fn enter(&self, id: Identity, program: &Path) {
        let executable = tree::executable(id.pid);
        self.change(|content| {
            content.processes.push(RunningProgram {
                id,
                executable,
                program: program.to_path_buf(),
            });
        });
    }

    /// Writes down that a tree is gone.
    pub(super) fn leave(&self, id: Identity) {
        self.change(|content| content.processes.retain(|entry| entry.id != id));
    }

    fn change(&self, change: impl FnOnce(&mut Content)) {
        let mut content = self.content.lock();
        change(&mut content);
        // A full disk must not stop programs from being run: the mark in their environment still finds them.
        let _unwritten = write(&self.path, &content);
    }
}

/// Puts the content in place, without waiting for the disk: after a power failure nothing of it is true.
fn write(path: &Path, content: &Content) -> io::Result<()> {
    let bytes = serde_json::to_vec(content)?;
    let draft = path.with_extension("new");
    let options = atomicfile::Options {
        // A name that can be told, for `forget`.
        draft: draft.file_name(),
        // Nothing of what it lists outlives the machine's run.
        fleeting: true,
        ..atomicfile::Options::default()
    };
    atomicfile::replace_with(path, options, |file| file.write_all(&bytes))
}

/// Takes a run-file and its lock away.
pub(crate) fn forget(path: &Path) {
    for extension in ["json", "new", "lock"] {
        // One that is gone already was taken away by a sweep.
        let _gone = fs_err::remove_file(path.with_extension(extension));
    }
}
