//! An app that dies without a word: the guard, and the sweep when the guard died too.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use process::Table;

use crate::support::{
    actor, fresh_tag, guard, guard_of, is_alive, kill, script, signal, tagged, the_guard_of, until,
};

pub(crate) const LONG: Duration = Duration::from_secs(60);
/// What the crate promises, with the polite time in it. The best of all rounds is held to it: a busy machine may let any
/// guard wait.
const PROMISE: Duration = Duration::from_secs(3);

pub(crate) struct App {
    pub(crate) process: Child,
    told: BufReader<ChildStdout>,
    /// How many processes its start swept.
    swept: usize,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the app under test must not be a child of a table"
)]
pub(crate) fn play(part: &str, state: &Path, tag: &str) -> App {
    let mut command = Command::new(actor());
    command
        .arg(part)
        .arg(state)
        .arg(tag)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut told = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    let swept = line.trim().strip_prefix("open ").unwrap().parse().unwrap();
    App {
        process,
        told,
        swept,
    }
}

fn app(state: &Path, tag: &str) -> App {
    play("app", state, tag)
}

impl App {
    pub(crate) fn wait_full(&mut self) {
        let mut line = String::new();
        self.told.read_line(&mut line).unwrap();
        assert_eq!(line, "full\n");
    }

    pub(crate) fn kill(&mut self) {
        kill(self.process.id());
        self.process.wait().unwrap();
    }
}

#[test]
fn nothing_outlives_an_app_killed_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut took: Vec<Duration> = Vec::new();
    let mut chance = testkit::Chance::new();
    for round in 0..testkit::rounds(5, 20) {
        let tag = fresh_tag();
        let mut app = app(folder.path(), &tag);
        let pid = app.process.id();
        assert_eq!(app.swept, 0, "round {round}: the guard had left nothing");
        let named = run_files(folder.path());
        // An app that died before it ran anything had no guard; the next start takes away the list that it left.
        assert!(
            named.iter().all(|name| name == &named[0]),
            "round {round}: {named:?}"
        );
        // Moments spread from "just opened" to "in the middle of starting and stopping".
        let moment = Duration::from_millis(chance.below(400));
        let begun = Instant::now();
        until("the moment", LONG, || begun.elapsed() >= moment);
        let started = tagged(&tag, pid);
        app.kill();
        let died = Instant::now();
        until("all its programs are gone", LONG, || {
            tagged(&tag, pid).is_empty()
        });
        until("the guard is gone", LONG, || {
            guard_of(folder.path()).is_none()
        });
        if !started.is_empty() {
            took.push(died.elapsed());
        }
        assert_eq!(
            tagged(&tag, pid),
            Vec::<u32>::new(),
            "round {round}: nobody came after the guard left"
        );
        // A guard that has no command line yet cannot be seen: it may still be there.
        until("the guard took the list away", LONG, || {
            started.is_empty() || run_files(folder.path()).is_empty()
        });
        until_unlocked(folder.path());
    }
    println!("{took:?}");
    assert!(took.iter().min().is_none_or(|best| *best < PROMISE));
}

/// Waits until nobody holds the lock of a list: a program that an app forked just before its death does until it executes.
fn until_unlocked(state: &Path) {
    let is_free = |path: std::path::PathBuf| {
        let Ok(file) = fs_err::File::open(path) else {
            return true;
        };
        let free = file.file().try_lock().is_ok();
        // What another test forks meanwhile holds it, too, as long as it is not given back.
        file.file().unlock().unwrap();
        free
    };
    until("nobody holds a lock", LONG, || {
        let entries = fs_err::read_dir(state.join("running")).unwrap();
        let paths = entries.flatten().map(|entry| entry.path());
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "lock"))
            .all(is_free)
    });
}

/// The marks of the lists of what runs, one for each file.
fn run_files(state: &std::path::Path) -> Vec<String> {
    fs_err::read_dir(state.join("running"))
        .unwrap()
        .flatten()
        .map(|entry| {
            entry
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

#[test]
fn the_next_start_sweeps_what_a_dead_guard_left_and_spares_a_living_app() {
    let folder = tempfile::tempdir().unwrap();
    let (dead_tag, living_tag) = (fresh_tag(), fresh_tag());
    let mut living = app(folder.path(), &living_tag);
    living.wait_full();
    // A folder of its own finds the right guard; the run-file then moves to where the next start looks.
    let other = tempfile::tempdir().unwrap();
    let mut dead = app(other.path(), &dead_tag);
    dead.wait_full();
    let pid = dead.process.id();
    freeze(pid);
    kill(the_guard_of(other.path()));
    dead.kill();
    assert!(
        tagged(&dead_tag, pid).len() > 10,
        "without a guard they live on"
    );
    for entry in fs_err::read_dir(other.path().join("running"))
        .unwrap()
        .flatten()
    {
        fs_err::copy(
            entry.path(),
            folder.path().join("running").join(entry.file_name()),
        )
        .unwrap();
    }
    let (table, swept) = Table::open(folder.path(), guard()).unwrap();
    assert!(
        swept.ended.len() > 10 && swept.damaged.is_empty(),
        "{swept:?}"
    );
    until("all of the dead app are gone", LONG, || {
        tagged(&dead_tag, pid).is_empty()
    });
    until("the living app goes on", LONG, || {
        tagged(&living_tag, living.process.id()).len() > 10
    });
    the_guard_of(folder.path());
    drop(table);
    let living_pid = living.process.id();
    living.kill();
    until("the living app's guard did its work", LONG, || {
        tagged(&living_tag, living_pid).is_empty()
    });
}

#[test]
fn a_guard_that_does_its_work_is_waited_for_and_one_that_hangs_is_named() {
    for hangs in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let tag = fresh_tag();
        let mut app = app(folder.path(), &tag);
        app.wait_full();
        let pid = app.process.id();
        let guard = the_guard_of(folder.path());
        if hangs {
            freeze(guard);
        }
        app.kill();
        let (_table, swept) = Table::open(folder.path(), self::guard()).unwrap();
        assert!(tagged(&tag, pid).is_empty(), "nothing outlives the sweep");
        assert_eq!(swept.ended.len() > 10, hangs, "{swept:?}");
        assert_eq!(swept.hanging, if hangs { vec![guard] } else { Vec::new() });
        if hangs {
            kill(guard);
        }
    }
}

#[test]
fn a_damaged_run_file_is_set_aside_and_its_programs_are_still_found() {
    let folder = tempfile::tempdir().unwrap();
    let tag = fresh_tag();
    let mut app = app(folder.path(), &tag);
    app.wait_full();
    let pid = app.process.id();
    freeze(pid);
    kill(the_guard_of(folder.path()));
    app.kill();
    until_unlocked(folder.path());
    let running = folder.path().join("running");
    let file = fs_err::read_dir(&running)
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .find(|p| p.extension().unwrap() == "json");
    fs_err::write(file.unwrap(), "{\"version\": 1, \"mark\": ").unwrap();
    fs_err::write(running.join("not-a-mark.json"), "\0\0").unwrap();
    let (table, swept) = Table::open(folder.path(), guard()).unwrap();
    assert_eq!(swept.damaged.len(), 2);
    assert!(swept.damaged.iter().all(|path| path.exists()));
    // What cleared its environment needs the list that was damaged; everything else is known by its mark.
    let unmarked = |pid: &u32| {
        !fs_err::read(format!("/proc/{pid}/environ"))
            .unwrap_or_default()
            .starts_with(b"PWD=")
    };
    until("all that carry the mark are gone", LONG, || {
        !tagged(&tag, pid).iter().any(unmarked)
    });
    drop(table);
    let (_table, again) = Table::open(folder.path(), guard()).unwrap();
    assert!(
        again.damaged.is_empty(),
        "what was set aside is not read again"
    );
    for left in tagged(&tag, pid) {
        kill(left);
    }
}

#[test]
fn a_guard_that_dies_is_started_again_and_knows_what_runs() {
    let (table, folder) = crate::support::table();
    let tag = fresh_tag();
    let child = table
        .spawn(&script("env -i sleep 987", &tag), None)
        .unwrap();
    let first = the_guard_of(folder.path());
    kill(first);
    until("another guard stands", LONG, || {
        guard_of(folder.path()).is_some_and(|pid| pid != first)
    });
    assert!(is_alive(child.pid()));
    drop(table);
    until("the program is gone", LONG, || !is_alive(child.pid()));
}

#[test]
fn what_an_app_adopted_dies_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let tag = fresh_tag();
    let mut app = play("warm", folder.path(), &tag);
    app.wait_full();
    let pid = app.process.id();
    // The program that forked it is gone by now.
    until("the adopted one stands alone", LONG, || {
        tagged(&tag, pid).len() == 2
    });
    app.kill();
    until("the guard ended it", LONG, || tagged(&tag, pid).is_empty());
    until("the guard took the list away", LONG, || {
        run_files(folder.path()).is_empty()
    });
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it must not be a child of a table"
)]
fn a_foreign_program_that_has_no_variables_is_told_with_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let mut sleep = Command::new("sleep");
    sleep.arg("987").env_clear().current_dir(&folder);
    let mut child = sleep.spawn().unwrap();
    let mut told = Vec::new();
    until("it is told", LONG, || {
        told = process::running_in(&folder);
        !told.is_empty()
    });
    kill(child.id());
    child.wait().unwrap();
    assert_eq!(told[0].pid, child.id());
    assert_eq!(told[0].command, "sleep 987");
    assert_eq!(told[0].folder, folder);
}

#[test]
fn without_a_guard_nothing_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let missing = process::GuardProgram {
        program: "/no/such/guard".into(),
        arguments: Vec::new(),
    };
    let (table, _swept) = Table::open(folder.path(), missing).unwrap();
    let command = process::CommandLine::new("/bin/true", folder.path());
    let error = table.spawn(&command, None).err().unwrap();
    assert!(error.to_string().contains("/no/such/guard"));
}

/// Stops the app from starting its guard again.
fn freeze(pid: u32) {
    signal(pid, nix::sys::signal::Signal::SIGSTOP);
}
