//! The locks that the guard holds beside the app, and after it.

use std::path::Path;

use super::{HoldError, Table};
use crate::guard::words::can_be_told;

impl Table {
    /// Has the guard hold a lock, shared, from now on: should this app die, until the last that it ran has ended. The lock's
    /// file must be there, and nobody may have it to himself for long.
    ///
    /// Returns when the guard holds it. Before the first program there is no guard: it then holds the lock before that
    /// program is started, or the program is not. A guard that dies is succeeded by one that takes its locks again. Waits
    /// for seconds at worst, so not for async threads.
    ///
    /// # Errors
    /// When the guard can't have it, or does not answer.
    pub fn hold(&self, lock: &Path) -> Result<(), HoldError> {
        let failed = |source| HoldError {
            lock: lock.to_owned(),
            hold: true,
            source,
        };
        can_be_told(lock).map_err(failed)?;
        let mut locks = self.shared.locks();
        if let Some(supervisor) = self.shared.supervisor.get() {
            supervisor.hold(lock).map_err(failed)?;
        }
        locks.insert(lock.to_owned());
        Ok(())
    }

    /// Has the guard hold a lock no longer. Returns when it has let go, and waits as [`Self::hold`] does.
    ///
    /// # Errors
    /// When the guard does not answer: the lock may stay taken until it ends.
    pub fn let_go(&self, lock: &Path) -> Result<(), HoldError> {
        let mut locks = self.shared.locks();
        if locks.remove(lock)
            && let Some(supervisor) = self.shared.supervisor.get()
        {
            supervisor.let_go(lock).map_err(|source| HoldError {
                lock: lock.to_owned(),
                hold: false,
                source,
            })?;
        }
        Ok(())
    }
}
