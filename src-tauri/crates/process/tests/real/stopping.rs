//! Ending trees: groups, strays, those that ignore a polite signal; and how an ending is told.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use process::{CancellationToken, CommandLine, Exit, RunError, SpawnError, StopPlan, Table};

use crate::support::{fresh_tag, is_alive, script, signal, table, tagged, until};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn stopping_ends_children_grandchildren_and_strays() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let tree = "sh -c 'sleep 987; :' & (setsid sh -c 'sleep 987; :' &) ; env -i setsid sh -c 'while :; do sleep 987; done' sh $TAG & wait";
    let child = table.spawn(&script(tree, &tag), None).unwrap();
    until("the tree stands", LONG, || tagged(&tag, 0).len() >= 6);
    let exit = child
        .stop(StopPlan::terminate(Duration::from_secs(5)))
        .await;
    assert_eq!(exit, Exit::Signal(15));
    until_gone(&tag);
    assert!(child.was_stopped());
}

#[tokio::test]
async fn a_stray_outlives_nobody_when_its_tree_ends_by_itself() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let child = table
        .spawn(&script("(setsid sleep 987 &); exit 3", &tag), None)
        .unwrap();
    assert_eq!(child.exited().await, Exit::Code(3));
    assert_eq!(child.reason().as_deref(), Some("ended with code 3"));
    until("the stray is ended", LONG, || tagged(&tag, 0).is_empty());
}

#[tokio::test]
async fn one_that_ignores_sigterm_is_killed_after_the_grace() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let child = table.spawn(&script("trap '' TERM; sh -c \"trap '' TERM; sleep 987; sleep 988\" & echo up; while :; do sleep 987; done", &tag), None).unwrap();
    until("the tree stands", LONG, || tagged(&tag, 0).len() >= 3);
    let begun = Instant::now();
    let exit = child
        .stop(StopPlan::terminate(Duration::from_millis(300)))
        .await;
    assert_eq!(exit, Exit::Signal(9));
    assert!(begun.elapsed() >= Duration::from_millis(300));
    until_gone(&tag);
    assert_eq!(
        child.reason().as_deref(),
        Some("ended by signal 9 (killed)"),
        "our own kill is no riddle"
    );
}

#[tokio::test]
async fn a_polite_request_that_works_needs_no_signal() {
    let (table, folder) = table();
    let wish = folder.path().join("wish");
    let wait = format!(
        "while [ ! -e '{}' ]; do sleep 0.02; done; exit 7",
        wish.display()
    );
    let child = table.spawn(&script(&wait, "x"), None).unwrap();
    let ask = Box::pin(async move { fs_err::write(wish, "").unwrap() });
    let exit = child.stop(StopPlan::ask(ask, LONG, LONG)).await;
    assert_eq!(exit, Exit::Code(7));
}

#[tokio::test]
async fn a_kill_from_outside_hints_at_memory() {
    let (table, _folder) = table();
    let child = table.spawn(&script("kill -9 $$", "x"), None).unwrap();
    assert_eq!(child.exited().await, Exit::Signal(9));
    let reason = child.reason().unwrap();
    assert!(
        reason.starts_with("ended by signal 9 (killed). ") && reason.contains("memory"),
        "{reason}"
    );
}

#[tokio::test]
async fn many_may_wait_and_an_immediate_exit_is_not_missed() {
    let (table, _folder) = table();
    for code in 0..20 {
        let child = table
            .spawn(&script(&format!("exit {code}"), "x"), None)
            .unwrap();
        let other = child.clone();
        let waiting = tokio::spawn(async move { other.exited().await });
        assert_eq!(child.exited().await, Exit::Code(code));
        assert_eq!(waiting.await.unwrap(), Exit::Code(code));
    }
    until("the table is empty", LONG, || table.running().is_empty());
}

#[tokio::test]
async fn a_program_has_default_signals_no_terminal_and_no_input() {
    let (table, _folder) = table();
    let status = "grep -E '^Sig(Ign|Blk)' /proc/self/status; cat; (exec 2>/dev/null; : < /dev/tty) 2>/dev/null || echo no-terminal";
    let done = table
        .run(&script(status, "x"), None, LONG, &CancellationToken::new())
        .await
        .unwrap();
    let text = done.stdout_text();
    let mask = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        u64::from_str_radix(line.split_whitespace().last().unwrap(), 16).unwrap()
    };
    let important = [1_u64, 2, 13, 15]
        .iter()
        .fold(0, |bits, signal| bits | 1 << (signal - 1));
    assert_eq!(mask("SigIgn") & important, 0);
    assert_eq!(mask("SigBlk"), 0);
    assert!(text.contains("no-terminal"));
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let (table, folder) = table();
    let spawn = |command: &CommandLine| table.spawn(command, None).unwrap_err();
    assert!(matches!(
        spawn(&CommandLine::new("/no/such/program", "/")),
        SpawnError::NotFound { .. }
    ));
    assert!(matches!(
        spawn(&CommandLine::new("/bin/sh", "/no/such/folder")),
        SpawnError::Folder { .. }
    ));
    let plain = folder.path().join("plain");
    fs_err::write(&plain, "").unwrap();
    assert!(matches!(
        spawn(&CommandLine::new(plain, "/")),
        SpawnError::Forbidden { .. }
    ));
}

#[test]
fn a_program_that_is_still_being_written_is_started_a_moment_later() {
    let (table, folder) = table();
    let program = folder.path().join("program");
    fs_err::write(&program, "#!/bin/sh\nexit 0\n").unwrap();
    fs_err::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let command = CommandLine::new(&program, "/");
    // The writer may stand still for longer than we try: one round in which it does not is enough.
    let started = (0..8).any(|_| {
        let written = fs_err::File::options().append(true).open(&program).unwrap();
        let begun = Instant::now();
        let writer = std::thread::spawn(move || {
            until("it is written", LONG, || {
                begun.elapsed() >= Duration::from_millis(200)
            });
            drop(written);
        });
        let result = table.spawn(&command, None);
        writer.join().unwrap();
        result.is_ok()
    });
    assert!(started);
}

#[tokio::test]
async fn a_run_that_takes_too_long_or_is_cancelled_leaves_nobody() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let tree = script("echo trouble >&2; (setsid sleep 987 &); sleep 987", &tag);
    assert_eq!(trouble(&table, &tree).await, "trouble\n");
    until_gone(&tag);

    let cancel = CancellationToken::new();
    let cancelled = async {
        while tagged(&tag, 0).is_empty() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(table.run(&tree, None, LONG, &cancel), cancelled);
    assert!(matches!(result, Err(RunError::Cancelled { .. })));
    until_gone(&tag);
}

/// What a program that takes too long had printed as errors. On a busy machine it may print nothing within a short limit:
/// the next try gets a longer one.
async fn trouble(table: &Table, command: &CommandLine) -> String {
    for limit in [400, 3_000, 15_000].map(Duration::from_millis) {
        let result = table
            .run(command, None, limit, &CancellationToken::new())
            .await;
        match result.unwrap_err() {
            RunError::TooLong { stderr, .. } if stderr.is_empty() => {}
            RunError::TooLong { stderr, .. } => return stderr,
            other => panic!("{other}"),
        }
    }
    String::new()
}

/// Waits until nothing that carries the tag lives: who was killed ends when the system lets it.
fn until_gone(tag: &str) {
    until("all of the tree are gone", LONG, || {
        tagged(tag, 0).is_empty()
    });
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_any_more_is_ended() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let never = CancellationToken::new();
    let command = script("sleep 987 & wait", &tag);
    {
        let run = table.run(&command, None, LONG, &never);
        tokio::select! {
            _ = run => panic!("it cannot end by itself"),
            () = async { while tagged(&tag, 0).len() < 2 { tokio::task::yield_now().await; } } => {}
        }
    }
    until("it is gone", LONG, || tagged(&tag, 0).is_empty());
}

#[tokio::test]
async fn a_closed_table_has_ended_everything_and_starts_nothing_more() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let child = table
        .spawn(&script("(setsid sleep 987 &); sleep 988", &tag), None)
        .unwrap();
    until("the tree stands", LONG, || tagged(&tag, 0).len() >= 2);
    let never = CancellationToken::new();
    let question = script("sleep 989", &tag);
    let asked = table.run(&question, None, LONG, &never);
    let close = async {
        assert_eq!(table.running().len(), 2, "the question is asked");
        table.close().await;
    };
    // The question is begun first, as it comes first.
    let (answer, ()) = tokio::join!(biased; asked, close);
    assert!(
        matches!(answer, Err(RunError::Cancelled { .. })),
        "{answer:?}"
    );
    assert!(child.was_stopped());
    until_gone(&tag);
    let late = table.run(&question, None, LONG, &never).await;
    assert!(matches!(late, Err(RunError::Cancelled { .. })), "{late:?}");
    let refused = table.spawn(&script("sleep 990", &tag), None).err().unwrap();
    assert!(matches!(refused, SpawnError::Closing { .. }), "{refused}");
    assert!(tagged(&tag, 0).is_empty(), "nothing is started any more");
}

#[test]
fn a_dropped_table_takes_everything_along() {
    let (table, folder) = table();
    let tag = fresh_tag();
    let child = table
        .spawn(
            &script(
                "trap '' TERM; (setsid sleep 987 &); sleep 987; sleep 988",
                &tag,
            ),
            None,
        )
        .unwrap();
    until("the tree stands", LONG, || tagged(&tag, 0).len() >= 3);
    let guard = crate::support::the_guard_of(folder.path());
    // The guard would end them, too: it must not help.
    signal(guard, Signal::SIGSTOP);
    drop(table);
    until_gone(&tag);
    until("its root is gone", LONG, || !is_alive(child.pid()));
    signal(guard, Signal::SIGCONT);
    until("the guard went home", LONG, || !is_alive(guard));
    let left = fs_err::read_dir(folder.path().join("running"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "the run-file is taken away");
}
