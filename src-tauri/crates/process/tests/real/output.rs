//! What programs print arrives whole, and an exit waits for it, but not for ever.

use std::sync::Arc;
use std::time::{Duration, Instant};

use logstore::{LogKey, RunMeta, Store};
use process::{CancellationToken, CommandLine, Exit};

use crate::support::{actor, fresh_tag, kill, script, table, tagged};

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
async fn an_exit_waits_for_a_listener_that_is_late() {
    let (table, _folder) = table();
    let late: process::OutputSink = Arc::new(|_| std::thread::sleep(Duration::from_secs(3)));
    let (command, never) = (script("echo said", "x"), CancellationToken::new());
    let done = table
        .run_heard(&command, None, LONG, &never, Some(late))
        .await
        .unwrap();
    assert_eq!(done.stdout_text(), "said\n");
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipe_does_not_hold_the_exit() {
    let (table, folder) = table();
    let (tag, up) = (fresh_tag(), folder.path().join("up"));
    // Without our marks and without a parent, this one cannot be known as ours: it may live, but not keep us waiting.
    let hidden = format!(
        "(env -i TAG={tag} setsid sh -c 'echo > \"{up}\"; sleep 600; :' &); while [ ! -e '{up}' ]; do sleep 0.02; done; echo said; exit 4",
        up = up.display()
    );
    let begun = Instant::now();
    let done = table
        .run(&script(&hidden, "x"), None, LONG, &CancellationToken::new())
        .await
        .unwrap();
    let took = begun.elapsed();
    let held = tagged(&tag, 0);
    held.iter().copied().for_each(kill);
    assert_eq!(done.exit, Exit::Code(4));
    assert_eq!(done.stdout_text(), "said\n");
    assert!(!held.is_empty(), "it was there all the time");
    assert!(took < Duration::from_secs(30), "{took:?}");
}
