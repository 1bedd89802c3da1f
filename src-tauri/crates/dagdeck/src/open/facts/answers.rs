//! What uv said last of each environment of the open workspace, and whether that still stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ::health::Reads;
use dagster::uv::SyncCheck;
use parking_lot::Mutex;
use workspace::Environment;

use super::WorkspaceFacts;

/// What uv said of an environment.
struct UvAnswer {
    check: SyncCheck,
    stamp: Option<String>,
    /// The environment as its files told it at that time.
    read: Environment,
}

/// What uv said last of each environment.
#[derive(Default)]
pub(super) struct Answers {
    by_path: Mutex<BTreeMap<PathBuf, UvAnswer>>,
}

impl WorkspaceFacts {
    /// Keeps what uv said of an environment, and shows it; `stamp` is what it depends on, where that is known.
    pub(crate) fn keep_answer(&self, read: &Environment, check: &SyncCheck, stamp: Option<String>) {
        let answer = UvAnswer {
            check: check.clone(),
            stamp,
            read: read.clone(),
        };
        let mut answers = self.answers.by_path.lock();
        answers.insert(read.path.clone(), answer);
        drop(answers);
        self.context.changes.add_parts([Reads::Files, Reads::Uv]);
        self.show_environment(&read.path);
    }

    /// What uv said of an environment, as long as its files tell nothing new since.
    pub(crate) fn standing_answer(&self, read: &Environment) -> Option<SyncCheck> {
        let answers = self.answers.by_path.lock();
        let answer = answers.get(&read.path);
        let standing = answer.filter(|answer| answer.read == *read);
        standing.map(|answer| answer.check.clone())
    }

    /// What uv said last of an environment.
    pub(crate) fn answer_of(&self, environment: &Path) -> Option<SyncCheck> {
        let answers = self.answers.by_path.lock();
        answers.get(environment).map(|answer| answer.check.clone())
    }

    /// Whether what uv said last of an environment still stands, as what it depends on tells. It is shown then: its files
    /// may tell something new that does not matter.
    pub(crate) fn answer_stands(&self, read: &Environment, stamp: &str) -> bool {
        let standing = {
            let mut answers = self.answers.by_path.lock();
            let known = answers.get_mut(&read.path);
            known
                .filter(|answer| answer.stamp.as_deref() == Some(stamp))
                .map(|answer| std::mem::replace(&mut answer.read, read.clone()) != *read)
        };
        if standing == Some(true) {
            self.show_environment(&read.path);
        }
        standing.is_some()
    }
}
