//! Finding rows.

use std::time::Duration;

use logstore::{Filter, Level, Query};

use crate::{bench, print};

fn plain(pattern: &str) -> Query {
    Query {
        pattern: pattern.to_owned(),
        ..Query::default()
    }
}

#[test]
fn goes_on_back_and_around() {
    let bench = bench();
    let writer = bench.writer("a");
    print(
        &writer,
        "Error one\nnothing\nerror two\nnothing\nan eRRor\n",
    );
    let mut view = bench.view("a");
    let query = plain("error");
    let mut at = |from, backwards| {
        let matches = view.search(&query, from, backwards);
        assert_eq!((matches.count, matches.complete), (3, true));
        (matches.row.unwrap(), matches.ordinal)
    };
    assert_eq!(
        at(1, false),
        (1, 1),
        "the first look takes the row it starts from"
    );
    assert_eq!(at(1, false), (3, 2));
    assert_eq!(at(3, false), (5, 3));
    assert_eq!(at(5, false), (1, 1));
    assert_eq!(at(1, true), (5, 3));
    assert_eq!(at(5, true), (3, 2));
    let exact = Query {
        case_sensitive: true,
        ..query.clone()
    };
    assert_eq!(view.search(&exact, 0, false).count, 1);
    assert_eq!(view.search(&plain("absent"), 0, false).row, None);
    assert_eq!(view.search(&plain(""), 0, false).count, 0);
    assert!(view.found(None).is_none());
}

#[test]
fn expressions_and_bad_ones() {
    let bench = bench();
    let writer = bench.writer("a");
    print(
        &writer,
        "2026-11-20 20:25:21 +0000 - my.logger - \x1b[34mINFO\x1b[0m - took 12 ms\ntook (long)\n",
    );
    let mut view = bench.view("a");
    let regex = |pattern: &str| Query {
        regex: true,
        ..plain(pattern)
    };
    assert_eq!(
        view.search(&regex(r"^took \d+"), 0, false).row,
        Some(1),
        "the printed date is not part of the text"
    );
    assert_eq!(view.search(&plain("my.logger"), 0, false).row, Some(1));
    assert_eq!(view.search(&plain("(long)"), 0, false).row, Some(2));
    let bad = view.search(&regex("(long"), 0, false);
    assert_eq!((bad.count, bad.row), (1, Some(2)), "the older matches stay");
    assert!(bad.invalid.unwrap().contains("unclosed group"));
    assert_eq!(view.search(&plain("2026"), 0, false).count, 0);
}

#[test]
fn grows_with_the_log_and_follows_filter_and_folds() {
    let bench = bench();
    let writer = bench.writer("a");
    let mut view = bench.view("a");
    assert_eq!(view.search(&plain("needle"), 0, false).count, 0);
    print(
        &writer,
        "needle\nTraceback (most recent call last):\n  File \"/x/site-packages/a.py\", line 1, in needle\n    needle()\n  \
         File \"/x/site-packages/b.py\", line 1, in f\n    other()\nValueError: needle\n",
    );
    let found = view.found(None).unwrap();
    assert_eq!(found.count, 3, "a closed fold is one row");
    view.set_fold(3, true);
    assert_eq!(view.found(None).unwrap().count, 4);
    let rows: Vec<u32> = (0..4)
        .map(|_| view.search(&plain("needle"), 0, false))
        .map(|found| found.row.unwrap())
        .collect();
    assert_eq!(rows, [1; 4]);
    assert_eq!(view.search(&plain("needle"), 1, false).row, Some(4));
    assert_eq!(view.search(&plain("needle"), 5, false).row, Some(8));
    view.set_fold(3, false);
    assert_eq!(view.search(&plain("needle"), 3, false).row, Some(4));
    view.set_filter(Filter {
        levels: vec![Level::Error],
        sources: vec![],
    });
    let found = view.search(&plain("needle"), 0, false);
    assert_eq!((found.count, found.row), (2, Some(1)));
}

#[test]
fn a_limit_makes_steps() {
    let bench = bench();
    let writer = bench.writer("a");
    for block in 0..40 {
        print(&writer, &format!("needle {block}\n").repeat(1_000));
    }
    let mut view = bench.view("a");
    print(&writer, "the last needle\n");
    let mut found = view.search_for(&plain("last"), 0, false, Some(Duration::ZERO));
    assert_eq!((found.complete, found.row), (false, None));
    let mut steps = 0;
    while !found.complete {
        found = view.found(Some(Duration::from_nanos(1))).unwrap();
        steps += 1;
        assert!(steps < 100);
    }
    assert_eq!((found.count, found.row), (1, Some(40_001)));
}
