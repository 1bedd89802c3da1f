//! What this start of the app was given: arguments, environment, folders.

use std::collections::BTreeMap;
use std::path::PathBuf;

use api::{ApiError, ErrorCode};
use dagdeck::DeckOptions;
use process::GuardProgram;

use crate::folder;

/// The folder that this start names.
pub(crate) fn named_folder() -> Option<PathBuf> {
    let arguments: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let current = std::env::current_dir().unwrap_or_default();
    folder::named(arguments.iter().map(String::as_str), &current)
}

/// The state folder if the environment chose it rather than the platform.
pub(crate) fn chosen_state_folder() -> Option<PathBuf> {
    std::env::var_os("DAGDECK_STATE")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// What Dagdeck is started with in this process.
pub(crate) fn options() -> Result<DeckOptions, ApiError> {
    let program = std::env::current_exe().map_err(|error| {
        ApiError::new(
            ErrorCode::Io,
            format!("Dagdeck can't find its own program file: {error}"),
        )
    })?;
    let guard = GuardProgram {
        program,
        arguments: vec!["guard".into()],
    };
    let drawing = crate::graphics::set().iter();
    let drawing = drawing.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Ok(DeckOptions {
        drawing: drawing.collect(),
        ..DeckOptions::from_environment(guard)
    })
}

/// This app's environment, as far as an owner may differ in it.
pub(crate) fn environment() -> Result<BTreeMap<String, String>, ApiError> {
    Ok(options()?.environment)
}
