//! Files and disks that can't be used: nothing is lost, nothing crashes, and all is said.

use super::*;

const FILES: [&str; 2] = ["state.db", "cache.db"];

fn root() -> &'static Path {
    Path::new("/work/acme")
}

/// A folder with something in both databases.
async fn used(folder: &Path) {
    let Opened { state, notices, .. } = State::open(folder, None);
    assert_eq!(notices, [""; 0]);
    state.change_settings(|settings| settings.port = 4100);
    state.set_trust(root(), true).await.unwrap();
    state.remember_opened(root());
    state.keep_operation(operation(1, "Synced", OperationState::Succeeded, 1.0));
    state.flush().await;
}

fn set_version(path: &Path, version: u32) {
    let database = Connection::open(path).unwrap();
    database
        .pragma_update(None, "user_version", version)
        .unwrap();
}

/// What a file holds, and what SQLite keeps beside it with changes in it.
fn bytes(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let log = fs_err::read(aside::beside(path, "-wal")).unwrap_or_default();
    (fs_err::read(path).unwrap(), log)
}

#[tokio::test]
async fn what_is_said_of_a_newer_file_is_about_what_it_holds() {
    for (file, words) in FILES.into_iter().zip(["trusted", "record"]) {
        let folder = Folder::new();
        used(folder.path()).await;
        set_version(&folder.file(file), 99);
        let said = State::open(folder.path(), None).notices.join("\n");
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_newer_file_is_left_alone_byte_for_byte_and_read_as_far_as_it_goes() {
    let folder = Folder::new();
    used(folder.path()).await;
    set_version(&folder.file("state.db"), 99);
    let before = bytes(&folder.file("state.db"));
    let opened = State::open(folder.path(), None);
    let said = opened.notices.join("\n");
    assert!(
        said.contains("newer") && said.contains("state.db"),
        "{said}"
    );
    let state = opened.state;
    let told = faults_told(&state);
    assert_eq!(state.settings().port, 4100);
    assert_eq!(state.recent().len(), 1);
    assert!(
        !state.is_trusted(root()),
        "what trust is bound to may differ there"
    );
    // Changes hold in memory.
    state.change_settings(|settings| settings.port = 5000);
    state.set_trust(root(), true).await.unwrap();
    state.change_location(root(), "a", |location| location.usual = Some(1.0));
    state.catch_up();
    state.flush().await;
    assert_eq!(state.settings().port, 5000);
    assert!(state.is_trusted(root()));
    assert_eq!(state.location(root(), "a", |one| one.usual), Some(1.0));
    // The record is another file.
    state.keep_operation(operation(2, "Looked", OperationState::Succeeded, 2.0));
    state.flush().await;
    drop(state);
    assert_eq!(*told.lock(), [""; 0]);
    assert_eq!(bytes(&folder.file("state.db")), before);
    let names = ["cache.db", "sessions", "state.db", "state.lock"];
    assert_eq!(folder.names(), names);
    assert_eq!(State::open(folder.path(), None).operations.len(), 2);
}

#[tokio::test]
async fn a_newer_version_that_lies_in_the_write_ahead_log_is_seen_and_left_there() {
    let folder = Folder::new();
    used(folder.path()).await;
    let path = folder.file("state.db");
    let newer = Connection::open(&path).unwrap();
    let mode: String = newer
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .unwrap();
    if mode != "wal" {
        // No write-ahead log can be had in this folder, so none has to be left alone.
        assert_eq!(
            journal::journal_in(folder.path()),
            journal::Journal::Rollback
        );
        return;
    }
    newer.pragma_update(None, "user_version", 99).unwrap();
    // As one that crashed leaves it: nobody has it open, and nobody carried its log over.
    let crashed = Folder::new();
    let path = crashed.file("state.db");
    for ending in ["", "-wal"] {
        let from = aside::beside(&folder.file("state.db"), ending);
        fs_err::copy(from, aside::beside(&path, ending)).unwrap();
    }
    let before = bytes(&path);
    assert!(!before.1.is_empty(), "the change lies in the log");
    let opened = State::open(crashed.path(), None);
    assert!(opened.notices[0].contains("newer"), "{:?}", opened.notices);
    drop(opened);
    assert_eq!(bytes(&path), before);
}

/// The ways in which a file can be damaged.
fn damage(path: &Path, kind: &str) {
    let whole = fs_err::read(path).unwrap();
    match kind {
        "random" => {
            let mut seed = 1_u32;
            let mut random = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed.to_be_bytes()[0]
            };
            let bytes: Vec<u8> = (0..5000).map(|_| random()).collect();
            fs_err::write(path, bytes).unwrap();
        }
        "random behind the header" => {
            let mut bytes = whole;
            for byte in bytes.iter_mut().skip(100) {
                *byte = byte.wrapping_mul(31).wrapping_add(7);
            }
            fs_err::write(path, bytes).unwrap();
        }
        "cut off" => fs_err::write(path, &whole[..whole.len() / 2 + 10]).unwrap(),
        "cut off in the header" => fs_err::write(path, &whole[..50]).unwrap(),
        "empty" => fs_err::write(path, []).unwrap(),
        "a folder" => {
            fs_err::remove_file(path).unwrap();
            fs_err::create_dir(path).unwrap();
            fs_err::write(path.join("something"), "of somebody's").unwrap();
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_said_and_never_takes_an_older_ones_place() {
    let kinds = [
        "random",
        "random behind the header",
        "cut off",
        "cut off in the header",
        "empty",
        "a folder",
    ];
    for file in FILES {
        let folder = Folder::new();
        for (number, kind) in (1..).zip(kinds) {
            used(folder.path()).await;
            damage(&folder.file(file), kind);
            let damaged = folder
                .file(file)
                .is_file()
                .then(|| bytes(&folder.file(file)).0);
            let opened = State::open(folder.path(), None);
            let (stem, _) = file.split_once('.').unwrap();
            let aside = format!("{stem}.damaged-{number}.db");
            let said = opened.notices.join("\n");
            assert!(said.contains(&aside), "{kind}: {said}");
            assert_eq!(opened.notices.len(), 1, "{kind}: {said}");
            match damaged {
                Some(damaged) => assert_eq!(fs_err::read(folder.file(&aside)).unwrap(), damaged),
                None => assert!(folder.file(&aside).join("something").is_file()),
            }
            // The other one is as it was.
            let is_state = file == "state.db";
            assert_eq!(opened.state.settings().port == 4100, !is_state, "{kind}");
            assert_eq!(opened.state.is_trusted(root()), !is_state, "{kind}");
            assert_eq!(opened.operations.is_empty(), !is_state, "{kind}");
        }
        let count = folder
            .names()
            .iter()
            .filter(|name| name.contains("damaged"))
            .count();
        assert_eq!(count, kinds.len());
    }
}

#[tokio::test]
async fn the_log_of_a_damaged_file_goes_with_it() {
    let folder = Folder::new();
    used(folder.path()).await;
    fs_err::write(folder.file("state.db"), vec![7; 5000]).unwrap();
    fs_err::write(folder.file("state.db-wal"), "its log").unwrap();
    let opened = State::open(folder.path(), None);
    assert_eq!(opened.notices.len(), 1);
    let log = fs_err::read_to_string(folder.file("state.damaged-1.db-wal")).unwrap();
    assert_eq!(log, "its log");
    opened.state.set_trust(root(), true).await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_is_full_is_said_once_and_what_waits_is_written_when_there_is_room() {
    let Some(disk) = testkit::Disk::new() else {
        return;
    };
    used(disk.path()).await;
    let Opened { state, notices, .. } = State::open(disk.path(), None);
    assert_eq!(notices, [""; 0]);
    let told = faults_told(&state);
    disk.fill();
    let long = "x".repeat(20_000);
    for round in 0..3 {
        state.change_settings(|settings| settings.editor = format!("{long}{round}"));
        state.flush().await;
    }
    let said = told.lock().clone();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("state.db"), "{said:?}");
    assert_eq!(
        state.settings().editor,
        format!("{long}2"),
        "it holds in memory"
    );
    state.catch_up();
    assert_eq!(state.settings().editor, format!("{long}2"));
    // Trust is refused where it can't be written; taken back, it is so at once and on disk as soon as that works.
    let other = Path::new("/work/other");
    state.set_trust(other, true).await.unwrap_err();
    assert!(!state.is_trusted(other));
    state.set_trust(root(), false).await.unwrap_err();
    assert!(!state.is_trusted(root()));
    disk.make_room();
    state.remember_opened(other);
    state.flush().await;
    drop(state);
    let Opened { state, notices, .. } = State::open(disk.path(), None);
    assert_eq!(notices, [""; 0]);
    assert_eq!(state.settings().editor, format!("{long}2"));
    assert!(!state.is_trusted(root()) && !state.is_trusted(other));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_remembered_can_be_read_on_a_disk_that_was_full_before() {
    let Some(disk) = testkit::Disk::new() else {
        return;
    };
    used(disk.path()).await;
    disk.fill();
    let opened = State::open(disk.path(), None);
    assert!(!opened.notices.is_empty());
    assert_eq!(opened.state.settings().port, 4100);
    assert!(opened.state.is_trusted(root()));
    assert_eq!(opened.operations.len(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_was_full_at_the_first_start_left_nothing_that_looks_damaged() {
    let Some(disk) = testkit::Disk::new() else {
        return;
    };
    disk.fill();
    let opened = State::open(disk.path(), None);
    let said = opened.notices.join("\n");
    assert!(said.contains("can't write its own folder"), "{said}");
    assert!(!opened.state.is_trusted(root()));
    assert_eq!(*faults_told(&opened.state).lock(), [""; 0]);
    drop(opened);
    disk.make_room();
    // Nothing is said there.
    used(disk.path()).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_can_not_be_written_is_read_and_said_and_changes_hold_in_memory() {
    let Some(disk) = testkit::Disk::new() else {
        return;
    };
    used(disk.path()).await;
    fs_err::write(disk.path().join("settings.json"), "{}").unwrap();
    disk.make_read_only();
    let opened = State::open(disk.path(), None);
    assert_eq!(opened.notices.len(), 1, "said once: {:?}", opened.notices);
    assert!(
        opened.notices[0].contains("can't write"),
        "{:?}",
        opened.notices
    );
    let state = opened.state;
    let told = faults_told(&state);
    assert_eq!((state.settings().port, opened.operations.len()), (4100, 1));
    assert!(state.is_trusted(root()));
    state.set_trust(root(), false).await.unwrap();
    assert!(!state.is_trusted(root()));
    state.change_settings(|settings| settings.port = 5000);
    state.remember_definitions(root(), "a", Arc::new(known(1)));
    state.keep_operation(operation(2, "Looked", OperationState::Succeeded, 2.0));
    state.flush().await;
    state.catch_up();
    assert_eq!(state.settings().port, 5000);
    assert_eq!(*state.definitions(root(), "a").unwrap(), known(1));
    assert_eq!(*told.lock(), [""; 0]);
}

#[tokio::test]
async fn a_folder_that_can_not_be_made_is_said_and_all_holds_in_memory() {
    let folder = Folder::new();
    fs_err::write(folder.file("in the way"), "").unwrap();
    let opened = State::open(&folder.file("in the way/state"), None);
    assert_eq!(opened.notices.len(), 1, "said once: {:?}", opened.notices);
    let state = opened.state;
    state.set_trust(root(), true).await.unwrap();
    state.change_settings(|settings| settings.port = 5000);
    state.flush().await;
    assert!(state.is_trusted(root()));
    assert_eq!(state.settings().port, 5000);
}
