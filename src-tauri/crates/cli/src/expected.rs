//! What has to be true of a path before anything is done with it.

use std::path::Path;

use crate::environment::environment;
use crate::error::{CliError, words};

/// Ends with 2 where a path is no workspace: says so in its own words, and what is nearby.
pub(crate) fn workspace(path: &Path) -> Result<(), CliError> {
    dagdeck::status::expect(path, environment())
        .map_err(|error| CliError::NoWorkspace(words(&error.into())))
}
