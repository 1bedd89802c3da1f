//! What is remembered is there at the next start, and in other programs.

use super::*;
use api::StoppedBy;

const ROOT: &str = "/work/acme";

fn root() -> &'static Path {
    Path::new(ROOT)
}

#[tokio::test]
async fn everything_is_there_at_the_next_start() {
    let folder = Folder::new();
    let state = folder.open();
    state.change_settings(|settings| settings.port = 4100);
    state.set_trust(root(), true).await.unwrap();
    state.remember_opened(root());
    state.remember_launch(root(), 1234.5);
    state.change_location(root(), "marketing", |location| {
        location.picked = Some("/work/other/.venv".into());
        location.auto_reload = Some(false);
        location.usual = Some(900.0);
        location.stopped = Some((17.0, StoppedBy::Sync));
    });
    let before = state.location(root(), "marketing", Clone::clone);
    state.remember_definitions(root(), "marketing", Arc::new(known(3)));
    // Written when it is dropped, whoever waits or not.
    drop(state);

    let state = folder.open();
    assert_eq!(state.settings().port, 4100);
    assert!(state.is_trusted(root()));
    assert_eq!(state.recent()[0].root, root());
    assert_eq!(state.launch_took(root()), Some(1234.5));
    assert_eq!(state.location(root(), "marketing", Clone::clone), before);
    assert_eq!(before.stopped, Some((17.0, StoppedBy::Sync)));
    assert_eq!(*state.definitions(root(), "marketing").unwrap(), known(3));
    let picked = vec![("marketing".to_owned(), PathBuf::from("/work/other/.venv"))];
    assert_eq!(state.picked(root()), picked);
    // What was never set has no row and is nothing.
    assert_eq!(state.definitions(root(), "sales"), None);
    let nothing = LocationMemory::default();
    assert_eq!(state.location(root(), "sales", Clone::clone), nothing);
    assert!(!state.is_trusted(Path::new("/work/acm")));
}

#[tokio::test]
async fn trust_that_is_taken_back_in_one_is_refused_in_the_other_at_once() {
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    one.set_trust(root(), true).await.unwrap();
    assert!(other.is_trusted(root()), "given in one, it counts in both");
    other.set_trust(root(), false).await.unwrap();
    assert!(!one.is_trusted(root()));
    // Whatever the other writes later, it does not bring it back.
    one.change_settings(|settings| settings.port = 4100);
    one.remember_opened(root());
    one.flush().await;
    drop(one);
    assert!(!other.is_trusted(root()) && !folder.open().is_trusted(root()));
}

#[cfg(unix)]
#[tokio::test]
async fn folders_whose_names_are_not_unicode_are_told_apart() {
    use std::os::unix::ffi::OsStrExt;
    let path = |bytes: &'static [u8]| Path::new(std::ffi::OsStr::from_bytes(bytes));
    let (one, other) = (path(b"/work/\xff"), path(b"/work/\xfe"));
    let folder = Folder::new();
    let state = folder.open();
    state.set_trust(one, true).await.unwrap();
    state.change_location(one, "a", |location| {
        location.picked = Some(other.to_owned());
    });
    drop(state);
    let state = folder.open();
    assert!(state.is_trusted(one) && !state.is_trusted(other));
    assert!(!state.is_trusted(Path::new("/work/\u{fffd}")));
    assert_eq!(state.picked(one), [("a".to_owned(), other.to_owned())]);
}

#[tokio::test]
async fn what_another_program_wrote_is_taken_over_and_ours_stays() {
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    one.change_settings(|settings| settings.port = 4100);
    one.change_location(root(), "a", |location| location.usual = Some(1.0));
    one.flush().await;
    other.change_settings(|settings| settings.wrap_logs = true);
    other.change_location(root(), "a", |location| location.auto_reload = Some(false));
    other.flush().await;
    let seen = |state: &State| {
        state.catch_up();
        let location = state.location(root(), "a", |location| {
            (location.usual, location.auto_reload)
        });
        (state.settings().port, state.settings().wrap_logs, location)
    };
    let both = (4100, true, (Some(1.0), Some(false)));
    assert_eq!((seen(&one), seen(&other)), (both, both));
}

#[tokio::test]
async fn a_change_is_in_memory_at_once_whoever_catches_up_before_it_is_written() {
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    for round in 0..200_u16 {
        other.remember_launch(root(), f64::from(round));
        one.change_settings(|settings| settings.port = 4000 + round);
        one.catch_up();
        assert_eq!(one.settings().port, 4000 + round);
    }
    one.flush().await;
    other.flush().await;
    one.catch_up();
    assert_eq!(one.launch_took(root()), Some(199.0));
}

#[tokio::test]
async fn the_list_of_recent_ones_is_short_and_a_forgotten_one_brings_none_back() {
    let folder = Folder::new();
    let state = folder.open();
    for number in 0..25 {
        state.remember_opened(Path::new(&format!("/work/{number:02}")));
        state.flush().await;
    }
    drop(state);
    let state = folder.open();
    assert_eq!(state.recent().len(), 20);
    let newest = state.recent()[0].root.clone();
    assert_eq!(newest, Path::new("/work/24"));
    state.forget_opened(&newest);
    drop(state);
    let recent = folder.open().recent();
    assert_eq!(
        (recent.len(), recent[0].root.to_str()),
        (19, Some("/work/23"))
    );
}

#[tokio::test]
async fn the_record_is_numbered_anew_and_what_was_under_way_is_interrupted() {
    let folder = Folder::new();
    let first = folder.open();
    first.keep_operation(operation(1, "Synced", OperationState::Running, 10.0));
    first.keep_operation(operation(1, "Synced", OperationState::Succeeded, 10.0));
    let other = folder.open();
    other.keep_operation(operation(1, "Syncing acme", OperationState::Running, 20.0));
    first.flush().await;
    other.flush().await;
    let beside = State::open(folder.path(), None).operations;
    assert_eq!(
        beside.len(),
        1,
        "what another is at is its own to tell: {beside:?}"
    );
    drop((first, other));
    let found = State::open(folder.path(), None).operations;
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.id, one.title.as_str(), &one.state))
        .collect();
    let interrupted = (2, "Syncing acme", &OperationState::Interrupted);
    let done = (1, "Synced", &OperationState::Succeeded);
    assert_eq!(found, [interrupted, done], "two starts had the same number");
}

#[tokio::test]
async fn each_workspace_has_a_record_of_its_own_and_one_beside_it_takes_no_place_in_it() {
    let folder = Folder::new();
    let (one, other) = (Path::new("/work/one"), Path::new("/work/other"));
    let done = |id, title: &str| operation(id, title, OperationState::Succeeded, f64::from(id));
    let titles = |workspace| {
        let found = State::open(folder.path(), workspace).operations;
        found.into_iter().map(|one| one.title).collect::<Vec<_>>()
    };
    let first = State::open(folder.path(), Some(one)).state;
    first.keep_operation(done(1, "Synced"));
    let none = folder.open();
    none.keep_operation(done(2, "Created a workspace"));
    let second = State::open(folder.path(), Some(other)).state;
    let many = u32::try_from(api::OPERATIONS_KEPT).unwrap() + 1;
    for id in 0..many {
        second.keep_operation(done(10 + id, "Added"));
    }
    for state in [&first, &none, &second] {
        state.flush().await;
    }
    drop((first, none, second));
    assert_eq!(titles(Some(one)), ["Created a workspace", "Synced"]);
    assert_eq!(titles(None), ["Created a workspace"]);
    let others = titles(Some(other));
    assert!(others.iter().all(|title| title == "Added"), "{others:?}");
    assert_eq!(others.len(), api::OPERATIONS_KEPT);
}

#[tokio::test]
async fn the_record_keeps_as_many_as_are_shown() {
    let folder = Folder::new();
    let state = folder.open();
    for id in 0..250 {
        let title = format!("Number {id}");
        state.keep_operation(operation(
            id,
            &title,
            OperationState::Succeeded,
            f64::from(id),
        ));
    }
    state.flush().await;
    drop(state);
    let count = "SELECT count(*) FROM operations";
    let database = Connection::open(folder.file("cache.db")).unwrap();
    let rows: usize = database.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, api::OPERATIONS_KEPT);
    let found = State::open(folder.path(), None).operations;
    let (first, last) = (&found[0].title, &found[rows - 1].title);
    assert_eq!((first.as_str(), last.as_str()), ("Number 249", "Number 50"));
}

#[test]
fn a_workspace_has_the_same_folder_at_every_start() {
    // As 0.1 had it: its logs and instances are there.
    assert_eq!(workspace_key(Path::new("/home/ann/acme")), "a801a6f90be4");
}
