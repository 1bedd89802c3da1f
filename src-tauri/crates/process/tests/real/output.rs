//! What programs print arrives whole, and an exit waits for it, but not for ever.

use std::time::{Duration, Instant};

use log::{LogKey, RunMeta, Store};
use process::{CancellationToken, CommandLine, Exit};

use crate::support::{actor, fresh_tag, script, table, tagged, until};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_flood_loses_nothing_and_is_there_when_the_exit_is_known() {
    const LINES: u64 = 400_000;
    let (table, folder) = table();
    let store = Store::open(&folder.path().join("logs")).unwrap();
    let key = LogKey("flood".into());
    let writer = store
        .writer(
            key,
            RunMeta {
                title: "flood".into(),
            },
        )
        .unwrap();
    let command = CommandLine::new(actor(), "/").args(["flood".to_owned(), LINES.to_string()]);
    let before = writer.position();
    let begun = Instant::now();
    let child = table.spawn(&command, Some(writer.clone())).unwrap();
    assert_eq!(child.exited().await, Exit::Code(0));
    let took = begun.elapsed();
    assert_eq!(writer.position() - before, LINES + LINES / 4);
    let rate = (LINES + LINES / 4) as f64 / took.as_secs_f64();
    println!("{rate:.0} lines/s");
}

#[tokio::test]
async fn bytes_that_are_no_text_arrive_as_they_are() {
    let (table, _folder) = table();
    let command = script(r"printf 'a\377\000b\r\n\303'; printf '\376err' >&2", "x");
    let done = table
        .run(&command, None, LONG, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(done.stdout, b"a\xff\0b\r\n\xc3");
    assert_eq!(done.stderr, b"\xfeerr");
    assert!(done.exit.success() && !done.cut);
}

#[tokio::test]
async fn a_run_keeps_a_bounded_part_and_never_blocks_the_program() {
    let (table, _folder) = table();
    let command = script("head -c 20000000 /dev/zero; echo end >&2", "x");
    let done = table
        .run(&command, None, LONG, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(done.stdout.len(), 16 * 1024 * 1024);
    assert!(done.cut);
    assert_eq!(done.stderr_text(), "end\n");
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipe_does_not_hold_the_exit() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    // Without our marks and without a parent, this one cannot be known as ours: it may live, but not keep us waiting.
    let hidden = format!("(env -i setsid sh -c 'sleep 3; :' sh {tag} &); echo said; exit 4");
    let begun = Instant::now();
    let done = table
        .run(&script(&hidden, "x"), None, LONG, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(done.exit, Exit::Code(4));
    assert_eq!(done.stdout_text(), "said\n");
    assert!(
        begun.elapsed() < Duration::from_millis(2500),
        "{:?}",
        begun.elapsed()
    );
    until("the hidden one ended by itself", LONG, || {
        tagged(&tag, 0).is_empty()
    });
}
