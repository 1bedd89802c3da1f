//! All logs in one view.

use logstore::{Filter, LogKey, ViewOf};

use crate::{bench, print, text, texts};

#[test]
fn logs_merge_by_time_and_rows_never_move() {
    let bench = bench();
    let (a, b) = (bench.writer("a"), bench.writer("b"));
    for time in 0..6 {
        bench.at(2_000 + time);
        print(if time % 2 == 0 { &a } else { &b }, &format!("{time}\n"));
    }
    let mut view = bench.store.open_view(ViewOf::All, Filter::default());
    assert_eq!(
        texts(&mut view),
        ["run", "run", "0", "1", "2", "3", "4", "5"]
    );
    let sources: Vec<String> = view
        .window(0, 9)
        .rows
        .into_iter()
        .map(|row| row.source)
        .collect();
    assert_eq!(sources, ["a", "b", "a", "b", "a", "b", "a", "b"]);
    // A clock that goes back, and a log that is new.
    bench.at(500);
    print(&a, "late\n");
    print(&bench.writer("c"), "new\n");
    let rows = texts(&mut view);
    assert_eq!(rows[..8], ["run", "run", "0", "1", "2", "3", "4", "5"]);
    let mut rest = rows[8..].to_vec();
    rest.sort();
    assert_eq!(rest, ["late", "new", "run"]);
    let times: Vec<i64> = bench
        .view("a")
        .window(0, 9)
        .rows
        .iter()
        .map(|row| row.time)
        .collect();
    assert!(
        times.is_sorted(),
        "time never goes back within a log: {times:?}"
    );
}

#[test]
fn lines_of_one_moment_stay_together_by_log() {
    let bench = bench();
    let (a, b) = (bench.writer("a"), bench.writer("b"));
    for round in 0..3 {
        print(&b, &format!("b{round}\n"));
        print(&a, &format!("a{round}\n"));
    }
    let mut view = bench.store.open_view(ViewOf::All, Filter::default());
    assert_eq!(
        texts(&mut view),
        ["run", "a0", "a1", "a2", "run", "b0", "b1", "b2"]
    );
}

#[test]
fn sources_filter() {
    let bench = bench();
    let (a, b) = (bench.writer("a"), bench.writer("b"));
    print(&a, "1\n");
    print(&b, "ERROR: 2\n");
    let only = Filter {
        levels: vec![],
        sources: vec![LogKey::new("b")],
    };
    let mut view = bench.store.open_view(ViewOf::All, only);
    let window = view.window(0, 9);
    assert_eq!(
        window.rows.iter().map(text).collect::<Vec<_>>(),
        ["run", "2"]
    );
    assert_eq!(
        (window.status.counts.info, window.status.counts.error),
        (1, 1)
    );
    view.set_filter(Filter::default());
    assert_eq!(view.status().rows, 4);
}
