//! Keeps the record on disk. Writes behind: nobody who runs a program waits for it, and many changes are one write.

use std::path::PathBuf;

use tokio::sync::watch;

use crate::keep::Kept;
use api::{Operation, OperationState};

/// The file of the record, in Dagdeck's own folder.
const FILE: &str = "operations.json";

/// Writes what it is given last. What was given is on disk once it is dropped and the runtime goes on, or a moment later.
#[derive(Debug)]
pub(crate) struct Keeper {
    latest: watch::Sender<Vec<Operation>>,
}

impl Keeper {
    /// Loads the record. What was under way when Dagdeck ended is interrupted: how it went is not known.
    ///
    /// The second part is a notice for the person, where the file could not be used.
    pub(crate) fn load(state_folder: &std::path::Path) -> (Self, Vec<Operation>, Option<String>) {
        let path: PathBuf = state_folder.join(FILE);
        let (kept, notice) = Kept::<Vec<Operation>>::load(path);
        let mut operations = kept.get();
        for operation in &mut operations {
            if operation.state == OperationState::Running {
                operation.state = OperationState::Interrupted;
                operation.progress = None;
                operation.cancellable = false;
            }
        }
        let (latest, mut changes) = watch::channel(operations.clone());
        std::thread::spawn(move || {
            // The deck's own runtime may be gone before the last change is on disk.
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
                return;
            };
            runtime.block_on(async {
                while changes.changed().await.is_ok() {
                    let operations = changes.borrow_and_update().clone();
                    // The record is a convenience: a disk that is full must not stop what the person does, and says
                    // so itself wherever it matters.
                    let _ = kept.change(|value| *value = operations);
                }
            });
        });
        (Self { latest }, operations, notice)
    }

    /// Has the record written.
    pub(super) fn keep(&self, operations: Vec<Operation>) {
        self.latest.send_replace(operations);
    }
}
