//! The questions that a session has for uv: one at a time about an environment, and none left at its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

/// How long a session waits for its questions at its end: a folder that hangs may hold one up.
const ENDING: Duration = Duration::from_secs(5);

/// The questions of a session.
#[derive(Default)]
pub(crate) struct Asking {
    /// Held by who asks about an environment: another then finds the answer instead of asking the same beside it.
    turns: Mutex<BTreeMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>,
    pub(crate) tasks: TaskTracker,
}

impl Asking {
    /// Answers once those that nobody waits for are over. They end soon after their session.
    pub(crate) async fn over(&self) {
        self.tasks.close();
        // One that hangs has nothing running: it was about to ask.
        let _over = tokio::time::timeout(ENDING, self.tasks.wait()).await;
    }

    /// The right to ask about an environment.
    pub(crate) fn turn(&self, environment: &Path) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock();
        Arc::clone(turns.entry(environment.to_owned()).or_default())
    }
}
