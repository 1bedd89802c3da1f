//! Several programs at once: real ones, this test program started again.

use std::process::{Child, Stdio};

use super::converted::{assert_taken_over, of_0_1};
use super::*;
use crate::state::journal::Journal;

/// Names the state folder to a test program that was started again to write in it.
const FOLDER: &str = "DAGDECK_TEST_STATE_FOLDER";
/// How many times it writes.
const WRITES: &str = "DAGDECK_TEST_STATE_WRITES";
/// Whether the journal is the one for disks of other machines.
const ROLLBACK: &str = "DAGDECK_TEST_STATE_ROLLBACK";
/// Which of several it is.
const NUMBER: &str = "DAGDECK_TEST_STATE_NUMBER";

const PROCESSES: u32 = 8;
/// As many of each as the record shows of all together.
const OPERATIONS: u32 = 25;

/// This test program again, doing one of the two things below.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own program, which ends with the test that waits for it"
)]
fn again(test: &str, folder: &Folder, number: u32, more: &[(&str, &str)]) -> Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .envs(more.iter().copied())
        .args([
            "--exact",
            "--nocapture",
            &format!("state::tests::several::{test}"),
        ])
        .env(FOLDER, folder.path())
        .env(NUMBER, number.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The folder and the number, where this program was started again.
fn asked() -> Option<(PathBuf, u32)> {
    let folder = std::env::var_os(FOLDER)?;
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    Some((folder.into(), number))
}

fn all_succeed(processes: Vec<Child>) {
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
}

fn root() -> &'static Path {
    Path::new("/work/acme")
}

fn own_setting(settings: &mut Settings, number: u32, value: u32) {
    let even = value.is_multiple_of(2);
    match number {
        0 => settings.port = u16::try_from(value).unwrap(),
        1 => settings.editor = value.to_string(),
        2 => settings.uv = value.to_string(),
        3 => settings.wrap_logs = even,
        4 => settings.auto_reload = !even,
        5 => settings.dagster_telemetry = even,
        6 => settings.letter_keys = !even,
        _ => {
            settings.theme = if even {
                api::Theme::Dark
            } else {
                api::Theme::Light
            }
        }
    }
}

/// What one of the eight does.
#[test]
fn writes_as_one_of_several() {
    let Some((folder, number)) = asked() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let writes: u32 = std::env::var(WRITES).unwrap().parse().unwrap();
    let journal = std::env::var_os(ROLLBACK).map(|_| Journal::Rollback);
    let Opened { state, notices, .. } = State::open_with(&folder, None, journal);
    assert_eq!(notices, [""; 0]);
    let told = faults_told(&state);
    runtime.block_on(async {
        for write in 1..=writes {
            let id = format!("{number}-{write}");
            state.change_location(root(), &id, |location| {
                location.usual = Some(f64::from(write));
            });
            state.change_settings(|settings| own_setting(settings, number, write));
            if write % 10 == 0 {
                // All write the file of one location.
                state.remember_definitions(
                    root(),
                    "shared",
                    Arc::new(known(number * 50 + write / 10 % 50)),
                );
            }
            if write <= OPERATIONS {
                let at = f64::from(write);
                state.keep_operation(operation(write, &id, OperationState::Succeeded, at));
            }
            let own = PathBuf::from(format!("/work/{number}"));
            if write % 20 == 0 {
                state.set_trust(&own, write / 20 % 2 == 1).await.unwrap();
            }
            // Each is a transaction of its own.
            state.flush().await;
        }
    });
    assert_eq!(*told.lock(), [""; 0]);
}

#[test]
fn eight_programs_write_a_thousand_times_each_and_nothing_is_lost_or_torn() {
    eight_write(1000, None);
}

#[test]
fn nor_is_it_with_the_journal_for_disks_of_other_machines() {
    // Each change waits for the disk there.
    eight_write(100, Some(Journal::Rollback));
}

fn eight_write(writes: u32, journal: Option<Journal>) {
    let folder = Folder::new();
    let state = State::open_with(folder.path(), None, journal).state;
    let count = writes.to_string();
    let mut more = vec![(WRITES, count.as_str())];
    more.extend(journal.map(|_| (ROLLBACK, "1")));
    let processes: Vec<Child> = (0..PROCESSES)
        .map(|number| again("writes_as_one_of_several", &folder, number, &more))
        .collect();
    let mut processes = processes;
    let mut read = 0_u32;
    while processes
        .iter_mut()
        .any(|one| one.try_wait().unwrap().is_none())
    {
        // Nobody who reads meanwhile sees a part of one and a part of another.
        let fresh = Definitions::default();
        if let Some(seen) = fresh.get(&state.workspace_folder(root()), "shared") {
            assert_eq!(*seen, known(seen.counts.assets));
            read += 1;
        }
        state.catch_up();
        std::thread::yield_now();
    }
    all_succeed(processes);
    assert!(read > 0, "something was read while they wrote");
    drop(state);

    let opened = State::open_with(folder.path(), None, journal);
    assert_eq!(opened.notices, [""; 0]);
    let state = opened.state;
    let mut expected = Settings::default();
    for number in 0..PROCESSES {
        for write in 1..=writes {
            let usual = state.location(root(), &format!("{number}-{write}"), |one| one.usual);
            assert_eq!(usual, Some(f64::from(write)), "{number}-{write}");
        }
        own_setting(&mut expected, number, writes);
        let trusted = state.is_trusted(Path::new(&format!("/work/{number}")));
        assert_eq!(trusted, writes / 20 % 2 == 1, "the last word holds");
    }
    assert_eq!(*state.settings(), expected);
    let mut titles: Vec<String> = opened.operations.into_iter().map(|one| one.title).collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), (PROCESSES * OPERATIONS) as usize);
    // https://www.sqlite.org/fileformat.html: 1 in a file with a rollback journal, 2 in one with a write-ahead log.
    let kind = fs_err::read(folder.file("state.db")).unwrap()[18];
    let journal = journal.unwrap_or_else(|| crate::state::journal::journal_in(folder.path()));
    assert_eq!(kind == 1, journal == Journal::Rollback);
    let last = state.definitions(root(), "shared").unwrap();
    assert_eq!(*last, known(last.counts.assets));
    let folder = state.workspace_folder(root()).join("definitions");
    assert_eq!(names(&folder).len(), 1, "no draft is left");
}

/// What one of several starts does.
#[test]
fn starts_as_one_of_several() {
    let Some((folder, _)) = asked() else {
        return;
    };
    let opened = State::open(&folder, None);
    assert_eq!(opened.notices, [""; 0]);
    assert_eq!(opened.state.settings().port, 4100);
    assert!(opened.state.is_trusted(root()));
}

#[test]
fn what_0_1_remembered_is_taken_over_once_by_programs_that_start_at_once() {
    for _ in 0..5 {
        let folder = of_0_1();
        let starts = (0..6).map(|number| again("starts_as_one_of_several", &folder, number, &[]));
        all_succeed(starts.collect());
        assert_taken_over(&folder);
        let names = folder.names();
        let old = names.iter().filter(|name| name.ends_with(".json"));
        assert_eq!(old.count(), 3, "each was put away once: {names:?}");
    }
}
