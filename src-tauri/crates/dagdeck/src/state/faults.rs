//! Says to the person what went wrong with state: once, until it works again.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use super::StateError;

type Tell = Box<dyn Fn(String) + Send + Sync>;

/// Who is told of what goes wrong while Dagdeck runs.
#[derive(Default)]
pub(super) struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    tell: Option<Tell>,
    /// Said before there was anybody to tell.
    waiting: Vec<String>,
    /// The files that fail now, which was said.
    failing: HashSet<PathBuf>,
}

impl Faults {
    /// Tells from now on, and what was held back at once.
    pub(super) fn tell_to(&self, tell: Tell) {
        let mut inner = self.inner.lock();
        for notice in inner.waiting.drain(..) {
            tell(notice);
        }
        inner.tell = Some(tell);
    }

    /// A write failed. Said when the file did not fail before.
    pub(super) fn failed(&self, error: &StateError) {
        self.say_once(error.path(), || {
            format!("{error}. What was changed holds until Dagdeck ends, and is written as soon as that works.")
        });
    }

    /// A read failed. Said when the file did not fail before.
    pub(super) fn unreadable(&self, path: &Path, error: &rusqlite::Error) {
        self.say_once(path, || {
            format!(
                "Dagdeck's own file {} can't be read: {error}",
                path.display()
            )
        });
    }

    /// A write worked: the next failure is said again.
    pub(super) fn works(&self, path: &Path) {
        self.inner.lock().failing.remove(path);
    }

    fn say_once(&self, path: &Path, words: impl FnOnce() -> String) {
        let mut inner = self.inner.lock();
        if !inner.failing.insert(path.to_owned()) {
            return;
        }
        let notice = words();
        match &inner.tell {
            Some(tell) => tell(notice),
            None => inner.waiting.push(notice),
        }
    }
}
