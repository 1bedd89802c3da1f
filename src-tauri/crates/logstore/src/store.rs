//! All logs of a folder: finding them, beginning runs, opening views.
//!
//! Owns the folder. Refuses to read lines: that is a [`View`]'s.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;

pub use crate::change::Subscription;
use crate::inner::Inner;
pub use crate::inner::{Clock, Options};
pub use crate::key::LogKey;
use crate::row::LevelCounts;
use crate::series::Series;
use crate::view::{Filter, View, ViewOf};
use crate::writer::{RunMeta, Writer};

/// A run in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its first record, counted over all files of the log.
    pub position: u64,
    /// When it began, in milliseconds since the Unix epoch.
    pub time: i64,
    /// What it is called.
    pub title: String,
}

/// Why a log can't be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder refuses.
    #[error("the log at {} can't be used", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// All logs of a folder. Cheap to clone; clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl Store {
    /// Opens a folder, making it if need be. The logs in it are listed; each is opened when it is first asked for.
    ///
    /// # Errors
    /// The folder can't be made or listed.
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        Self::open_with(folder, Options::default())
    }

    /// Opens a folder with a clock and a limit of one's own.
    ///
    /// # Errors
    /// The folder can't be made or listed.
    pub fn open_with(folder: &Path, options: Options) -> Result<Store, StoreError> {
        let failed = |source| StoreError::Io {
            path: folder.to_owned(),
            source,
        };
        fs_err::create_dir_all(folder).map_err(failed)?;
        let mut series = BTreeMap::new();
        for item in fs_err::read_dir(folder).map_err(failed)? {
            let Ok(item) = item else { continue };
            let name = item.file_name();
            let named = name.to_str().and_then(LogKey::of_folder);
            let key = named.or_else(|| {
                fs_err::read_to_string(item.path().join("key"))
                    .ok()
                    .map(LogKey)
            });
            if let Some(key) = key.filter(|key| name.to_str() == Some(&key.folder())) {
                series.insert(key.clone(), Arc::new(Series::new(key, item.path())));
            }
        }
        let inner = Inner {
            folder: folder.to_owned(),
            options,
            series: RwLock::new(series),
            changes: Arc::default(),
        };
        Ok(Store {
            inner: Arc::new(inner),
        })
    }

    /// Begins a run in a log, with a row that says so.
    ///
    /// # Errors
    /// The log's files can't be opened for writing.
    pub fn writer(&self, key: LogKey, meta: RunMeta) -> Result<Writer, StoreError> {
        let folder = self.inner.folder.join(key.folder());
        let failed = |source| StoreError::Io {
            path: folder.clone(),
            source,
        };
        if LogKey::of_folder(&key.folder()).is_none() {
            fs_err::create_dir_all(&folder).map_err(failed)?;
            atomicfile::replace(&folder.join("key"), key.as_str().as_bytes()).map_err(failed)?;
        }
        let series = {
            let mut all = self.inner.series.write();
            let name = key.clone();
            Arc::clone(
                all.entry(key)
                    .or_insert_with(|| Arc::new(Series::new(name, folder.clone()))),
            )
        };
        let RunMeta { title } = meta;
        let options = &self.inner.options;
        let run = series
            .begin(&title, options.fresh_file_above, (options.clock)())
            .map_err(failed)?;
        self.inner.changes.happened();
        Ok(Writer::new(Arc::clone(&self.inner), series, run))
    }

    /// Opens a view. A log that has never been written is empty, and fills when it is.
    #[must_use]
    pub fn open_view(&self, of: ViewOf, filter: Filter) -> View {
        View::new(Arc::clone(&self.inner), of, filter)
    }

    /// How many entries of each level a log has in the files that are kept.
    #[must_use]
    pub fn counts(&self, key: &LogKey) -> LevelCounts {
        self.inner
            .series(key)
            .map(|series| series.counts())
            .unwrap_or_default()
    }

    /// The runs of a log in the files that are kept, oldest first.
    #[must_use]
    pub fn runs(&self, key: &LogKey) -> Vec<Run> {
        let mut runs = Vec::new();
        if let Some(series) = self.inner.series(key) {
            series.runs(|position, time, title| {
                runs.push(Run {
                    position,
                    time,
                    title,
                });
            });
        }
        runs
    }

    /// The logs there are.
    #[must_use]
    pub fn keys(&self) -> Vec<LogKey> {
        self.inner
            .all()
            .iter()
            .map(|series| series.key.clone())
            .collect()
    }

    /// The file with what was printed last, to open in an editor.
    #[must_use]
    pub fn file(&self, key: &LogKey) -> Option<PathBuf> {
        self.inner.series(key)?.file()
    }

    /// Grows with every change of any log.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.inner.changes.generation()
    }

    /// Calls back when something was written, once until [`Subscription::seen`] is called. The callback runs on the
    /// thread that wrote and must only wake somebody.
    #[must_use]
    pub fn subscribe(&self, on_change: impl Fn() + Send + Sync + 'static) -> Subscription {
        self.inner.changes.subscribe(Box::new(on_change))
    }
}
