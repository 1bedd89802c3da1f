//! Why an environment was not synced, or is not of use since.

use dagster::uv::ParseError;

use crate::errors::{FileError, UvMissing};
use crate::operations::OnceError;
use crate::operations::basis::Moved;
use crate::operations::half_made::HalfMade;
use api::ApiError;

/// Why an environment was not synced, or is not of use since.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SyncError {
    /// The open workspace refuses.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// There is no uv to do it.
    #[error(transparent)]
    UvMissing(#[from] UvMissing),
    /// Something else would be changed by now.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// It is being synced already.
    #[error("the environment of {name} is being synced")]
    Busy {
        /// Whose it is.
        name: String,
    },
    /// Its task was gone before it told how it went.
    #[error("the sync was ended")]
    Ended,
    /// No sync begins any more: the workspace is being closed.
    #[error("syncing has ended")]
    Closed,
    /// What an ended sync left can't be taken away.
    #[error(transparent)]
    HalfMade(#[from] HalfMade),
    /// uv said no, or the person took it back.
    #[error(transparent)]
    Uv(#[from] OnceError),
    /// What a sync would change can't be told from what uv said.
    #[error("uv did not say what a sync would change")]
    Unclear(#[source] ParseError),
    /// A file of the project refuses.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no Python in the environment afterwards.
    #[error("no Python was found in the environment of {name}")]
    NoPython {
        /// Whose it is.
        name: String,
    },
    /// The packages are there, and Dagster can't be imported.
    #[error("Dagster can't be imported in {name}")]
    NotImportable {
        /// Whose it is.
        name: String,
        /// What Python said.
        #[source]
        source: Box<OnceError>,
    },
}

impl SyncError {
    /// Whether the person took it back, which is no failure.
    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self, Self::Uv(error) if error.is_cancelled())
    }
}
