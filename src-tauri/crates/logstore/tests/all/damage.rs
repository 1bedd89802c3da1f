//! Crashes in the middle of writing, and files that were damaged.

use logstore::{Level, LogKey, RowKind};

use crate::{bench, print, text, texts};

fn written() -> crate::Bench {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, "one\nERROR: two\nthree\n");
    drop(writer);
    bench
}

fn cut(path: &std::path::Path, by: u64) {
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() - by).unwrap();
}

#[test]
fn an_index_that_lacks_lines_is_completed_and_it_is_said() {
    let mut bench = written();
    cut(&bench.file("a", "idx"), 40);
    bench.reopen();
    let mut view = bench.view("a");
    let rows = view.window(0, 9).rows;
    let seen: Vec<String> = rows.iter().map(text).collect();
    assert_eq!(seen[..4], ["run", "one", "two", "three"]);
    assert_eq!(rows[2].level, Level::Error);
    assert_eq!(rows[4].kind, RowKind::Note);
    assert!(seen[4].contains("2 lines"), "{}", seen[4]);
    // Said once.
    bench.reopen();
    assert_eq!(bench.view("a").status().rows, 5);
}

#[test]
fn a_torn_line_is_kept_and_writing_goes_on() {
    let mut bench = written();
    let path = bench.file("a", "log");
    std::fs::write(&path, b"one\nERROR: two\nthree\nfo").unwrap();
    bench.reopen();
    let writer = bench.writer("a");
    print(&writer, "five\n");
    let seen = texts(&mut bench.view("a"));
    assert_eq!(
        (seen[4].as_str(), seen[6].as_str(), seen[7].as_str()),
        ("fo", "run", "five")
    );
    assert_eq!(
        std::fs::read(path).unwrap(),
        b"one\nERROR: two\nthree\nfofive\n"
    );
}

#[test]
fn lines_that_the_file_lost_are_a_gap() {
    let mut bench = written();
    cut(&bench.file("a", "log"), 8);
    bench.reopen();
    let rows = bench.view("a").window(0, 9).rows;
    let gap = rows.last().unwrap();
    assert_eq!(gap.kind, RowKind::Gap);
    assert_eq!(
        rows.iter().map(text).take(3).collect::<Vec<_>>(),
        ["run", "one", "ERROR: tw"].map(|t| t.replace("ERROR: ", ""))
    );
    assert!(text(gap).contains("1 are missing"), "{}", text(gap));
}

#[test]
fn an_index_of_rubbish_is_made_anew() {
    for rubbish in [&b""[..], b"x", &[0; 96], &[255; 4_096]] {
        let mut bench = written();
        std::fs::write(bench.file("a", "idx"), rubbish).unwrap();
        bench.reopen();
        let seen = texts(&mut bench.view("a"));
        assert_eq!(seen[..3], ["one", "two", "three"]);
        assert_eq!(seen.len(), 4);
        assert_eq!(bench.store.counts(&LogKey::new("a")).error, 1);
        bench.reopen();
        assert_eq!(bench.view("a").status().rows, 4, "sound again");
    }
}

/// The index that the first layout had of the same lines.
const FIRST_LAYOUT: &[u8] = include_bytes!("first_layout.idx");

#[test]
fn an_index_of_the_first_layout_is_read_and_gone_on_with() {
    let mut bench = written();
    let path = bench.file("a", "idx");
    assert_ne!(std::fs::read(&path).unwrap(), FIRST_LAYOUT);
    std::fs::write(&path, FIRST_LAYOUT).unwrap();
    bench.reopen();
    assert_eq!(
        texts(&mut bench.view("a")),
        ["run", "one", "two", "three"],
        "sound: nothing is indexed anew, nothing said"
    );
    print(&bench.writer("a"), "four\n");
    bench.reopen();
    let rows = bench.view("a").window(0, 9).rows;
    assert_eq!(
        rows.iter().map(text).collect::<Vec<_>>(),
        ["run", "one", "two", "three", "run", "four"]
    );
    assert_eq!(rows[2].level, Level::Error);
    let gone_on_with = std::fs::read(&path).unwrap();
    assert!(gone_on_with.starts_with(FIRST_LAYOUT));
    assert_eq!(gone_on_with.len(), FIRST_LAYOUT.len() + 2 * 32);
}

#[test]
fn a_flipped_record_costs_only_what_is_known_of_the_lines() {
    let mut bench = written();
    let path = bench.file("a", "idx");
    let mut index = std::fs::read(&path).unwrap();
    index[32 + 2 * 32 + 3] ^= 0xff;
    std::fs::write(&path, index).unwrap();
    bench.reopen();
    assert_eq!(
        texts(&mut bench.view("a"))[..4],
        ["run", "one", "two", "three"]
    );
}

#[test]
fn lost_notes_and_files_that_vanish_are_no_panic() {
    let mut bench = written();
    let mut view = bench.view("a");
    std::fs::write(bench.file("a", "notes"), b"").unwrap();
    assert_eq!(view.window(0, 9).rows.len(), 4);
    assert_eq!(view.window(0, 9).rows[0].kind, RowKind::Gap);
    std::fs::write(bench.file("a", "log"), b"").unwrap();
    assert!(
        view.window(0, 9)
            .rows
            .iter()
            .all(|row| row.kind == RowKind::Gap)
    );
    drop(view);
    std::fs::remove_file(bench.file("a", "idx")).unwrap();
    bench.reopen();
    print(&bench.writer("a"), "fresh\n");
    assert_eq!(texts(&mut bench.view("a")).last().unwrap(), "fresh");
}

#[test]
fn lines_that_are_indexed_anew_take_the_time_that_they_name() {
    let mut bench = bench();
    let writer = bench.writer("a");
    print(
        &writer,
        "2020-01-02 03:04:05 +0000 - a - INFO - b\n2920-01-02 03:04:05 +0000 - a - INFO - b\n",
    );
    drop(writer);
    cut(&bench.file("a", "idx"), 64);
    bench.reopen();
    let times: Vec<i64> = bench
        .view("a")
        .window(0, 9)
        .rows
        .iter()
        .map(|row| row.time)
        .collect();
    assert_eq!(times[..2], [1_000, 1_577_934_245_000]);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis() as i64;
    assert!(times[2] <= now, "no line is later than its file: {times:?}");
}
