//! Which environments are being synced: each by one sync at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

/// What is being synced.
#[derive(Debug, Default)]
pub(crate) struct Syncing {
    marks: Mutex<Marks>,
}

#[derive(Debug, Default)]
struct Marks {
    /// The environments that are, each with its operation once that has begun.
    now: BTreeMap<PathBuf, Option<u32>>,
    counts: BTreeMap<PathBuf, u32>,
}

impl Syncing {
    /// Whether an environment is being synced.
    pub(crate) fn is_marked(&self, environment: &Path) -> bool {
        self.marks().now.contains_key(environment)
    }

    /// The operation that syncs an environment now, once it has one.
    pub(crate) fn operation(&self, environment: &Path) -> Option<u32> {
        self.marks().now.get(environment).copied().flatten()
    }

    /// How many beginnings and ends of its syncs there were.
    pub(crate) fn count(&self, environment: &Path) -> u32 {
        let count = self.marks().counts.get(environment).copied();
        count.unwrap_or_default()
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock()
    }
}

/// An environment is being synced while this lives. There is one of an environment at most.
#[derive(Debug)]
pub(crate) struct SyncMark {
    syncing: Arc<Syncing>,
    environment: PathBuf,
}

impl SyncMark {
    /// Marks an environment, unless it is marked: the look and the mark are one step.
    pub(crate) fn take(syncing: &Arc<Syncing>, environment: &Path) -> Option<Self> {
        let mut marks = syncing.marks();
        if marks.now.contains_key(environment) {
            return None;
        }
        marks.now.insert(environment.to_owned(), None);
        *marks.counts.entry(environment.to_owned()).or_default() += 1;
        Some(Self {
            syncing: Arc::clone(syncing),
            environment: environment.to_owned(),
        })
    }

    /// Says by which operation it is synced.
    pub(crate) fn by(&self, operation: u32) {
        let mut marks = self.syncing.marks();
        marks.now.insert(self.environment.clone(), Some(operation));
    }
}

impl Drop for SyncMark {
    fn drop(&mut self) {
        let mut marks = self.syncing.marks();
        marks.now.remove(&self.environment);
        *marks.counts.entry(self.environment.clone()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_that_come_at_once_one_syncs_and_no_other_ends_its_mark() {
        let syncing = Arc::<Syncing>::default();
        let environment = Path::new("a/.venv");
        let marks: Vec<Option<SyncMark>> = std::thread::scope(|scope| {
            let comers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| SyncMark::take(&syncing, environment)))
                .collect();
            comers.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let (mut held, refused): (Vec<_>, Vec<_>) = marks.into_iter().partition(Option::is_some);
        assert_eq!((held.len(), refused.len()), (1, 7));
        drop(refused);
        assert!(syncing.is_marked(environment));
        assert_eq!(syncing.operation(environment), None);
        held[0].as_ref().unwrap().by(7);
        assert_eq!(syncing.operation(environment), Some(7));
        held.clear();
        assert!(!syncing.is_marked(environment));
        assert_eq!(syncing.count(environment), 2);
        assert!(SyncMark::take(&syncing, environment).is_some());
    }
}
