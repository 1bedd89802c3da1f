//! Takes over what 0.1 remembered, once: its three JSON files become rows, and are renamed.
//!
//! The rows and the word that a file was converted are one transaction. Whoever crashes before it converts again, and
//! whoever crashes after it only renames. The caller holds the folder's lock.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::change::{LocationChange, StateChange};
use super::memory::{KnownDefinitions, LocationMemory, changed_settings};
use super::{aside, definitions, history, workspace_folder};
use api::{Millis, Operation, Settings, StoppedBy};

const SETTINGS: &str = "settings.json";
const WORKSPACES: &str = "workspaces.json";
const OPERATIONS: &str = "operations.json";

/// The version that 0.1 wrote.
const VERSION: u32 = 1;

/// How each of the three files begins.
#[derive(Deserialize)]
struct Versioned<T> {
    version: u32,
    data: T,
}

/// What workspaces.json held; what is missing in it has its default.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OldMemory {
    recent: Vec<OldRecent>,
    workspaces: BTreeMap<PathBuf, OldWorkspace>,
}

#[derive(Deserialize)]
struct OldRecent {
    root: PathBuf,
    opened_at: Millis,
}

/// What was remembered of one workspace. Trust is taken over with it: it was given by the same person, to the same folder.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OldWorkspace {
    trusted: bool,
    locations: BTreeMap<String, OldLocation>,
    launch_took: Option<f64>,
}

/// What was remembered of one location.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OldLocation {
    picked: Option<PathBuf>,
    auto_reload: Option<bool>,
    usual: Option<f64>,
    definitions: Option<KnownDefinitions>,
    stopped: Option<(Millis, StoppedBy)>,
}

/// Why a file was not taken over.
enum Failure {
    /// The file is not what 0.1 wrote. It was not touched.
    Damaged(String),
    /// Something refuses; it is tried again at the next start.
    Refused(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Takes over the files of 0.1 that are there, as far as the databases can be written. Answers what the person should know.
pub(super) fn convert(
    folder: &Path,
    state: Option<&mut Connection>,
    cache: Option<&mut Connection>,
) -> Vec<String> {
    let mut notices = Vec::new();
    if let Some(state) = state {
        notices.extend(take_over(folder, SETTINGS, state, settings));
        notices.extend(take_over(folder, WORKSPACES, state, |rows, old| {
            workspaces(folder, rows, old)
        }));
    }
    if let Some(cache) = cache {
        notices.extend(take_over(folder, OPERATIONS, cache, operations));
    }
    notices
}

/// Takes over one file. A damaged one is set aside, and said.
fn take_over<T: DeserializeOwned>(
    folder: &Path,
    name: &'static str,
    database: &mut Connection,
    write: impl FnOnce(&Connection, T) -> Result<(), Failure>,
) -> Option<String> {
    let path = folder.join(name);
    let taken = read(&path).and_then(|old| {
        let Some(old) = old else { return Ok(()) };
        let rows = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = "INSERT INTO converted (file) VALUES (?1) ON CONFLICT DO NOTHING";
        if rows.execute(done, [name])? > 0 {
            write(&rows, old)?;
        }
        rows.commit()?;
        aside::put_away(&path)?;
        Ok(())
    });
    let shown = path.display();
    match taken {
        Ok(()) => None,
        Err(Failure::Refused(why)) => Some(format!(
            "What Dagdeck 0.1 kept in {shown} can't be taken over yet: {why}. It is tried again at the next start."
        )),
        Err(Failure::Damaged(why)) => Some(match aside::set_aside(&path) {
            Ok(aside) => format!(
                "Dagdeck's own {shown} can't be used ({why}). It was set aside as {}.",
                aside.display()
            ),
            Err(error) => {
                format!("Dagdeck's own {shown} can't be used ({why}), nor set aside: {error}")
            }
        }),
    }
}

/// None where there is no file.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    let bytes = match fs_err::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if path.is_dir() => return Err(Failure::Damaged(error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let old: Versioned<T> =
        serde_json::from_slice(&bytes).map_err(|error| Failure::Damaged(error.to_string()))?;
    if old.version > VERSION {
        let why = format!("it says version {}, which never was", old.version);
        return Err(Failure::Damaged(why));
    }
    Ok(Some(old.data))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "each kind of file is handed over as a whole"
)]
fn settings(rows: &Connection, old: Settings) -> Result<(), Failure> {
    // What the person never changed follows the defaults of later versions.
    for (name, value) in changed_settings(&Settings::default(), &old) {
        StateChange::Setting { name, value }.write(rows)?;
    }
    Ok(())
}

/// Takes over trust, recents and what was known of locations. A definitions file that is there is newer and stays.
fn workspaces(folder: &Path, rows: &Connection, old: OldMemory) -> Result<(), Failure> {
    for OldRecent { root, opened_at } in old.recent {
        let at = opened_at;
        StateChange::Opened { root, at }.write(rows)?;
    }
    for (root, workspace) in old.workspaces {
        if workspace.trusted {
            let root = root.clone();
            let trusted = true;
            StateChange::Trust { root, trusted }.write(rows)?;
        }
        if let Some(took) = workspace.launch_took {
            let root = root.clone();
            StateChange::Launched { root, took }.write(rows)?;
        }
        let own = workspace_folder(folder, &root);
        for (id, location) in workspace.locations {
            let OldLocation {
                picked,
                auto_reload,
                usual,
                definitions: known,
                stopped,
            } = location;
            let after = LocationMemory {
                picked,
                auto_reload,
                usual,
                stopped,
            };
            for change in LocationChange::between(&LocationMemory::default(), after) {
                let (root, id) = (root.clone(), id.clone());
                StateChange::Location { root, id, change }.write(rows)?;
            }
            if let Some(known) = known
                && !definitions::exists(&own, &id)
            {
                definitions::write(&own, &id, &known).map_err(|(_, error)| error)?;
            }
        }
    }
    Ok(())
}

fn operations(rows: &Connection, old: Vec<Operation>) -> Result<(), Failure> {
    for mut operation in old {
        history::interrupt(&mut operation);
        history::write(rows, "0.1", None, &operation)?;
    }
    Ok(history::prune(rows, None)?)
}
