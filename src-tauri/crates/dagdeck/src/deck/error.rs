//! Why a command can't begin.

use std::path::PathBuf;

/// Why a command can't begin.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeckError {
    /// The thread that makes Dagdeck ready ended early.
    #[error("Dagdeck can't start")]
    Starting(#[source] tokio::task::JoinError),
    /// It needs the open workspace, and there is none.
    #[error("no workspace is open")]
    NoWorkspace,
    /// It needs what is being made, and there is nothing.
    #[error("nothing is being made")]
    NothingMade,
    /// What was made has no step that could be tried again.
    #[error("there is no step to try again")]
    NothingToRetry,
    /// Something else is being made.
    #[error("{} is still being made", root.display())]
    StillMaking {
        /// The root of it.
        root: PathBuf,
    },
}
