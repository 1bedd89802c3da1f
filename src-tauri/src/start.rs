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

/// The `dagdeck` command's name beside ours.
const COMMAND: &str = "dagdeck";

/// What owners and guards are run by: the command that is installed beside this program, which does without all that draws a
/// window and so takes some 15 MB less in each process; this program where there is none.
fn without_window(own: PathBuf) -> PathBuf {
    let command = own.with_file_name(format!("{COMMAND}{}", std::env::consts::EXE_SUFFIX));
    if command.is_file() { command } else { own }
}

/// What Dagdeck is started with in this process.
pub(crate) fn options() -> Result<DeckOptions, ApiError> {
    let program = std::env::current_exe()
        .map(without_window)
        .map_err(|error| {
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

#[cfg(test)]
mod tests {
    use testkit::TestDir;

    use super::*;

    #[test]
    fn owners_and_guards_are_the_commands_where_it_is_beside_us() {
        let dir = TestDir::new();
        let own = dir.write(
            format!("dagdeck-desktop{}", std::env::consts::EXE_SUFFIX),
            "",
        );
        assert_eq!(without_window(own.clone()), own);
        let command = dir.write(format!("dagdeck{}", std::env::consts::EXE_SUFFIX), "");
        assert_eq!(without_window(own), command);
    }
}
