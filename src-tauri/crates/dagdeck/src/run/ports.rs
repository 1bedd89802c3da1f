//! The port of the Dagster UI, and who has the one that was wished for.

use crate::errors;
use api::{ApiError, ErrorCode};

/// The asked port, which must be free; else the first free one from the setting on.
pub(crate) fn choose(asked: Option<u16>, setting: u16) -> Result<u16, ApiError> {
    let Some(asked) = asked else {
        return process::ports::first_free(setting).ok_or_else(|| {
            errors::precondition("No port of this machine is free for the Dagster UI.")
        });
    };
    if process::ports::is_free(asked) {
        return Ok(asked);
    }
    let error = ApiError::new(
        ErrorCode::Precondition,
        format!("Port {asked} is used {}.", user_of(asked)),
    );
    Err(match process::ports::first_free(asked) {
        Some(free) => error.hint(format!("Use {free} instead, or stop that program.")),
        None => error,
    })
}

/// Says that a port is taken, by whom, and which is used instead.
pub(crate) fn another_port(taken: u16, instead: u16) -> String {
    format!(
        "Port {taken} is used {}; {instead} is used instead.",
        user_of(taken)
    )
}

/// Who uses a port, in words.
fn user_of(port: u16) -> String {
    process::ports::holder(port).map_or_else(
        || "by another program".to_owned(),
        |holder| format!("by {} (process {})", holder.name, holder.pid),
    )
}
