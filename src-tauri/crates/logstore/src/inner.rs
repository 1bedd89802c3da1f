//! What a store, its writers and its views share: the logs that are there, and how they are kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::RwLock;

use crate::change::Changes;
use crate::key::LogKey;
use crate::series::Series;

/// A log that is larger than this when a run starts goes on in a fresh file.
const FRESH_FILE_ABOVE: u64 = 64 * 1024 * 1024;

/// Tells the time in milliseconds since the Unix epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a store behaves.
#[derive(Clone)]
pub struct Options {
    /// A log with more bytes than this when a run starts goes on in a fresh file; one previous file is kept.
    pub fresh_file_above: u64,
    /// Tells the time.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        let clock = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_millis() as i64)
        };
        Self {
            fresh_file_above: FRESH_FILE_ABOVE,
            clock: Arc::new(clock),
        }
    }
}

/// What the clones of a store share.
pub(crate) struct Inner {
    pub(crate) folder: PathBuf,
    pub(crate) options: Options,
    /// The logs that are there.
    pub(crate) series: RwLock<BTreeMap<LogKey, Arc<Series>>>,
    pub(crate) changes: Arc<Changes>,
}

impl Inner {
    /// A log, if it is there.
    pub(crate) fn series(&self, key: &LogKey) -> Option<Arc<Series>> {
        self.series.read().get(key).cloned()
    }

    /// Every log.
    pub(crate) fn all(&self) -> Vec<Arc<Series>> {
        self.series.read().values().cloned().collect()
    }
}
