//! The syncs of a session, as tasks: how many at once, what they stopped, and how they all end.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use process::CancellationToken;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many environments are synced, or asked about, at once: as many as there are processors.
pub(crate) static SYNCS: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(2, std::num::NonZero::get));

/// The syncs of a session.
pub(crate) struct Syncs {
    pub(crate) places: Semaphore,
    /// Ends them all.
    pub(crate) ended: CancellationToken,
    jobs: Mutex<JoinSet<()>>,
    /// Locations that a sync stopped and could not start again: the next good one does.
    paused: Mutex<BTreeSet<String>>,
    /// Counts up when the person stops a service or everything: what they stopped stays down.
    pub(crate) stops: AtomicU64,
}

impl Syncs {
    pub(crate) fn new() -> Self {
        Self {
            places: Semaphore::new(*SYNCS),
            ended: CancellationToken::new(),
            jobs: Mutex::default(),
            paused: Mutex::default(),
            stops: AtomicU64::new(0),
        }
    }

    /// Ends them all and waits until they have.
    pub(crate) async fn end(&self) {
        self.ended.cancel();
        let mut jobs = std::mem::take(&mut *self.jobs());
        while jobs.join_next().await.is_some() {}
    }

    /// Takes note that the person stopped something.
    pub(crate) fn stopped(&self) {
        self.stops.fetch_add(1, Ordering::Relaxed);
        self.paused().clear();
    }

    pub(crate) fn jobs(&self) -> parking_lot::MutexGuard<'_, JoinSet<()>> {
        self.jobs.lock()
    }

    pub(crate) fn paused(&self) -> parking_lot::MutexGuard<'_, BTreeSet<String>> {
        self.paused.lock()
    }
}
