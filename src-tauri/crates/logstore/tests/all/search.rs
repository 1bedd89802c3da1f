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

/// The text of a row, with what is marked in brackets, and a bar between segments.
fn marked(view: &mut logstore::View, row: u32) -> String {
    let row = view.window(row, 1).rows.remove(0);
    let each = row.segments.iter().map(|one| match one.marked {
        true => format!("[{}]", one.text),
        false => one.text.clone(),
    });
    each.collect::<Vec<_>>().join("|")
}

#[test]
fn what_matches_is_marked_in_rows_across_colours_until_the_search_ends() {
    let bench = bench();
    let writer = bench.writer("a");
    print(
        &writer,
        "Module\x1b[31mNotFound\x1b[0mError: nö\nno match, no harm\n\n",
    );
    let mut view = bench.view("a");
    assert_eq!(marked(&mut view, 1), "Module|NotFound|Error: nö");
    view.search(&plain("notfounderror"), 0, false);
    assert_eq!(marked(&mut view, 1), "Module|[NotFound]|[Error]|: nö");
    view.search(&plain("no"), 0, false);
    assert_eq!(marked(&mut view, 2), "[no]| match, |[no]| harm");
    assert_eq!(marked(&mut view, 3), "");
    // What can't be used leaves the last one, and an expression that matches nothing at all marks nothing.
    let regex = |pattern: &str| Query {
        regex: true,
        ..plain(pattern)
    };
    view.search(&regex("("), 0, false);
    assert_eq!(marked(&mut view, 2), "[no]| match, |[no]| harm");
    view.search(&regex("x*"), 0, false);
    assert_eq!(marked(&mut view, 2), "no match, no harm");
    // A byte of a character is no match of a text.
    view.search(&regex("(?-u:\\xc3)"), 0, false);
    assert_eq!(marked(&mut view, 1), "Module|NotFound|Error: nö");
    view.search(&plain("ö"), 0, false);
    assert_eq!(marked(&mut view, 1), "Module|NotFound|Error: n|[ö]");
    view.search(&plain(""), 0, false);
    assert_eq!(marked(&mut view, 1), "Module|NotFound|Error: nö");
}

#[test]
fn an_expression_that_others_would_never_end_with_is_marked_at_once() {
    let bench = bench();
    let writer = bench.writer("a");
    print(&writer, &format!("{}!\n", "a".repeat(3_000)));
    let mut view = bench.view("a");
    let query = Query {
        pattern: "(a+)+$".to_owned(),
        regex: true,
        ..Query::default()
    };
    assert_eq!(view.search(&query, 0, false).count, 0);
    assert!(!marked(&mut view, 1).contains('['));
}
