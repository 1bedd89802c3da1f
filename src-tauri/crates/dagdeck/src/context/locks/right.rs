//! The right to run something, which one process has at a time, by a lock that the system takes back when the process ends.
//!
//! Owns how a lock is taken, shared with a guard, told of on a card and given back. Refuses to know what is run. A lock's
//! file stays when its holder goes: removing it would let two processes hold locks on two files of one name.

use std::fs::{File, TryLockError};
#[cfg(unix)]
use std::io::ErrorKind::{NotADirectory, NotFound};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::card_of;

/// The pause between two looks at a lock that is waited for.
const LOOK: Duration = Duration::from_millis(20);

/// A lock, or the card beside it, can't be made or asked for.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be used: {source}", path.display())]
pub struct LockError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl LockError {
    /// For `map_err`: the file that refuses.
    fn of(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self {
            path: path.to_owned(),
            source,
        }
    }
}

/// The right to run something, for as long as this lives.
#[derive(Debug)]
pub struct Right {
    lock: PathBuf,
    own: File,
    /// The locks that are shared with our guard.
    shared: Vec<(PathBuf, File)>,
}

impl Right {
    /// Takes a lock; none where another process holds it. Its folder is made where it is missing.
    ///
    /// The card of a former holder is taken away: from now on nobody is told of but us.
    ///
    /// # Errors
    /// When the lock can't be made or asked for.
    pub fn take(lock: &Path) -> Result<Option<Self>, LockError> {
        let own = open(lock)?;
        if !try_lock(&own, lock)? {
            return Ok(None);
        }
        let right = Self {
            lock: lock.to_owned(),
            own,
            shared: Vec::new(),
        };
        right.take_card_away();
        Ok(Some(right))
    }

    /// Makes `lock` one that a guard can share: the guard of a dead holder has it until the last process of that holder
    /// has ended. Answers false where that takes longer than `patience`.
    ///
    /// No system promises to do that without a moment in which nobody holds it. It may pass: nobody asks for such a lock
    /// but who has the right itself, which we have, and the guard, which asks to share it.
    ///
    /// # Errors
    /// When the lock can't be made or asked for.
    pub async fn share(&mut self, lock: &Path, patience: Duration) -> Result<bool, LockError> {
        let file = open(lock)?;
        let since = Instant::now();
        while !try_lock(&file, lock)? {
            if since.elapsed() >= patience {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
        let shared = file.unlock().and_then(|()| file.lock_shared());
        shared.map_err(LockError::of(lock))?;
        self.shared.push((lock.to_owned(), file));
        Ok(true)
    }

    /// Whether a lock is shared with our guard.
    pub fn shares(&self, lock: &Path) -> bool {
        self.shared.iter().any(|(shared, _)| shared == lock)
    }

    /// The lock's file.
    pub fn lock(&self) -> &Path {
        &self.lock
    }

    /// Whether the lock is still where others ask for it. Where it is not, as when somebody removed Dagdeck's own folder,
    /// another process can have the same right, and who looks for us finds that one. Asks the disk, so not for async threads.
    ///
    /// # Errors
    /// When that can't be told.
    pub fn is_in_place(&self) -> Result<bool, LockError> {
        is_at(&self.own, &self.lock).map_err(LockError::of(&self.lock))
    }

    /// Writes down who has the right, for who comes too late. The card is for our person alone.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_card(&self, card: &impl Serialize) -> Result<(), LockError> {
        let path = card_of(&self.lock);
        let write = || {
            let text = serde_json::to_vec(card)?;
            // It says nothing to the machine's next start.
            let options = atomicfile::Options {
                fleeting: true,
                ..atomicfile::Options::default()
            };
            atomicfile::replace_with(&path, options, |file| {
                keep_private(file)?;
                file.write_all(&text)
            })
        };
        write().map_err(LockError::of(&path))
    }

    /// One that stays tells of us as long as we live: who asks for the lock itself is not misled.
    fn take_card_away(&self) {
        let _stays = fs_err::remove_file(card_of(&self.lock));
    }
}

impl Drop for Right {
    fn drop(&mut self) {
        // Before the locks go, so that it is never a successor's; nor is it where our lock was removed under us.
        if self.is_in_place().unwrap_or(true) {
            self.take_card_away();
        }
        let shared = self.shared.iter().rev().map(|(_, file)| file);
        for file in shared.chain([&self.own]) {
            // Closing alone is not enough: what is being forked this moment holds them too, until it executes. Where the
            // system refuses, that moment is all there is to wait for.
            let _later = file.unlock();
        }
    }
}

#[cfg(unix)]
fn keep_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

/// Who may read it is the folder's business on this platform.
#[cfg(not(unix))]
fn keep_private(_file: &File) -> io::Result<()> {
    Ok(())
}

fn open(lock: &Path) -> Result<File, LockError> {
    let open = || {
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        options.open(lock)
    };
    open().map_err(LockError::of(lock))
}

/// Whether the file at a path is this one.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino())),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that is open can't be removed on this platform.
#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Whether it is ours alone now; not so where another holds it.
fn try_lock(file: &File, lock: &Path) -> Result<bool, LockError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(LockError::of(lock)(source)),
    }
}
