#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use logstore::{LogKey, RunMeta, Store};
use process::GuardProgram;
use testkit::{Disk, TestDir};

use super::*;
use crate::context::DeckOptions;
use api::{ErrorCode, FolderRequest, LocationRequest, LogFilter, Nothing, OpenLogRequest};

async fn start(state_folder: &Path) -> Deck {
    let deck = Deck::start(DeckOptions {
        state_folder: state_folder.to_owned(),
        // It ends when its input does, which is all that these tests ask of a guard.
        guard: GuardProgram {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "cat >/dev/null".into()],
        },
        locks: Vec::new(),
        environment: std::env::vars().collect(),
        home: state_folder.to_owned(),
        drawing: Vec::new(),
    });
    deck.await.unwrap()
}

/// A project that can be opened, and whose files are all that there is of it.
fn project(folder: &TestDir) -> PathBuf {
    let root = folder.path().join("marketing");
    fs_err::create_dir(&root).unwrap();
    let settings = "[project]\nname = \"marketing\"\nversion = \"0\"\n\n[tool.dg]\ndirectory_type = \"project\"\n\n[tool.dg.project]\nroot_module = \"marketing\"\n";
    fs_err::write(root.join("pyproject.toml"), settings).unwrap();
    root
}

fn open(root: &Path) -> FolderRequest {
    FolderRequest {
        path: root.display().to_string(),
    }
}

/// A workspace with a log, as an earlier start left them.
fn with_a_log(state_folder: &Path, root: &Path) {
    let folder = state_folder
        .join("workspaces")
        .join(crate::state::workspace_key(root));
    let store = Store::open(&folder.join("logs")).unwrap();
    let meta = RunMeta {
        title: "Started".to_owned(),
    };
    let writer = store
        .writer(LogKey("location:marketing".into()), meta)
        .unwrap();
    writer.note("it was here");
}

/// Opens, looks, reads logs, and is told plainly that nothing can be started.
async fn looks_around(state_folder: &Path, root: &Path, has_log: bool) {
    let deck = start(state_folder).await;
    let snapshot = deck.workspace_open(open(root)).await.unwrap();
    let said = snapshot.notices.join("\n");
    assert!(said.contains("can't write its own folder"), "{said}");
    assert!(said.contains("Nothing can be started"), "{said}");
    let locations = snapshot.workspace.unwrap().locations;
    assert_eq!(locations[0].name, "marketing");
    let view = deck.log_open(OpenLogRequest {
        log: "location:marketing".to_owned(),
        filter: LogFilter::default(),
    });
    let rows = view.await.map(|view| view.rows);
    assert_eq!(rows.is_ok_and(|rows| rows > 0), has_log);
    deck.workspace_trust(Nothing {}).await.unwrap();
    let refused = deck.location_start(LocationRequest {
        location: locations[0].id.clone(),
    });
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Io);
    assert!(
        refused.message.contains("can't keep track"),
        "{}",
        refused.message
    );
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_can_not_be_written_lets_a_person_open_look_and_read_logs() {
    let Some(disk) = Disk::new() else { return };
    let folder = TestDir::new();
    let root = project(&folder);
    // Both kinds: one that was opened before, one that never was.
    with_a_log(disk.path(), &root);
    drop(start(disk.path()).await);
    disk.make_read_only();
    looks_around(disk.path(), &root, true).await;
    let other = TestDir::new();
    looks_around(disk.path(), &project(&other), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_that_is_taken_back_in_one_deck_is_refused_at_the_next_start_of_anything_in_the_other()
 {
    let folder = TestDir::new();
    let root = project(&folder);
    let state = folder.path().join("state");
    let (one, other) = (start(&state).await, start(&state).await);
    one.workspace_open(open(&root)).await.unwrap();
    let seen = other.workspace_open(open(&root)).await.unwrap();
    let location = &seen.workspace.unwrap().locations[0].id;
    one.workspace_trust(Nothing {}).await.unwrap();
    let start = async |deck: &Deck| {
        let location = location.clone();
        let started = deck.location_start(LocationRequest { location });
        started.await.unwrap_err().code
    };
    // It has no environment, which is asked about only where it is trusted.
    assert_eq!(start(&other).await, ErrorCode::Precondition);
    one.workspace_distrust(Nothing {}).await.unwrap();
    assert_eq!(start(&other).await, ErrorCode::Untrusted);
    one.shut_down().await;
    other.shut_down().await;
}

#[tokio::test]
async fn a_setting_that_another_process_changes_is_shown() {
    let folder = TestDir::new();
    let state_folder = folder.make("state");
    let (here, there) = (start(&state_folder).await, start(&state_folder).await);
    here.follow_others();
    let mut events = here.subscribe();
    let mut settings = there.snapshot_get(Nothing {}).await.unwrap().settings;
    settings.port = 4321;
    there.settings_set(settings).await.unwrap();
    let shown = async {
        while here.snapshot_get(Nothing {}).await.unwrap().settings.port != 4321 {
            events.next().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), shown)
        .await
        .expect("the other's setting is not shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_another_process_owns_is_among_the_recent_ones_as_running() {
    let folder = TestDir::new();
    let root = project(&folder);
    let state = folder.path().join("state");
    let deck = start(&state).await;
    deck.workspace_open(open(&root)).await.unwrap();
    deck.close_session().await;
    let shown = async || {
        deck.show_recent().await;
        let recent = deck.snapshot_get(Nothing {}).await.unwrap().recent;
        (recent[0].state, recent[0].detail.clone())
    };
    let card = crate::context::locks::card_of(&crate::context::locks::owner_lock(&state, &root));
    fs_err::create_dir_all(card.parent().unwrap()).unwrap();
    let owned_by = |pid: u32| {
        let since = crate::clock::now();
        fs_err::write(&card, format!("{{\"pid\": {pid}, \"since\": {since}}}")).unwrap();
    };
    let alone = shown().await;
    assert_ne!(alone.0, api::RecentState::Running);
    // What runs this test lives as long as it does.
    owned_by(std::os::unix::process::parent_id());
    let (state, detail) = shown().await;
    assert_eq!(state, api::RecentState::Running);
    assert_eq!(detail, "Open in another Dagdeck");
    // Our own card tells of ourselves, and one of a dead process of nobody.
    owned_by(std::process::id());
    assert_eq!(shown().await, alone);
    owned_by(u32::MAX);
    assert_eq!(shown().await, alone);
    deck.shut_down().await;
}
