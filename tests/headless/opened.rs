//! An opened and trusted workspace that nothing was launched in: what tests of syncing say and wait for.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use api::{
    FolderRequest, LocationView, Nothing, Operation, OperationState, SyncRequest, WorkspaceView,
};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use testkit::{wait_until, wait_until_blocking, within};

/// How long a sync may take on a busy machine, everything cached.
pub(crate) const SYNCING: Duration = Duration::from_secs(240);

/// A deck with a workspace open and trusted.
pub(crate) struct Opened {
    pub(crate) deck: Deck,
}

impl Opened {
    pub(crate) async fn of(folder: &Path, state: &Path) -> Self {
        Self::with(folder, state, &[]).await
    }

    /// The same in an environment with more variables.
    pub(crate) async fn with(folder: &Path, state: &Path, variables: &[(&str, &str)]) -> Self {
        let guard = GuardProgram {
            program: crate::command::program(),
            arguments: vec!["guard".into()],
        };
        let mut options = DeckOptions::from_environment(guard);
        options.state_folder = state.to_owned();
        options.environment.remove("DAGSTER_HOME");
        for (name, value) in variables {
            let (name, value) = ((*name).to_owned(), (*value).to_owned());
            options.environment.insert(name, value);
        }
        let deck = Deck::start(options).await.unwrap();
        let path = folder.display().to_string();
        deck.workspace_open(FolderRequest { path }).await.unwrap();
        deck.workspace_trust(Nothing {}).await.unwrap();
        Self { deck }
    }

    pub(crate) async fn shown(&self) -> WorkspaceView {
        let snapshot = self.deck.snapshot_get(Nothing {}).await.unwrap();
        snapshot.workspace.unwrap()
    }

    pub(crate) async fn location(&self, name: &str) -> LocationView {
        let mut locations = self.shown().await.locations.into_iter();
        locations.find(|location| location.name == name).unwrap()
    }

    /// Begins a sync of one location; answers its operation.
    pub(crate) async fn begin_sync(&self, location: &str) -> u32 {
        let request = SyncRequest {
            locations: vec![location.to_owned()],
            deployment: false,
        };
        let begun = self.deck.sync_start(request.into()).await.unwrap();
        begun.operations[0]
    }

    /// Waits until an operation has ended; answers it.
    pub(crate) async fn ended(&self, id: u32) -> Operation {
        ended(&self.deck, id).await
    }
}

/// Waits until an operation of a deck has ended; answers it.
pub(crate) async fn ended(deck: &Deck, id: u32) -> Operation {
    within("the operation has ended", SYNCING, async || {
        let operations = deck.snapshot_get(Nothing {}).await.unwrap().operations;
        let mut operations = operations.into_iter();
        operations.find(|one| one.id == id && one.state != OperationState::Running)
    })
    .await
}

/// Takes an environment away at once, though uv may be looking at it.
pub(crate) fn take_away(environment: &Path) {
    let gone = environment.with_file_name(".taken-away");
    fs_err::rename(environment, &gone).unwrap();
    wait_until_blocking("its files are gone", SYNCING, || {
        std::fs::remove_dir_all(&gone).is_ok()
    });
}

/// The packages of an environment, as their dist-info folders are named.
pub(crate) fn packages(environment: &Path) -> BTreeSet<String> {
    let libraries = std::fs::read_dir(environment.join("lib"))
        .into_iter()
        .flatten()
        .flatten();
    let packages = libraries
        .flat_map(|library| fs_err::read_dir(library.path().join("site-packages")).unwrap());
    packages
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .into_string()
                .unwrap()
                .strip_suffix(".dist-info")
                .map(str::to_owned)
        })
        .collect()
}

/// Waits until no environment of a deck's workspace is shown as being synced.
pub(crate) async fn settled(opened: &Opened) {
    wait_until("nothing is being synced", SYNCING, async || {
        let locations = opened.shown().await.locations;
        locations
            .iter()
            .all(|one| one.environment.operation.is_none())
    })
    .await;
}
