//! Which starts of Dagdeck live: each holds a lock of its own for as long as it can write its record.
//!
//! Refuses to ask for process ids: they change hands, and several of these may live in one process.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

/// One start of Dagdeck. It lives until it is dropped, or its process ends.
pub(super) struct Session {
    name: String,
    /// None where nothing can be locked, or it writes no record.
    held: Option<(PathBuf, fs_err::File)>,
}

impl Session {
    /// Begins one, and takes away what dead ones left. Only one at a time may begin in a folder.
    pub(super) fn begin(folder: &Path) -> Self {
        let name = uuid::Uuid::new_v4().to_string();
        let begun = sweep(folder).and_then(|()| {
            let path = place(folder, &name);
            let file = fs_err::File::create_new(&path)?;
            file.file().lock()?;
            Ok((path, file))
        });
        let held = begun
            .inspect_err(|error| tracing::warn!(%error, "other starts take this one for dead"))
            .ok();
        Self { name, held }
    }

    /// One that writes no record, and that nobody asks for.
    pub(super) fn without_record() -> Self {
        Self {
            name: String::new(),
            held: None,
        }
    }

    /// What its rows are written under.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some((path, file)) = self.held.take() {
            // What stays is free, and the next start takes it away.
            let _stays = fs_err::remove_file(path);
            drop(file);
        }
    }
}

/// Whether a start lives.
pub(super) fn lives(folder: &Path, name: &str) -> bool {
    fs_err::File::open(place(folder, name)).is_ok_and(|file| is_held(&file))
}

fn is_held(file: &fs_err::File) -> bool {
    matches!(file.file().try_lock(), Err(TryLockError::WouldBlock))
}

/// Takes away the files of starts that are dead.
fn sweep(folder: &Path) -> std::io::Result<()> {
    let folder = folder.join(FOLDER);
    fs_err::create_dir_all(&folder)?;
    for entry in fs_err::read_dir(&folder)? {
        let path = entry?.path();
        if fs_err::File::open(&path).is_ok_and(|file| !is_held(&file)) {
            fs_err::remove_file(path)?;
        }
    }
    Ok(())
}

const FOLDER: &str = "sessions";

fn place(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join(name)
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    #[test]
    fn a_start_lives_until_it_is_dropped_also_beside_others_of_its_process() {
        let folder = tempdir().unwrap();
        let one = Session::begin(folder.path());
        let other = Session::begin(folder.path());
        assert!(lives(folder.path(), one.name()) && lives(folder.path(), other.name()));
        let name = one.name().to_owned();
        drop(one);
        assert!(!lives(folder.path(), &name) && lives(folder.path(), other.name()));
    }

    #[test]
    fn what_a_killed_one_left_is_taken_away() {
        let folder = tempdir().unwrap();
        fs_err::create_dir_all(folder.path().join(FOLDER)).unwrap();
        let left = place(folder.path(), "killed");
        fs_err::write(&left, "").unwrap();
        assert!(!lives(folder.path(), "killed"));
        let _next = Session::begin(folder.path());
        assert!(!left.exists());
    }
}
