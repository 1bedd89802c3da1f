//! Why an environment was not synced, or is not of use since.

use dagster::uv::ParseError;

use super::target::TargetError;
use crate::errors::{FileError, UvMissing};
use crate::open::FactsError;
use crate::operations::basis::Moved;
use crate::operations::refusal::{Refusal, refused_alike};
use crate::record::OnceError;
use crate::run::HalfMade;
use api::ApiError;

/// Why an environment was not synced, or is not of use since.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SyncError {
    /// What other operations say alike.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What is named can't be synced.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// One that began did not end well.
    #[error("{}", told.message)]
    Failed {
        /// What is told of it on the record.
        told: Box<ApiError>,
    },
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
    /// What a sync would change can't be told from what uv said.
    #[error("uv did not say what a sync would change")]
    Unclear(#[source] ParseError),
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

refused_alike!(SyncError: FactsError, UvMissing, Moved, OnceError, FileError);

impl SyncError {
    /// Whether the person took it back, which is no failure.
    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self, Self::Refused(Refusal::Program(error)) if error.is_cancelled())
    }
}
