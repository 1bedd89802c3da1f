//! Names of code locations, as they were typed.

use std::path::Path;

use api::{LocationView, WorkspaceView};
use terminal::Shell;

use crate::error::CliError;

/// The locations of these names or ids, each once, in the workspace's order; all that Dagdeck runs where none is named.
///
/// # Errors
/// Where there is none of a name, with those that there are; and where something else runs it.
pub(crate) fn chosen(
    workspace: &WorkspaceView,
    names: &[String],
) -> Result<Vec<LocationView>, CliError> {
    known(workspace, names)?;
    let named = |one: &&LocationView| names.iter().any(|name| is(one, name));
    if let Some(elsewhere) = workspace
        .locations
        .iter()
        .filter(named)
        .find(|one| !one.managed)
    {
        let name = &elsewhere.name;
        return Err(CliError::Unusable(format!(
            "{name} is a server that something else runs: Dagdeck neither starts nor stops it."
        )));
    }
    let chosen = workspace
        .locations
        .iter()
        .filter(|one| one.managed && (names.is_empty() || names.iter().any(|name| is(one, name))));
    Ok(chosen.cloned().collect())
}

/// Makes sure that there is a location of each of these names or ids.
///
/// # Errors
/// Where there is none of a name, with those that there are.
pub(crate) fn known(workspace: &WorkspaceView, names: &[String]) -> Result<(), CliError> {
    let missing = |name: &&String| workspace.locations.iter().all(|one| !is(one, name));
    match names.iter().find(missing) {
        Some(name) => Err(CliError::Unusable(unknown(workspace, name))),
        None => Ok(()),
    }
}

fn is(location: &LocationView, name: &str) -> bool {
    location.name == name || location.id == name
}

/// A verb for one location, as it is typed here.
pub(crate) fn command(verb: &str, name: &str) -> String {
    format!("dagdeck {verb} {}", Shell::HERE.quote(name))
}

/// Makes sure of names in a workspace that nobody runs; answers its root.
///
/// # Errors
/// Where there is no workspace, and where there is no location of a name.
pub(crate) fn known_where_nothing_runs(path: &Path, names: &[String]) -> Result<String, CliError> {
    let read = dagdeck::status::read(path, crate::environment::environment(), false)
        .map_err(|error| CliError::NoWorkspace(crate::error::words(&error.into())))?;
    let known = |name: &String| {
        let mut locations = read.locations.iter();
        locations.any(|one| one.name == *name || one.path == *name)
    };
    let root = read.root.display().to_string();
    match names.iter().find(|name| !known(name)) {
        Some(unknown) => Err(CliError::Unusable(format!(
            "There is no code location `{unknown}` in {root}."
        ))),
        None => Ok(root),
    }
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
        [one] => format!("there is {one}."),
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
