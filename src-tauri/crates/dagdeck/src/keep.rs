//! What Dagdeck remembers between starts, as versioned JSON files in its own folder.
//!
//! Owns loading, saving and setting aside. An older file loads (every field has a default), a damaged one is moved
//! beside itself and said in a notice: it is never a crash and never silently lost.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod memory;

pub(crate) use memory::{KnownDefinitions, LocationMemory, Memory, RecentEntry, WorkspaceMemory};

/// The version that is written. Readers accept this and every older one.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    data: T,
}

/// Why state could not be saved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    /// Writing failed.
    #[error("Dagdeck's own file {} can't be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// One remembered value and its file.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    path: PathBuf,
    value: Mutex<T>,
}

impl<T: Serialize + DeserializeOwned + Default + Clone + PartialEq> Kept<T> {
    /// Loads the file, or starts with the default. The second part is a notice for the person.
    pub(crate) fn load(path: PathBuf) -> (Self, Option<String>) {
        let (value, notice) = match fs_err::read(&path) {
            Ok(bytes) => match serde_json::from_slice::<Versioned<T>>(&bytes) {
                Ok(versioned) if versioned.version <= VERSION => (versioned.data, None),
                Ok(versioned) => {
                    let why = format!(
                        "it was written by a newer Dagdeck (version {})",
                        versioned.version
                    );
                    (T::default(), Some(set_aside(&path, &why)))
                }
                Err(error) => (T::default(), Some(set_aside(&path, &error.to_string()))),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (T::default(), None),
            Err(error) => (T::default(), Some(error.to_string())),
        };
        let value = Mutex::new(value);
        (Self { path, value }, notice)
    }

    /// The value as it is now.
    pub(crate) fn get(&self) -> T {
        self.value
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes the value and saves it, if it differs.
    pub(crate) fn change(&self, change: impl FnOnce(&mut T)) -> Result<(), KeepError> {
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = value.clone();
        change(&mut next);
        if next == *value {
            return Ok(());
        }
        *value = next;
        save(&self.path, &*value)
    }
}

/// Moves a file that can't be used beside itself and says so.
fn set_aside(path: &Path, why: &str) -> String {
    let aside = path.with_extension("damaged.json");
    match fs_err::rename(path, &aside) {
        Ok(()) => format!(
            "Dagdeck's own {} can't be used ({why}). It was set aside as {} and the defaults are used.",
            path.display(),
            aside.display()
        ),
        Err(error) => format!(
            "Dagdeck's own {} can't be used ({why}), nor set aside: {error}",
            path.display()
        ),
    }
}

fn save<T: Serialize>(path: &Path, data: &T) -> Result<(), KeepError> {
    let versioned = Versioned {
        version: VERSION,
        data,
    };
    let write = || -> std::io::Result<()> {
        let bytes = serde_json::to_vec_pretty(&versioned)?;
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        atomicfile::replace(path, &bytes)
    };
    write().map_err(|source| KeepError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Settings;

    #[test]
    fn an_older_file_with_fewer_fields_loads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs_err::write(&path, r#"{"version":1,"data":{"port":4100}}"#).unwrap();
        let (kept, notice) = Kept::<Settings>::load(path);
        assert_eq!(notice, None);
        assert_eq!(kept.get().port, 4100);
        assert!(
            kept.get().auto_reload,
            "a field that the file lacks has its default"
        );
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        fs_err::write(&path, "{ not json").unwrap();
        let (kept, notice) = Kept::<Settings>::load(path.clone());
        assert_eq!(kept.get(), Settings::default());
        assert!(notice.unwrap().contains("settings.damaged.json"));
        assert!(!path.exists());
        let aside = fs_err::read_to_string(folder.path().join("settings.damaged.json")).unwrap();
        assert_eq!(aside, "{ not json", "nothing is lost");
    }

    #[test]
    fn a_change_is_on_disk_when_it_returns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/settings.json");
        let (kept, _) = Kept::<Settings>::load(path.clone());
        kept.change(|settings| settings.port = 4242).unwrap();
        let (again, notice) = Kept::<Settings>::load(path);
        assert_eq!((again.get().port, notice), (4242, None));
    }
}
