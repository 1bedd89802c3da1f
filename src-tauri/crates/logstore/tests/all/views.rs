//! Rows, folds, filters, copies and runs.

use logstore::{Filter, Level, LogKey, RowKind, Stream, ViewOf};

use crate::{bench, drawn, open, print, text, texts};

const TRACEBACK: &str = "\
2026-11-20 20:27:02 +0000 - dagster.code_server - ERROR - Error while importing code
Traceback (most recent call last):
  File \"/p/.venv/lib/python3.12/site-packages/dagster/a.py\", line 86, in load
    return run(x)
           ^^^^^^
  File \"<frozen importlib._bootstrap>\", line 488, in call
  File \"/p/src/mine.py\", line 3, in <module>
    1 / 0
ZeroDivisionError: division by zero
2026-11-20 20:27:03 +0000 - dagster.code_server - INFO - Up
";

#[test]
fn library_frames_fold_and_open() {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, TRACEBACK);
    let mut view = bench.view("a");
    let rows = view.window(0, 100).rows;
    let folded: Vec<String> = rows.iter().map(drawn).collect();
    assert_eq!(
        folded,
        [
            "info    runstart |run",
            "error    <dagster.code_server> |Error while importing code",
            "error   … |Traceback (most recent call last):",
            "error   fold 2 |2 library frames",
            "error   own /p/src/mine.py:3 |  File \"/p/src/mine.py\", line 3, in <module>",
            "error   … |    1 / 0",
            "error   exception |ZeroDivisionError: division by zero",
            "info     <dagster.code_server> |Up",
        ]
    );
    view.set_fold(3, true);
    let rows = view.window(0, 100).rows;
    assert_eq!(rows.len(), 12);
    assert_eq!(
        rows[3].kind,
        RowKind::Fold {
            frames: 2,
            open: true
        }
    );
    assert!(rows[4..8].iter().all(|row| row.kind == RowKind::Frame));
    assert_eq!(text(&rows[6]).trim(), "^^^^^^");
    assert_eq!(text(&view.window(8, 1).rows[0]), text(&rows[8]));
    // Closed from a row inside it; other rows leave it alone.
    view.set_fold(0, false);
    assert_eq!(view.status().rows, 12);
    view.set_fold(5, false);
    assert_eq!(view.status().rows, 8);
    assert_eq!(view.status().counts.error, 1);
}

#[test]
fn an_unfolded_view_has_every_frame_from_the_beginning_and_can_fold_one() {
    let bench = bench();
    let writer = bench.writer("a");
    let mut folded = bench.view("a");
    let mut unfolded = bench.view("a").unfolded();
    print(&writer, TRACEBACK);
    folded.set_fold(3, true);
    let opened = folded.window(0, u32::MAX).rows;
    assert_eq!(unfolded.window(0, u32::MAX).rows, opened);
    print(&writer, TRACEBACK);
    let before = unfolded.status().rows;
    assert_eq!(before - 1, 2 * (opened.len() as u32 - 1));
    unfolded.set_fold(3, false);
    assert!(unfolded.status().rows < before);
}

#[test]
fn a_fold_grows_while_it_is_looked_at() {
    let bench = bench();
    let writer = bench.writer("a");
    let mut view = bench.view("a");
    for line in TRACEBACK.split_inclusive('\n') {
        print(&writer, line);
        view.status();
    }
    let whole = bench.view("a").window(0, 100).rows;
    assert_eq!(view.window(0, 100).rows, whole);
}

#[test]
fn copying_gives_the_raw_text_and_what_is_folded() {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, &TRACEBACK.replace("ERROR", "\x1b[31mERROR\x1b[0m"));
    let mut view = bench.view("a");
    assert_eq!(view.copy(1, 100), TRACEBACK);
    let fold: String = TRACEBACK.split_inclusive('\n').skip(2).take(4).collect();
    assert_eq!(view.copy(3, 1), fold);
    view.set_fold(3, true);
    assert_eq!(view.copy(3, 5), fold);
    assert_eq!(view.copy(5, 1), "    return run(x)\n");
}

#[test]
fn levels_filter_whole_entries() {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, TRACEBACK);
    let mut view = bench.view("a");
    view.set_filter(Filter {
        levels: vec![Level::Error],
        sources: vec![],
    });
    let rows = view.window(0, 100).rows;
    assert_eq!(rows.len(), 6);
    assert!(rows.iter().all(|row| row.level == Level::Error));
    assert_eq!(view.marks().errors, [0]);
    assert_eq!(
        view.status().counts.info,
        2,
        "counts are taken before the filter"
    );
    view.set_filter(Filter::default());
    assert_eq!(view.status().rows, 8);
    assert_eq!(view.marks().errors, [1]);
}

#[test]
fn clearing_hides_and_keeps() {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, "one\n");
    let mut view = bench.view("a");
    view.clear();
    assert_eq!(view.status().rows, 0);
    print(&writer, "two\n");
    assert_eq!(texts(&mut view), ["two"]);
    view.set_filter(Filter::default());
    assert_eq!(texts(&mut view), ["two"]);
    assert_eq!(texts(&mut bench.view("a")), ["run", "one", "two"]);
}

#[test]
fn lines_without_an_end_wait_for_it() {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, "half");
    writer.bytes(Stream::Err, b"other\n");
    let mut view = bench.view("a");
    assert_eq!(texts(&mut view), ["run", "other"]);
    assert_eq!(writer.last_lines(5), ["other", "half"]);
    print(&writer, " whole\r\n10%\r\x1b[2K20%\r30%\nlast");
    assert_eq!(texts(&mut view), ["run", "other", "half whole", "30%"]);
    drop(writer);
    assert_eq!(
        texts(&mut view),
        ["run", "other", "half whole", "30%", "last"]
    );
    let raw = std::fs::read(bench.file("a", "log")).unwrap();
    assert_eq!(raw, b"other\nhalf whole\r\n10%\r\x1b[2K20%\r30%\nlast");
}

#[test]
fn very_long_lines_are_split_shown_cut_and_copied_whole() {
    let bench = bench();
    let writer = bench.writer("a");
    let long = "äb€".repeat(40_000);
    print(&writer, &format!("{long}\nnext\n"));
    let mut view = bench.view("a");
    let rows = view.window(0, 100).rows;
    assert_eq!(rows.len(), 6);
    assert!(
        rows[1..5]
            .iter()
            .all(|row| row.cut || text(row).chars().count() <= 4_000)
    );
    assert_eq!(text(&rows[1]).chars().count(), 4_000);
    assert!(
        rows.iter().all(|row| !text(row).contains('\u{fffd}')),
        "no character is cut in two"
    );
    assert_eq!(rows[2].kind, RowKind::Continuation);
    assert_eq!(view.copy(1, 4), format!("{long}\n"));
}

#[test]
fn notes_and_runs_are_rows_but_not_in_the_file() {
    let mut bench = bench();
    let writer = bench.writer("a");
    writer.note("You stopped it.\nTwice.");
    let position = writer.position();
    print(&writer, "x\n");
    drop(writer);
    bench.reopen();
    bench.at(5_000);
    let writer = bench.writer("a");
    let mut view = bench.view("a");
    assert_eq!(
        texts(&mut view),
        ["run", "You stopped it.", "Twice.", "x", "run"]
    );
    assert_eq!(view.row_of(&LogKey::new("a"), position), Some(3));
    let runs: Vec<_> = bench
        .store
        .runs(&LogKey::new("a"))
        .into_iter()
        .map(|run| (run.position, run.time))
        .collect();
    assert_eq!(runs, [(0, 1_000), (4, 5_000)]);
    assert_eq!(std::fs::read(bench.file("a", "log")).unwrap(), b"x\n");
    assert!(writer.last_lines(9).is_empty(), "of this run only");
}

#[test]
fn a_large_log_goes_on_in_a_fresh_file_and_keeps_one() {
    let mut bench = bench();
    bench.store = open(bench.folder.path(), &bench.clock, 10);
    let mut early = None;
    for run in 0..4 {
        let writer = bench.writer("a");
        print(&writer, &format!("a line of run {run}\n"));
        early.get_or_insert_with(|| bench.view("a")).status();
    }
    assert_eq!(
        texts(&mut bench.view("a")),
        ["run", "a line of run 2", "run", "a line of run 3"]
    );
    let mut early = early.unwrap();
    assert_eq!(early.status().rows, 8, "a view that is open keeps its rows");
    assert_eq!(texts(&mut early)[1], "a line of run 0");
    let writer = bench.writer("a");
    assert_eq!(writer.position(), 9);
    drop((writer, early));
    bench.store = open(bench.folder.path(), &bench.clock, 10);
    assert_eq!(
        bench
            .store
            .runs(&LogKey::new("a"))
            .iter()
            .map(|run| run.position)
            .collect::<Vec<_>>(),
        [6, 8]
    );
}

#[test]
fn a_log_in_use_by_another_program_is_read_and_left_alone() {
    let bench = bench();
    let theirs = bench.writer("a");
    print(&theirs, "theirs\n");
    let other = open(bench.folder.path(), &bench.clock, u64::MAX);
    let ours = other
        .writer(LogKey::new("a"), logstore::RunMeta::titled("ours"))
        .unwrap();
    print(&ours, "ours\n");
    print(&theirs, "theirs again\n");
    let mut view = other.open_view(ViewOf::One(LogKey::new("a")), Filter::default());
    assert_eq!(texts(&mut view), ["run", "theirs", "ours", "ours"]);
    assert_eq!(
        texts(&mut bench.view("a")),
        ["run", "theirs", "theirs again"]
    );
}

#[test]
fn changes_ring_once_until_seen() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    let bench = bench();
    let rings = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&rings);
    let bell = bench.store.subscribe(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let writer = bench.writer("a");
    for _ in 0..100 {
        print(&writer, "x\n");
    }
    assert_eq!(rings.load(Ordering::SeqCst), 1);
    let seen = bell.seen();
    assert_eq!(seen, bench.store.generation());
    print(&writer, "x\n");
    assert_eq!(rings.load(Ordering::SeqCst), 2);
    assert!(bench.store.generation() > seen);
    drop(bell);
    print(&writer, "x\n");
    assert_eq!(rings.load(Ordering::SeqCst), 2);
}
