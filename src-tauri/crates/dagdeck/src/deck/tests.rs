#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use logstore::{LogKey, RunMeta, Store, Stream, Writer};
use process::GuardProgram;
use testkit::{Disk, TestDir, wait_until};

use super::*;
use crate::context::DeckOptions;
use api::{
    ErrorCode, FolderRequest, LocationRequest, LogFilter, LogWindowRequest, Nothing,
    OpenLogRequest, ProjectsApply, ProjectsChange, SearchLogRequest,
};
use dagster::uv::SyncCheck;

async fn start(state_folder: &Path) -> Deck {
    let deck = Deck::start(DeckOptions {
        state_folder: state_folder.to_owned(),
        // It ends when its input does, which is all that these tests ask of a guard.
        guard: GuardProgram {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "cat >/dev/null".into()],
        },
        locks: Vec::new(),
        workspace: None,
        environment: std::env::vars().collect(),
        home: state_folder.to_owned(),
        drawing: Vec::new(),
        in_the_way: None,
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
    writer(state_folder, root).note("it was here");
}

fn writer(state_folder: &Path, root: &Path) -> Writer {
    let folder = state_folder
        .join("workspaces")
        .join(crate::state::workspace_key(root));
    let store = Store::open(&folder.join("logs")).unwrap();
    let meta = RunMeta {
        title: "Started".to_owned(),
    };
    let key = LogKey("location:marketing".into());
    store.writer(key, meta).unwrap()
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
        unfolded: false,
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

/// How long what waits for nothing may take on a loaded machine.
const AT_ONCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn while_a_workspace_is_closed_for_another_nothing_that_is_asked_waits_for_it() {
    let folder = TestDir::new();
    let (first, second) = (project(&folder), folder.make("empty"));
    folder.write(
        "empty/dg.toml",
        "directory_type = \"workspace\"\n\n[workspace]\n",
    );
    let deck = start(&folder.make("state")).await;
    deck.workspace_open(open(&first)).await.unwrap();
    let former = deck.opened().await.unwrap();
    // Its end waits for this, as it waits for a process that takes its whole grace.
    let grace = former.refreshing.lock().await;
    let opening = tokio::spawn({
        let (deck, second) = (deck.clone(), open(&second));
        async move { deck.workspace_open(second).await }
    });
    wait_until("the first is being closed", AT_ONCE, async || {
        former.is_over()
    })
    .await;

    let asked = async {
        let location = LocationRequest {
            location: "marketing".to_owned(),
        };
        let start = deck.location_start(location).await.unwrap_err().code;
        let rows = LogWindowRequest {
            view: 1,
            from: 0,
            count: 1,
        };
        let window = deck.log_window(rows).await;
        let snapshot = deck.snapshot_get(Nothing {}).await;
        (
            start,
            window.is_err(),
            snapshot.is_ok(),
            deck.is_idle().await,
        )
    };
    let answered = tokio::time::timeout(AT_ONCE, asked).await;
    assert_eq!(
        answered.expect("what is asked waits for the workspace that closes"),
        (ErrorCode::NotFound, true, true, true)
    );
    assert!(
        !opening.is_finished(),
        "it does not wait for its end at all"
    );

    drop(grace);
    let shown = opening.await.unwrap().unwrap().workspace.unwrap();
    assert_eq!(Path::new(&shown.root), second);
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_read_while_a_long_search_goes_on() {
    let folder = TestDir::new();
    let (root, state) = (project(&folder), folder.make("state"));
    let lines = "nothing of the kind is in here\n".repeat(300_000);
    writer(&state, &root).bytes(Stream::Out, lines.as_bytes());
    let deck = start(&state).await;
    deck.workspace_open(open(&root)).await.unwrap();
    let log = OpenLogRequest {
        log: "location:marketing".to_owned(),
        filter: LogFilter::default(),
        unfolded: false,
    };
    let view = deck.log_open(log).await.unwrap().view;
    let search = deck.log_search(SearchLogRequest {
        view,
        pattern: "(of the )+kinds".to_owned(),
        regex: true,
        case_sensitive: false,
        from: 0,
        backwards: false,
    });
    tokio::pin!(search);
    // The first may come before the search has the view; those after it have to come in between.
    let windows = async {
        for from in 0..4 {
            let count = 1;
            let rows = deck.log_window(LogWindowRequest { view, from, count });
            assert_eq!(rows.await.unwrap().rows.len(), 1);
        }
    };
    tokio::select! {
        biased;
        found = &mut search => panic!("rows waited until all was searched: {found:?}"),
        () = windows => {}
    }
    let found = search.await.unwrap();
    assert_eq!((found.count, found.row), (0, None));
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_more_takes_nothing_from_what_is_known_of_the_others() {
    let folder = TestDir::new();
    let added = project(&folder);
    let root = folder.make("work");
    let listing = "directory_type = \"workspace\"\n\n[[workspace.projects]]\npath = \"sales\"\n";
    folder.write("work/dg.toml", listing);
    let settings = fs_err::read_to_string(added.join("pyproject.toml")).unwrap();
    let settings = settings.replace("marketing", "sales");
    folder.write("work/sales/pyproject.toml", settings);
    let deck = start(&folder.make("state")).await;
    deck.workspace_open(open(&root)).await.unwrap();
    let facts = &deck.opened().await.unwrap().facts;
    let locations = async || {
        let snapshot = deck.snapshot_get(Nothing {}).await.unwrap();
        snapshot.workspace.unwrap().locations
    };
    let id = locations().await.remove(0).id;
    let read = facts.project(&id).unwrap().environment;
    let said = SyncCheck {
        outdated: true,
        ..SyncCheck::default()
    };
    facts.keep_answer(&read, &said, None);
    facts.saw_runs(&id, 2);
    let known = locations().await.remove(0);
    assert!(
        known.environment.checked_by_uv && known.runs == 2,
        "{known:?}"
    );

    let change = ProjectsChange {
        add: vec![added.display().to_string()],
        ..ProjectsChange::default()
    };
    let basis = deck.projects_plan(change.clone()).await.unwrap().basis;
    deck.projects_apply(ProjectsApply { change, basis })
        .await
        .unwrap();
    let after = locations().await;
    let names: Vec<&str> = after.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["sales", "marketing"]);
    assert_eq!(after[0], known);
    deck.shut_down().await;
}

#[tokio::test]
async fn a_look_shows_what_opening_would_and_leaves_nothing_open() {
    let (state, folder) = (TestDir::new(), TestDir::new());
    let root = project(&folder);
    let deck = start(state.path()).await;
    let looked = deck.read_only(&root).await.unwrap().workspace.unwrap();
    assert_eq!(deck.running_processes().await, 0);
    let refused = deck.workspace_check(Nothing {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound, "{refused:?}");
    let opened = deck.workspace_open(open(&root)).await.unwrap();
    let opened = opened.workspace.unwrap();
    assert_eq!(
        (looked.root, looked.locations),
        (opened.root, opened.locations)
    );
    deck.shut_down().await;
}
