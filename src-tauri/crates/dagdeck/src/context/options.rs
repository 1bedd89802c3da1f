//! What a host says once, at the start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ::health::InTheWay;
use process::GuardProgram;

/// What a host says once, at the start.
#[derive(Debug, Clone)]
pub struct DeckOptions {
    /// Dagdeck's own folder: settings, logs, instances, the run-file.
    pub state_folder: PathBuf,
    /// The program (usually the host itself) and the arguments that start the guard.
    pub guard: GuardProgram,
    /// Locks that the guard shares as long as anything runs, and holds until all of it has ended. Their files must be there.
    pub locks: Vec<PathBuf>,
    /// The one workspace that is to be opened, by its real path, where that is known: the record is its own then.
    pub workspace: Option<PathBuf>,
    /// The environment the host was started with.
    pub environment: BTreeMap<String, String>,
    /// The person's home folder.
    pub home: PathBuf,
    /// Variables that the host set so that its window can be drawn on this machine, with their values.
    pub drawing: Vec<(String, String)>,
    /// What the host found to be in the way of whoever would run something in the workspace, for the checks to tell.
    pub in_the_way: Option<InTheWay>,
}

impl DeckOptions {
    /// The options of this process: its environment, and the platform's folder for application state.
    /// `DAGDECK_STATE` names another folder.
    pub fn from_environment(guard: GuardProgram) -> Self {
        let (environment, home) = here();
        let state_folder = state_folder(&environment, &home);
        Self {
            state_folder,
            guard,
            locks: Vec::new(),
            workspace: None,
            environment,
            home,
            drawing: Vec::new(),
            in_the_way: None,
        }
    }
}

/// This process's environment, and the person's home folder.
pub(crate) fn here() -> (BTreeMap<String, String>, PathBuf) {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let home = std::env::home_dir().unwrap_or_else(std::env::temp_dir);
    (environment.collect(), home)
}

/// Dagdeck's own folder, as an environment and a home folder tell it.
pub fn state_folder(environment: &BTreeMap<String, String>, home: &Path) -> PathBuf {
    let named = |name: &str| {
        environment
            .get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if let Some(folder) = named("DAGDECK_STATE") {
        return folder;
    }
    if cfg!(target_os = "macos") {
        home.join("Library/Application Support/io.dagdeck.desktop")
    } else if cfg!(windows) {
        named("LOCALAPPDATA")
            .unwrap_or_else(|| home.join("AppData/Local"))
            .join("Dagdeck")
    } else {
        named("XDG_STATE_HOME")
            .unwrap_or_else(|| home.join(".local/state"))
            .join("dagdeck")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_state_folder_is_not_taken() {
        let environment = BTreeMap::from([("DAGDECK_STATE".to_owned(), "here".to_owned())]);
        let folder = state_folder(&environment, Path::new("home"));
        assert!(folder.starts_with("home"), "{}", folder.display());
    }
}
