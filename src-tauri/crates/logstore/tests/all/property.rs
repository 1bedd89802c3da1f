//! Any bytes, cut anywhere.

use logstore::{Filter, LogKey, RowKind, Stream, ViewOf};
use proptest::prelude::*;

use crate::{bench, text};

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "\n",
        "\r\n",
        "\r",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b]8;;",
        "\x1b",
        "ä€",
        "  File \"/x/site-packages/a.py\", line 1, in f\n",
        "  File \"/mine.py\", line 1, in f\n    code\n",
        "Traceback (most recent call last):\n",
        "Stack Trace:\n",
        "ValueError: x\n",
        "The above exception was caused by the following exception:\n",
        "2026-11-20 20:25:21 +0000 - a.b - WARNING - text",
        "{\"event\": \"x\", \"level\": \"error\"}\n",
        "INFO:     up\n",
        "error: bad\nhint: try\n",
        "  × No\n",
        "[ERROR]",
        "plain text",
    ])
    .prop_map(|text: &str| text.as_bytes().to_vec());
    prop_oneof![3 => known, 1 => prop::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_stay_and_rows_are_sound(
        pieces in prop::collection::vec(piece(), 0..60),
        looks in prop::collection::vec(any::<bool>(), 60),
        open in any::<bool>(),
    ) {
        let mut bench = bench();
        let writer = bench.writer("a");
        let mut growing = bench.view("a");
        for (piece, look) in pieces.iter().zip(looks) {
            writer.bytes(Stream::Out, piece);
            if look {
                growing.status();
            }
        }
        drop(writer);
        let raw = std::fs::read(bench.file("a", "log")).unwrap();
        prop_assert_eq!(&raw, &pieces.concat());

        let mut view = bench.view("a");
        if open {
            let mut row = 0;
            while row < view.status().rows {
                view.set_fold(row, true);
                growing.set_fold(row, true);
                row += 1;
            }
        }
        let window = view.window(0, u32::MAX);
        prop_assert_eq!(window.rows.len(), window.status.rows as usize);
        let mut frames = 0;
        for (index, row) in window.rows.iter().enumerate() {
            prop_assert_eq!(row.index as usize, index);
            prop_assert!(!text(row).contains(['\n', '\r', '\x1b']));
            prop_assert!(row.segments.iter().all(|segment| !segment.text.is_empty() || row.segments.len() == 1));
            match &row.kind {
                RowKind::Fold { frames: count, .. } => { prop_assert!(*count > 0 || row.segments[0].text == "The same error again"); frames += 1; }
                RowKind::OwnFrame { line, .. } => prop_assert_eq!(*line, 1),
                _ => {}
            }
            let one = view.window(index as u32, 1).rows;
            prop_assert_eq!(one.first(), Some(row));
        }
        prop_assert!(open || window.rows.iter().all(|row| row.kind != RowKind::Frame) || frames > 0);
        prop_assert_eq!(growing.window(0, u32::MAX).rows, window.rows.clone());
        prop_assert_eq!(window.status.counts, bench.store.counts(&LogKey::new("a")));

        drop((view, growing));
        bench.reopen();
        let mut again = bench.store.open_view(ViewOf::All, Filter::default());
        if open {
            let mut row = 0;
            while row < again.status().rows {
                again.set_fold(row, true);
                row += 1;
            }
        }
        prop_assert_eq!(again.window(0, u32::MAX).rows, window.rows);
    }
}
