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
    /// The program.
    pub(crate) program: PathBuf,
    /// Why.
    #[source]
    pub(crate) source: SpawnError,
}

// TEMP
/// Something has to be true first.
pub(crate) fn precondition(message: &str) -> api::ApiError {
    api::ApiError::new(api::ErrorCode::Precondition, message)
}

/// A file or folder of ours refuses.
pub(crate) fn io(what: &str, error: &dyn std::error::Error) -> api::ApiError {
    api::ApiError::new(api::ErrorCode::Io, format!("Dagdeck can't {what}: {error}")).because(error)
}

/// A program could not be started.
pub(crate) fn spawn_failed(command: &process::CommandLine, error: &SpawnError) -> api::ApiError {
    let program = command.program.display();
    api::ApiError::new(
        api::ErrorCode::ToolFailed,
        format!("{program} can't be started: {error}"),
    )
    .because(error)
}

/// Two processes made the instance at once.
pub(crate) fn damaged_instance(
    path: &std::path::Path,
    database: &std::path::Path,
) -> api::ApiError {
    api::ApiError::new(
        api::ErrorCode::Precondition,
        format!(
            "The instance in {} can't be opened any more: two programs made it at the same time, and {} has two \
             migration heads.",
            path.display(),
            database.display()
        ),
    )
    .hint("Move this folder away; the next launch makes a new one. Past runs stay in the folder you moved.")
}
