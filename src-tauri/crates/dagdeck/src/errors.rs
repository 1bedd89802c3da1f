//! What the session refuses or fails with, in words.

use std::path::Path;

use api::{ApiError, ErrorCode, Hint, HintAction};
use process::{CommandLine, SpawnError};

/// Something has to be true first.
pub(crate) fn precondition(message: &str) -> ApiError {
    ApiError::new(ErrorCode::Precondition, message)
}

/// A file or folder of ours refuses.
pub(crate) fn io(what: &str, error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Io, format!("Dagdeck can't {what}: {error}")).because(error)
}

/// A program could not be started.
pub(crate) fn spawn_failed(command: &CommandLine, error: &SpawnError) -> ApiError {
    let program = command.program.display();
    ApiError::new(
        ErrorCode::ToolFailed,
        format!("{program} can't be started: {error}"),
    )
    .because(error)
}

/// uv is needed and not there.
pub(crate) fn uv_missing() -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::ToolMissing,
        "uv isn't installed. It installs Python and packages for each project.",
    );
    error.hints.push(Hint {
        text: "Dagdeck's window can bring it: from the package index, into Dagdeck's own folder, nothing system-wide.".to_owned(),
        action: Some(HintAction::BringUv),
    });
    // A terminal has no button.
    error.hint("Or install uv yourself, as https://docs.astral.sh/uv says.")
}

/// Two processes made the instance at once.
pub(crate) fn damaged_instance(path: &Path, database: &Path) -> ApiError {
    ApiError::new(
        ErrorCode::Precondition,
        format!(
            "The instance in {} can't be opened any more: two programs made it at the same time, and {} has two \
             migration heads.",
            path.display(),
            database.display()
        ),
    )
    .hint("Move this folder away; the next launch makes a new one. Past runs stay in the folder you moved.")
}
