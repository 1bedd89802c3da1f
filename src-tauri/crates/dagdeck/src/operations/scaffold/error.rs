//! Why nothing can be added to a project, or nothing was.

use std::path::PathBuf;

use crate::errors::FileError;
use crate::open::FactsError;
use crate::operations::basis::Moved;
use crate::operations::refusal::{Refusal, refused_alike};
use crate::record::OnceError;

/// Why nothing can be added to a project, or nothing was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScaffoldError {
    /// What other operations say alike.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The project has no definitions folder of its own: it is none that `dg` knows.
    #[error("{project} is no dg project")]
    NoFolder {
        /// The project's name.
        project: String,
    },
    /// The project's environment can't run anything.
    #[error("{project} has no environment that runs")]
    NotSetUp {
        /// The project's name.
        project: String,
        /// Its location, by id.
        location: String,
    },
    /// No Python of the environment is known.
    #[error("{project} has no Python that is known")]
    NoPython {
        /// The project's name.
        project: String,
    },
    /// The environment holds no `dg`.
    #[error("{project}'s environment does not hold dagster-dg-cli")]
    LacksDg {
        /// The project's name.
        project: String,
    },
    /// The answer of `dg` is of another shape.
    #[error("the answer of dg to {asked} can't be read")]
    Unreadable {
        /// The last word of what it was asked.
        asked: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// What was asked for can't be met, in the words of `dagster::scaffold`.
    #[error("{fault}")]
    Fault {
        /// Why.
        fault: String,
    },
    /// The same, and what was asked for can't be met any more.
    #[error("{moved}, and {fault}")]
    MovedAndFault {
        moved: Moved,
        /// Why it can't be met.
        fault: String,
    },
    /// `dg` ended without an error and without what it was to write.
    #[error("{} is not there though dg said that it was done", path.display())]
    NotWritten {
        /// What was to be written.
        path: PathBuf,
    },
    /// The thread that looks at the environment ended early.
    #[error("the environment can't be looked at")]
    Looking(#[source] tokio::task::JoinError),
}

refused_alike!(ScaffoldError: FactsError, Moved, OnceError, FileError);
