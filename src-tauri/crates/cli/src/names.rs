//! Names of code locations, as they were typed.

use api::{LocationView, WorkspaceView};

use crate::error::CliError;

/// The locations of these names or ids, each once, in the workspace's order; all that Dagdeck runs where none is named.
///
/// # Errors
/// Where there is none of a name, with those that there are; and where something else runs it.
pub(crate) fn chosen(
    workspace: &WorkspaceView,
    names: &[String],
) -> Result<Vec<LocationView>, CliError> {
    let is = |one: &LocationView, name: &String| one.name == *name || one.id == *name;
    for name in names {
        let Some(named) = workspace.locations.iter().find(|one| is(one, name)) else {
            return Err(CliError::Unusable(unknown(workspace, name)));
        };
        if !named.managed {
            return Err(CliError::Unusable(format!(
                "{name} is a server that something else runs: Dagdeck neither starts nor stops it."
            )));
        }
    }
    let chosen = workspace
        .locations
        .iter()
        .filter(|one| one.managed && (names.is_empty() || names.iter().any(|name| is(one, name))));
    Ok(chosen.cloned().collect())
}

/// What is said where there is no location of a name.
pub(crate) fn unknown(workspace: &WorkspaceView, name: &str) -> String {
    let known: Vec<&str> = workspace
        .locations
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let known = match known.as_slice() {
        [] => "it has none.".to_owned(),
        some => format!("there are {}.", some.join(", ")),
    };
    let root = &workspace.root;
    let mut words = format!("There is no code location `{name}` in {root}: {known}");
    // Other commands take a path first.
    if name == "." || name.contains(std::path::is_separator) {
        words.push_str("\n  This command takes names only. For another folder's workspace add --workspace PATH.");
    }
    words
}
