//! Trust that differs from what is on disk: taken back and not written yet, or given where nothing can be written.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use super::change::StateChange;

/// Trust that differs from what is on disk.
#[derive(Debug, Default)]
pub(super) struct HeldTrust {
    by_root: Mutex<HashMap<PathBuf, bool>>,
}

impl HeldTrust {
    /// What counts instead of the disk's word, if anything does.
    pub(super) fn get(&self, root: &Path) -> Option<bool> {
        self.by_root.lock().get(root).copied()
    }

    /// Counts from now on, whatever the disk says.
    pub(super) fn hold(&self, root: &Path, trusted: bool) {
        self.by_root.lock().insert(root.to_owned(), trusted);
    }

    /// The disk's word counts again.
    pub(super) fn release(&self, root: &Path) {
        self.by_root.lock().remove(root);
    }

    /// These are on disk now.
    pub(super) fn written<'a>(&self, changes: impl Iterator<Item = &'a StateChange>) {
        for change in changes {
            if let StateChange::Trust { root, .. } = change {
                self.release(root);
            }
        }
    }
}
