//! Why something could not be remembered.

use std::path::PathBuf;
use std::sync::Arc;

/// Why something could not be remembered.
///
/// Cheap to clone, for one failing write is told to everybody who waits for it.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StateError {
    /// A database refuses.
    #[error("Dagdeck's own file {} can't be written: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<rusqlite::Error>,
    },
    /// A file of its own refuses.
    #[error("Dagdeck's own file {} can't be written: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The writer ended before it came to it.
    #[error("Dagdeck ended before it could write {}", path.display())]
    Ended {
        /// The file.
        path: PathBuf,
    },
}

impl StateError {
    /// The file that could not be written.
    pub(super) fn path(&self) -> &std::path::Path {
        match self {
            Self::Database { path, .. } | Self::File { path, .. } | Self::Ended { path } => path,
        }
    }
}
