//! Why a host is not attached, with what to do about it.

use std::path::PathBuf;
use std::time::Duration;

use api::protocol::frozen::Hello;
use api::protocol::{FrameError, PROTOCOL};
use api::{ApiError, ErrorCode};
use terminal::Shell;

/// Why a host is not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// Nobody listens, or who did is just ending.
    #[error("nothing runs behind {}", socket.display())]
    NoOwner {
        /// The socket's path, or the pipe's name on Windows.
        socket: PathBuf,
        /// What connecting said.
        source: std::io::Error,
    },
    /// Something is there that can't be spoken to.
    #[error("{} can't be connected to", socket.display())]
    Unreachable {
        /// The socket's path, or the pipe's name on Windows.
        socket: PathBuf,
        /// What connecting said.
        source: std::io::Error,
    },
    /// Another person's process listens.
    #[error("{} belongs to another person (user {user})", socket.display())]
    Stranger {
        /// The socket's path.
        socket: PathBuf,
        /// Their user id.
        user: u32,
    },
    /// It did not say who it is.
    #[error(
        "{} listens at {} and said nothing for {} s",
        who(*pid),
        socket.display(),
        waited.as_secs()
    )]
    Silent {
        /// The socket's path, or the pipe's name on Windows.
        socket: PathBuf,
        /// Who listens there, where the system tells it.
        pid: Option<u32>,
        /// How long was waited.
        waited: Duration,
    },
    /// What it said is not Dagdeck's.
    #[error("what listens at {} is not Dagdeck", socket.display())]
    NotDagdeck {
        /// The socket's path, or the pipe's name on Windows.
        socket: PathBuf,
        /// What was wrong with it.
        source: FrameError,
    },
    /// The owner speaks another protocol: it can be asked how it stands and be stopped, no more.
    #[error(
        "this workspace is run by {} Dagdeck ({}, process {})",
        if owner.protocol < PROTOCOL { "an older" } else { "a newer" },
        owner.version,
        owner.pid
    )]
    OtherProtocol {
        /// What the owner said of itself: protocol, version, pid.
        owner: Hello,
    },
}

fn who(pid: Option<u32>) -> String {
    pid.map_or_else(|| "a process".to_owned(), |pid| format!("process {pid}"))
}

impl From<AttachError> for ApiError {
    fn from(error: AttachError) -> Self {
        let ending;
        let (code, hint) = match &error {
            AttachError::NoOwner { .. } => (ErrorCode::NotFound, "Open the workspace again."),
            AttachError::OtherProtocol { owner } if owner.protocol < PROTOCOL => (
                ErrorCode::Precondition,
                "Stop all that it runs; then open the workspace again, and this Dagdeck runs it.",
            ),
            AttachError::OtherProtocol { .. } => (
                ErrorCode::Precondition,
                "Use that newer Dagdeck; or stop all that it runs, and open the workspace again.",
            ),
            AttachError::Silent { pid, .. } => {
                let how = pid.map_or_else(
                    || "end that process".to_owned(),
                    |pid| format!("end it (`{}`)", Shell::HERE.kill(pid)),
                );
                ending = format!(
                    "It may be very busy: try again. If it stays so, {how}: all that it ran ends with it."
                );
                (ErrorCode::Io, ending.as_str())
            }
            AttachError::Unreachable { .. }
            | AttachError::Stranger { .. }
            | AttachError::NotDagdeck { .. } => (
                ErrorCode::Io,
                "Look at who made that socket and whether it may be read and written.",
            ),
        };
        let mut said = error.to_string();
        if let Some(first) = said.get(..1) {
            said.replace_range(..1, &first.to_uppercase());
        }
        let answer = ApiError::new(code, format!("{said}.")).with_hint(hint);
        match std::error::Error::source(&error) {
            Some(cause) => answer.with_source(cause),
            None => answer,
        }
    }
}

/// The one error of whatever was asked of an owner that is gone.
pub(crate) fn gone() -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        "The Dagdeck process that runs this workspace is gone.",
    )
    .with_hint("Open the workspace again, or launch it with `dagdeck start`, to go on.")
}
