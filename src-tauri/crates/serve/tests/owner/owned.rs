//! One owner per workspace, whoever tries, and what is left of one that was killed.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use api::protocol::frozen::HostKind;
use serve::{Card, ListenError, Listener, Ownership, PlaceError, TakeError};
use testkit::TestDir;

use crate::part::Part;
use crate::stage::{LONG, LOOKING, Stage};

/// Processes that try at the same instant, the tasks in each, and how often.
const PROCESSES: usize = 8;
const TASKS: usize = 4;
const ROUNDS: usize = 200;

#[test]
fn of_many_who_try_at_the_same_instant_exactly_one_is_the_owner() {
    let dir = TestDir::new();
    let lock = dir.join("state/owner.lock");
    let mut parts: Vec<Part> = (0..PROCESSES).map(|_| Part::new()).collect();
    for part in &mut parts {
        assert_eq!(part.ask("ready"), "ready");
    }
    let mut winners = [0; PROCESSES];
    for round in 0..ROUNDS {
        for part in &mut parts {
            part.say(&format!("take {} {TASKS}", lock.display()));
        }
        let owned: Vec<usize> = parts
            .iter_mut()
            .map(|part| part.answer().parse().unwrap())
            .collect();
        assert_eq!(owned.iter().sum::<usize>(), 1, "round {round}: {owned:?}");
        let winner = owned.iter().position(|owned| *owned == 1).unwrap();
        winners[winner] += 1;
        assert_eq!(parts[winner].ask("release"), "released");
    }
    let different = winners.iter().filter(|won| **won > 0).count();
    assert!(different > 1, "they did not compete: {winners:?}");
}

#[tokio::test]
async fn an_owner_that_is_killed_leaves_a_lock_that_is_free_and_a_socket_that_is_replaced() {
    let dir = TestDir::new();
    let lock = dir.join("state/owner.lock");
    let folder = dir.join("sockets");
    let mut part = Part::new();
    assert_eq!(part.ask(&format!("take {} 1", lock.display())), "1");
    let socket = part.ask(&format!("listen {}", folder.display()));

    let owner = match Ownership::take(&lock, &[], LONG).await {
        Err(TakeError::Owned {
            owner: Some(card), ..
        }) => card,
        other => panic!("{other:?}"),
    };
    assert_eq!(owner.pid, part.pid());
    assert_eq!(owner.socket.display().to_string(), socket);
    UnixStream::connect(&socket).unwrap();

    part.kill();
    let left = std::fs::symlink_metadata(&socket).unwrap();
    assert!(left.file_type().is_socket());
    assert_eq!(Card::beside(&lock).unwrap(), owner);
    let error = attach::Owner::connect(&owner.socket, LOOKING).await;
    assert!(
        matches!(error, Err(attach::AttachError::NoOwner { .. })),
        "{error:?}"
    );

    let ownership = Ownership::take(&lock, &[], LONG).await.unwrap();
    assert_eq!(Card::beside(&lock), None, "a dead owner's card");
    let listener = Listener::open(ownership, HostKind::Owner, &[folder]).unwrap();
    assert_eq!(listener.socket(), owner.socket);
    assert_eq!(Card::beside(&lock).unwrap().pid, std::process::id());
    UnixStream::connect(&socket).unwrap();
    drop(listener);
    assert!(!owner.socket.exists());
    assert_eq!(Card::beside(&lock), None);
}

#[tokio::test]
async fn a_card_that_is_damaged_is_no_card() {
    let dir = TestDir::new();
    let lock = dir.join("owner.lock");
    let _ownership = Ownership::take(&lock, &[], LONG).await.unwrap();
    for damage in ["", "{\"pid\":", "[]", "{\"pid\":1}"] {
        dir.write("owner.owner.json", damage);
        assert_eq!(Card::beside(&lock), None);
        let late = Ownership::take(&lock, &[], LONG).await;
        assert!(
            matches!(late, Err(TakeError::Owned { owner: None, .. })),
            "{late:?}"
        );
    }
}

#[tokio::test]
async fn what_a_dead_owner_ran_has_to_end_first() {
    let dir = TestDir::new();
    let (lock, shared) = (dir.join("owner.lock"), vec![dir.join("ending.lock")]);
    let owner = Ownership::take(&lock, &shared, LONG).await.unwrap();
    assert_eq!(owner.guard_locks(), shared);
    // As a guard does, while the owner lives.
    let guard = fs_err::File::open(&shared[0]).unwrap();
    guard.file().try_lock_shared().unwrap();
    let alone = fs_err::File::open(&shared[0]).unwrap();
    assert!(alone.file().try_lock().is_err(), "the owner holds it too");
    drop(owner);

    let patience = Duration::from_millis(50);
    match Ownership::take(&lock, &shared, patience).await {
        Err(TakeError::StillEnding { lock, waited }) => {
            assert_eq!(lock, shared[0]);
            assert!(waited >= patience);
        }
        other => panic!("{other:?}"),
    }

    // Who waits is the owner to be, and goes on as soon as the guard is done.
    let waiting = tokio::spawn({
        let (lock, shared) = (lock.clone(), shared.clone());
        async move { Ownership::take(&lock, &shared, LONG).await }
    });
    testkit::wait_until("the next owner waits", LONG, async || {
        let other = Ownership::take(&lock, &shared, Duration::ZERO).await;
        matches!(other, Err(TakeError::Owned { .. }))
    })
    .await;
    guard.file().unlock().unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn folder_and_socket_are_their_owners_alone() {
    let stage = Stage::new().await;
    let mode = |path: &std::path::Path| {
        let found = std::fs::symlink_metadata(path).unwrap();
        found.permissions().mode() & 0o7777
    };
    assert_eq!(mode(stage.socket.parent().unwrap()), 0o700);
    assert_eq!(mode(&stage.socket), 0o600);
    stage.end().await;
}

#[tokio::test]
async fn nobody_listens_in_a_folder_that_lets_others_in() {
    let dir = TestDir::new();
    let folder = dir.make("sockets");
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    let ownership = Ownership::take(&dir.join("lock"), &[], LONG).await.unwrap();
    let refused = Listener::open(ownership, HostKind::Owner, std::slice::from_ref(&folder));
    assert!(
        matches!(refused, Err(ListenError::Place(PlaceError::Unsafe { .. }))),
        "{refused:?}"
    );
    // Ownership went with the failure.
    Ownership::take(&dir.join("lock"), &[], LONG).await.unwrap();
}

#[tokio::test]
async fn what_is_not_a_socket_is_left_alone() {
    let stage = Stage::new().await;
    let socket = stage.socket.clone();
    stage.server.end();
    let Stage {
        dir, deck, serving, ..
    } = stage;
    serving.await.unwrap();
    fs_err::write(&socket, "mine").unwrap();
    let lock = dir.join("state/owner.lock");
    let ownership = Ownership::take(&lock, &[], LONG).await.unwrap();
    let refused = Listener::open(ownership, HostKind::Owner, &[dir.join("sockets")]);
    assert!(
        matches!(refused, Err(ListenError::Socket { .. })),
        "{refused:?}"
    );
    assert_eq!(fs_err::read_to_string(&socket).unwrap(), "mine");
    deck.shut_down().await;
}

#[test]
fn a_full_or_read_only_folder_can_have_no_owner() {
    let Some(disk) = testkit::Disk::new() else {
        return;
    };
    let reach = serve::Reach {
        state_folder: disk.path().join("state"),
        root: disk.path().to_owned(),
        program: std::path::PathBuf::new(),
        environment: std::collections::BTreeMap::new(),
    };
    assert!(reach.room_for_owner().is_ok());
    disk.fill();
    assert!(reach.room_for_owner().is_err());
    disk.make_room();
    assert!(reach.room_for_owner().is_ok());
    disk.make_read_only();
    assert!(reach.room_for_owner().is_err());
}
