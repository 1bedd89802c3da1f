#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod converted;
mod remembered;
mod several;
mod unusable;

use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use api::{DefinitionCounts, DefinitionNames, OperationState};

/// A state folder, and what a start in it says.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A start that has nothing to say.
    fn open(&self) -> State {
        let opened = State::open(self.path(), None);
        assert_eq!(opened.notices, [""; 0]);
        opened.state
    }

    /// The names of what is in it, but for what SQLite keeps beside its files.
    fn names(&self) -> Vec<String> {
        names(self.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs_err::read_dir(folder).unwrap();
    let names = names.map(|item| item.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .collect();
    names.sort();
    names
}

/// What a state tells while it is open.
fn faults_told(state: &State) -> Arc<Mutex<Vec<String>>> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&told);
    state.tell_faults_to(move |notice| into.lock().push(notice));
    told
}

/// Definitions that show when parts of two are mixed.
fn known(assets: u32) -> KnownDefinitions {
    KnownDefinitions {
        counts: DefinitionCounts {
            assets,
            checks: 0,
            jobs: 0,
            schedules: 0,
            sensors: 0,
            resources: 0,
        },
        names: DefinitionNames {
            assets: (0..assets)
                .map(|number| format!("asset_{number}"))
                .collect(),
            ..DefinitionNames::default()
        },
        variables: vec![format!("TOKEN_{assets}")],
        read_at: f64::from(assets),
    }
}

fn operation(id: u32, title: &str, state: OperationState, started_at: f64) -> Operation {
    Operation {
        id,
        title: title.to_owned(),
        command: None,
        cause: Some("because".to_owned()),
        state,
        started_at,
        took: Some(5.0),
        location: Some("marketing".to_owned()),
        log: None,
        progress: None,
        tail: vec!["the last line".to_owned()],
        cancellable: true,
    }
}
