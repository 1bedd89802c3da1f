//! The definitions of locations as last read: a file for each, in the workspace's own folder.
//!
//! They are large and can be had again, so they are no rows. The version is part of a file's name: another version's lies
//! beside it, and each Dagdeck leaves the other's alone.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::memory::KnownDefinitions;

/// The folder in a workspace's own folder.
const FOLDER: &str = "definitions";
/// How much of a location's id is readable in the name of its file.
const READABLE: usize = 40;

/// A file's content. The id is in it because a file's name holds it in parts only.
#[derive(Serialize, Deserialize)]
struct File<K> {
    location: String,
    definitions: K,
}

/// By location, of one workspace.
type DefinitionsByLocation = HashMap<String, Option<Arc<KnownDefinitions>>>;

/// The definitions by workspace and location. What was looked for and is not there is remembered too.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    known: Mutex<HashMap<PathBuf, DefinitionsByLocation>>,
}

impl Definitions {
    /// Those of a location. Its file is read when it is asked for the first time. `folder` is the workspace's own.
    pub(super) fn get(&self, folder: &Path, location: &str) -> Option<Arc<KnownDefinitions>> {
        let mut known = self.known.lock();
        if let Some(found) = known.get(folder).and_then(|all| all.get(location)) {
            return found.clone();
        }
        let found = read(folder, location).map(Arc::new);
        let all = known.entry(folder.to_owned()).or_default();
        all.insert(location.to_owned(), found.clone());
        found
    }

    /// Takes over those that were read now. Writing them is the writer's.
    pub(super) fn set(&self, folder: &Path, location: &str, definitions: Arc<KnownDefinitions>) {
        let mut known = self.known.lock();
        let all = known.entry(folder.to_owned()).or_default();
        all.insert(location.to_owned(), Some(definitions));
    }
}

/// A file that is damaged is as one that is not there: the next load of the location replaces it.
fn read(folder: &Path, location: &str) -> Option<KnownDefinitions> {
    let text = fs_err::read(path_of(folder, location)).ok()?;
    let file: File<KnownDefinitions> = serde_json::from_slice(&text).ok()?;
    (file.location == location).then_some(file.definitions)
}

/// Writes the file of a location, whole or not at all. Answers its path with what went wrong.
///
/// # Errors
/// When the folder can't be made or written.
pub(super) fn write(
    folder: &Path,
    location: &str,
    definitions: &KnownDefinitions,
) -> Result<(), (PathBuf, std::io::Error)> {
    let path = path_of(folder, location);
    let put = || {
        fs_err::create_dir_all(folder.join(FOLDER))?;
        let bytes = serde_json::to_vec(&File {
            location: location.to_owned(),
            definitions,
        })?;
        atomicfile::replace(&path, &bytes)
    };
    put().map_err(|error| (path.clone(), error))
}

/// Whether a location has a file.
pub(super) fn exists(folder: &Path, location: &str) -> bool {
    path_of(folder, location).exists()
}

fn path_of(folder: &Path, location: &str) -> PathBuf {
    // Ids differ in case and in characters that file systems do not take.
    let readable: String = location
        .chars()
        .map(|one| {
            if one.is_ascii_alphanumeric() || one == '-' || one == '_' {
                one
            } else {
                '_'
            }
        })
        .take(READABLE)
        .collect();
    let hash = Sha256::digest(location.as_bytes());
    let hash: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    folder
        .join(FOLDER)
        .join(format!("{readable}-{hash}.v1.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(assets: u32) -> KnownDefinitions {
        KnownDefinitions {
            counts: api::DefinitionCounts {
                assets,
                checks: 0,
                jobs: 0,
                schedules: 0,
                sensors: 0,
                resources: 0,
            },
            names: api::DefinitionNames::default(),
            variables: vec!["TOKEN".to_owned()],
            read_at: 1.0,
        }
    }

    #[test]
    fn each_location_has_a_file_of_its_own_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let ids = ["a", "A", "a/b", "a_b", "..", "über", &"long".repeat(90)];
        for (number, id) in (1..).zip(ids) {
            write(folder.path(), id, &known(number)).unwrap();
        }
        let fresh = Definitions::default();
        for (number, id) in (1..).zip(ids) {
            let found = fresh.get(folder.path(), id).unwrap();
            assert_eq!(*found, known(number), "{id}");
        }
        let files = fs_err::read_dir(folder.path().join(FOLDER)).unwrap();
        assert_eq!(files.count(), ids.len(), "no draft is left");
    }

    #[test]
    fn a_damaged_file_is_unknown_until_the_next_load_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a", &known(1)).unwrap();
        fs_err::write(path_of(folder.path(), "a"), b"{\"location\":\"a\",").unwrap();
        assert_eq!(Definitions::default().get(folder.path(), "a"), None);
        write(folder.path(), "a", &known(2)).unwrap();
        let found = Definitions::default().get(folder.path(), "a").unwrap();
        assert_eq!(found.counts.assets, 2);
    }

    #[test]
    fn two_who_ask_hold_the_same_value() {
        let folder = tempfile::tempdir().unwrap();
        let definitions = Definitions::default();
        definitions.set(folder.path(), "a", Arc::new(known(1)));
        let one = definitions.get(folder.path(), "a").unwrap();
        let other = definitions.get(folder.path(), "a").unwrap();
        assert!(Arc::ptr_eq(&one, &other));
    }
}
