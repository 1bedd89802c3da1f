//! What scripts read.

use std::io::Write as _;

use serde::Serialize;

use crate::error::{CliError, piped};

/// Prints one answer.
///
/// # Errors
/// When nobody reads it, or it can't be printed.
pub(crate) fn print(answer: &impl Serialize) -> Result<(), CliError> {
    let json = serde_json::to_string_pretty(answer)
        .map_err(|error| CliError::Failed(error.to_string()))?;
    piped(writeln!(std::io::stdout().lock(), "{json}"))
}
