//! Locks that the guard holds for the app: who gets one knows that nothing of it runs.

use std::path::Path;
use std::time::Duration;

use fs_err::File;
use process::{GuardProgram, SpawnError, Table};

use crate::app::{LONG, play};
use crate::support::{
    fresh_tag, guard, guard_of, is_alive, kill, script, table, tagged, the_guard_of, until,
};

/// Whether nobody holds it.
fn is_free(lock: &Path) -> bool {
    let file = File::open(lock).unwrap();
    let free = file.file().try_lock().is_ok();
    // What another test forks meanwhile holds it, too, as long as it is not given back.
    file.file().unlock().unwrap();
    free
}

fn a_lock(folder: &Path) -> std::path::PathBuf {
    let lock = folder.join("a.lock");
    File::create(&lock).unwrap();
    lock
}

#[test]
fn the_lock_of_a_killed_app_is_held_until_its_last_program_has_ended() {
    for _ in 0..testkit::rounds(3, 20) {
        let folder = tempfile::tempdir().unwrap();
        let tag = fresh_tag();
        let mut app = play("locked", folder.path(), &tag);
        app.wait_full();
        let (pid, lock) = (app.process.id(), folder.path().join("held.lock"));
        assert!(!is_free(&lock));
        app.kill();
        assert_ne!(
            tagged(&tag, pid),
            Vec::<u32>::new(),
            "they end only by force, and later"
        );
        until("the lock is free", LONG, || {
            let free = is_free(&lock);
            // Looked at after: they must have been gone when it was free.
            assert!(!free || tagged(&tag, pid).is_empty());
            free
        });
    }
}

#[test]
fn what_is_held_before_the_first_program_is_held_when_that_runs() {
    let (table, folder) = table();
    let lock = a_lock(folder.path());
    table.hold(&lock).unwrap();
    assert!(is_free(&lock), "nothing runs, so nothing guards");
    let child = table.spawn(&script("sleep 987", "tag"), None).unwrap();
    assert!(!is_free(&lock));
    assert!(is_alive(child.pid()));
}

#[test]
fn nothing_is_started_while_the_guard_can_not_have_its_lock() {
    let (table, folder) = table();
    let lock = a_lock(folder.path());
    let tag = fresh_tag();
    table.hold(&lock).unwrap();
    let other = File::open(&lock).unwrap();
    other.file().try_lock().unwrap();
    match table.spawn(&script("sleep 987", &tag), None).err() {
        Some(SpawnError::Guard { source, .. }) => {
            let said = source.to_string();
            assert!(said.contains("a.lock"), "{said}");
            assert!(said.contains("another process has it to itself"), "{said}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(tagged(&tag, 0), Vec::<u32>::new());
    until("the guard that was of no use is gone", LONG, || {
        guard_of(folder.path()).is_none()
    });
    other.file().unlock().unwrap();
    table.spawn(&script("sleep 987", &tag), None).unwrap();
    assert!(!is_free(&lock));
}

#[test]
fn a_lock_is_held_and_let_go_of_while_programs_run() {
    let (table, folder) = table();
    let lock = a_lock(folder.path());
    let child = table.spawn(&script("sleep 987", "tag"), None).unwrap();
    for _ in 0..3 {
        table.hold(&lock).unwrap();
        assert!(!is_free(&lock));
        table.let_go(&lock).unwrap();
        assert!(is_free(&lock));
    }
    // What was never held is let go of already.
    table.let_go(&lock).unwrap();
    let missing = table.hold(&folder.path().join("none")).unwrap_err();
    assert!(missing.to_string().contains("none"), "{missing}");
    assert!(is_alive(child.pid()));
}

#[test]
fn a_guard_that_takes_another_ones_place_takes_its_locks() {
    let (table, folder) = table();
    let lock = a_lock(folder.path());
    table.spawn(&script("sleep 987", "tag"), None).unwrap();
    table.hold(&lock).unwrap();
    let first = the_guard_of(folder.path());
    kill(first);
    until("another guard stands", LONG, || {
        guard_of(folder.path()).is_some_and(|pid| pid != first)
    });
    until("it has the lock", LONG, || !is_free(&lock));
    // Asked of the successor, whoever it is by now.
    table.let_go(&lock).unwrap();
    assert!(is_free(&lock));
    drop(table);
}

#[test]
fn a_guard_that_says_nothing_is_not_waited_for_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let lock = a_lock(folder.path());
    let silent = GuardProgram {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), "exec cat > /dev/null".into()],
    };
    let (table, _swept) = Table::open(folder.path(), silent).unwrap();
    table.hold(&lock).unwrap();
    let error = table
        .spawn(&script("sleep 987", "tag"), None)
        .err()
        .unwrap();
    match error {
        SpawnError::Guard { source, .. } => {
            assert_eq!(source.kind(), std::io::ErrorKind::TimedOut, "{source}");
        }
        other => panic!("{other}"),
    }
    assert!(table.running().is_empty());
}

#[test]
fn a_table_that_is_closed_in_peace_leaves_its_locks_free() {
    let folder = tempfile::tempdir().unwrap();
    let lock = a_lock(folder.path());
    let (table, _swept) = Table::open(folder.path(), guard()).unwrap();
    table.hold(&lock).unwrap();
    table.spawn(&script("sleep 987", "tag"), None).unwrap();
    drop(table);
    until("the lock is free", Duration::from_secs(60), || {
        is_free(&lock)
    });
}
