//! Why a step of a creation did not work, or nothing was taken back.

use std::path::PathBuf;

use workspace::edit::EditError;

use crate::context::ContextError;
use crate::record::OnceError;
use crate::run::HalfMade;

/// Why a step of a creation did not work, or nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MakingError {
    /// The person took the step back before it began.
    #[error("cancelled")]
    Cancelled,
    /// It can't be taken back while it runs.
    #[error("it is still being made")]
    Running,
    /// It can't be taken back once all is made.
    #[error("it is all made")]
    Made,
    /// Something else came to be where something was to be made.
    #[error("something else is at {}", folder.display())]
    InTheWay {
        /// The place.
        folder: PathBuf,
    },
    /// A half-made folder holds what no scaffolder writes.
    #[error("{} holds {}", folder.display(), other.display())]
    NotOurs {
        folder: PathBuf,
        /// What is in it.
        other: PathBuf,
    },
    /// A half-made folder can't be taken away.
    #[error("{} can't be taken away", folder.display())]
    NotTakenAway {
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A half-made environment can't be taken away.
    #[error(transparent)]
    HalfMade(#[from] HalfMade),
    /// A program of the step said no, or was taken back.
    #[error(transparent)]
    Program(#[from] OnceError),
    /// The scaffolder ended without an error and without what it promised.
    #[error("create-dagster ended without an error, but {missing}")]
    Broken {
        /// What is missing, in words.
        missing: String,
    },
    /// A file of the sample can't be written.
    #[error("{} of the sample can't be written", path.display())]
    Sample {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file of the step can't be written.
    #[error("{} can't be written", path.display())]
    NotWritten {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The workspace's list of projects can't be changed.
    #[error("the list of projects can't be changed")]
    List(#[source] EditError),
    /// What was made can't be moved to the trash.
    #[error("{} can't be moved to the trash", folder.display())]
    NotTrashed {
        folder: PathBuf,
        /// Why.
        #[source]
        source: trash::Error,
    },
    /// The thread that moves it to the trash ended early.
    #[error("moving {} to the trash ended early", folder.display())]
    Trashing {
        folder: PathBuf,
        /// Why.
        #[source]
        source: tokio::task::JoinError,
    },
    /// Whether what is made is trusted can't be remembered.
    #[error(transparent)]
    Trust(#[from] ContextError),
    /// The task that makes it ended early.
    #[error("what makes it broke down")]
    BrokeDown(#[source] tokio::task::JoinError),
}

impl MakingError {
    /// Whether the person took it back, which is no failure.
    pub(super) fn is_cancelled(&self) -> bool {
        match self {
            Self::Cancelled => true,
            Self::Program(error) => error.is_cancelled(),
            _ => false,
        }
    }
}
