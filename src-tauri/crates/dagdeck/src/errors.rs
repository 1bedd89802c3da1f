//! Failures that many rooms share. What a person reads of them is in `rim`, as of every other.

use std::path::PathBuf;

use process::SpawnError;

/// uv is needed and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("uv isn't installed")]
pub(crate) struct UvMissing;

/// A file or folder refuses.
#[derive(Debug, thiserror::Error)]
#[error("can't {what} ({})", path.display())]
pub(crate) struct FileError {
    /// What was to be done: "copy the project's settings".
    pub(crate) what: &'static str,
    /// The file or folder.
    pub(crate) path: PathBuf,
    /// What the system said.
    #[source]
    pub(crate) source: std::io::Error,
}

impl FileError {
    /// For `map_err`: what was to be done, and with which file or folder.
    pub(crate) fn of(
        what: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self { what, path, source }
    }
}

/// A program could not be started.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be started", program.display())]
pub(crate) struct NotStarted {
    pub(crate) program: PathBuf,
    /// Why.
    #[source]
    pub(crate) source: SpawnError,
}
