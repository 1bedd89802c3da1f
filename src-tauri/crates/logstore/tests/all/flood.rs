//! More than anybody can read, from several threads, while somebody looks.

use std::sync::atomic::{AtomicBool, Ordering};

use logstore::{LogKey, Query, Stream};

use crate::{bench, text};

const LINES: usize = 150_000;

#[test]
fn nothing_is_lost_while_it_is_read() {
    let bench = bench();
    let writer = bench.writer("a");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            let mut view = bench.view("a");
            let mut last = 0;
            while !done.load(Ordering::SeqCst) {
                let status = view.status();
                assert!(status.rows >= last, "rows never go");
                last = status.rows;
                // No more than are there: the log grows between the question and the answer.
                let seen = last.min(50);
                assert_eq!(view.window(last - seen, seen).rows.len(), seen as usize);
            }
            view
        });
        let writers: Vec<_> = [Stream::Out, Stream::Err]
            .map(|stream| {
                let writer = writer.clone();
                scope.spawn(move || {
                    let mut chunk = Vec::new();
                    for line in 0..LINES {
                        chunk.extend_from_slice(
                            format!("{stream:?} {line:06} {:086}\n", 0).as_bytes(),
                        );
                        // As from a pipe: not at line ends.
                        if chunk.len() > 60_000 {
                            writer.bytes(stream, &chunk[..60_000]);
                            chunk.drain(..60_000);
                        }
                    }
                    writer.bytes(stream, &chunk);
                })
            })
            .into_iter()
            .collect();
        writers
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
        done.store(true, Ordering::SeqCst);
        let mut view = looker.join().unwrap();
        assert_eq!(view.status().rows as usize, 2 * LINES + 1);
        let query = Query {
            pattern: "000777 ".to_owned(),
            ..Query::default()
        };
        assert_eq!(view.search(&query, 0, false).count, 2);
        let mut next = [0; 2];
        for from in (1..=2 * LINES as u32).step_by(10_000) {
            for row in view.window(from, 10_000).rows {
                let stream = row.stream as usize;
                assert!(
                    text(&row).starts_with(&format!("{:?} {:06} ", row.stream, next[stream])),
                    "{row:?}"
                );
                next[stream] += 1;
            }
        }
        assert_eq!(next, [LINES; 2]);
    });
    assert_eq!(
        bench.store.counts(&LogKey::new("a")).info as usize,
        2 * LINES + 1
    );
}
