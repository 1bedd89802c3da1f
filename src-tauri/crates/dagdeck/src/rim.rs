//! What a person sees of everything that is refused or fails: code, sentence, causes, hints, place.
//!
//! Inside, errors are typed and decide by their variants; the one record that reaches a host is made of them here. The
//! words for an error of `run/claim.rs` are in `rim/run/claim.rs`, and so on; an `error.rs` of its own stands for its folder:
//! `health/error.rs` has its words in `rim/health.rs`. A conversion happens where a command answers (`deck`), where an
//! operation is put down as failed, where a plan or a screen shows a fault, and where a unit is told why it did not start.

mod context;
mod deck;
mod errors;
mod guarded;
mod health;
mod logs;
mod open;
mod open_workspace;
mod operations;
mod record;
mod run;

use api::{ApiError, ErrorCode};

/// Lets `?` make what a person sees of an error that nobody needs any more.
macro_rules! by_value {
    ($($error:path),* $(,)?) => {$(
        impl From<$error> for api::ApiError {
            fn from(error: $error) -> Self {
                Self::from(&error)
            }
        }
    )*};
}
use by_value;
use operations::edit_failed;

/// Something has to be true first.
fn precondition(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::Precondition, message)
}

/// A location that was named is not there.
fn no_location(id: &str) -> ApiError {
    let words = format!("There is no location \"{id}\" in this workspace.");
    ApiError::new(ErrorCode::NotFound, words)
}

/// What was asked for needs the open workspace.
fn no_workspace() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "No workspace is open.")
}

/// What was taken back is no alarm.
fn cancelled() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "Cancelled.")
}

/// A thread of ours ended early.
fn broke_down(source: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, "Dagdeck itself broke down here.").with_source(source)
}

/// Sources for the tests of this room.
#[cfg(test)]
mod samples {
    use std::io::{Error, ErrorKind};

    use process::{RunError, SpawnError};

    /// The words are told, and not a second time.
    pub(super) fn is_told_once(told: &super::ApiError, words: &str) {
        let all = std::iter::once(&told.message).chain(&told.causes);
        let count: usize = all.map(|one| one.matches(words).count()).sum();
        assert_eq!(count, 1, "{told:?}");
    }

    pub(super) fn denied() -> Error {
        Error::new(ErrorKind::PermissionDenied, "the system says no")
    }

    /// A task of ours that was ended.
    pub(super) async fn ended_early() -> tokio::task::JoinError {
        let task = tokio::spawn(std::future::pending::<()>());
        task.abort();
        task.await.unwrap_err()
    }

    pub(super) fn not_found() -> SpawnError {
        SpawnError::NotFound {
            program: "/opt/tool".into(),
        }
    }

    pub(super) fn not_run() -> RunError {
        RunError::Spawn(not_found())
    }
}
