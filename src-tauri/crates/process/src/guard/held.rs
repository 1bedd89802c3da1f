//! The locks that a guard holds for the app, so that they outlive it for as long as anything that it ran does.

use std::collections::BTreeMap;
use std::fs::TryLockError;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fs_err::File;

/// How long a lock that another holds is tried for: somebody may be looking whether it is free.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// The locks held. Dropping it lets go of them.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<PathBuf, File>);

impl Held {
    /// Shares a lock with whoever else shares it. Its file must be there.
    pub(super) fn hold(&mut self, lock: PathBuf) -> Result<(), String> {
        if self.0.contains_key(&lock) {
            return Ok(());
        }
        // One that can't be written can't be locked on every system.
        let open = File::options().read(true).write(true).open(&lock);
        let file = open.map_err(|error| error.to_string())?;
        let begun = Instant::now();
        loop {
            match file.file().try_lock_shared() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err("another process has it to itself".to_owned());
                }
                Err(TryLockError::Error(error)) => return Err(error.to_string()),
            }
        }
        self.0.insert(lock, file);
        Ok(())
    }

    pub(super) fn let_go(&mut self, lock: &PathBuf) {
        self.0.remove(lock);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
