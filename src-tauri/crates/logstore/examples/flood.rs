//! Prints into a log as fast as asked while a view looks on, and measures both.
//!
//! `cargo run --release -p dagdeck-logstore --example flood -- [LINES_PER_SECOND] [SECONDS]`

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use logstore::{Filter, LogKey, Query, RunMeta, Store, Stream, View, ViewOf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let rate = arguments.next().transpose()?.unwrap_or(200_000);
    let seconds = arguments.next().transpose()?.unwrap_or(10);
    let folder = std::env::temp_dir().join(format!("dagdeck-flood-{}", std::process::id()));
    let store = Store::open(&folder)?;
    let key = LogKey::new("flood");
    let writer = store.writer(key.clone(), RunMeta::titled("flood"))?;
    let mut out = std::io::stdout();

    let done = AtomicBool::new(false);
    let began = Instant::now();
    let (late, mut windows) = std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            let mut view = store.open_view(ViewOf::One(key.clone()), Filter::default());
            let mut took = Vec::new();
            while !done.load(Ordering::SeqCst) {
                took.push(read_window(&mut view, u32::MAX));
                std::thread::sleep(Duration::from_millis(50));
            }
            took
        });
        let per_step = rate / 100;
        for step in 0..seconds * 100 {
            let mut chunk = Vec::with_capacity(per_step * 100);
            for line in 0..per_step {
                let _ = writeln!(
                    chunk,
                    "2026-11-20 20:25:21 +0000 - flood.logger - INFO - line {:08} {:033}",
                    step * per_step + line,
                    0
                );
            }
            for piece in chunk.chunks(64 * 1024) {
                writer.bytes(Stream::Out, piece);
            }
            let due = began + Duration::from_millis(10 * (step as u64 + 1));
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let late = began.elapsed();
        done.store(true, Ordering::SeqCst);
        (late, looker.join().unwrap_or_default())
    });
    let lines = rate / 100 * 100 * seconds;
    writeln!(out, "wrote {lines} lines in {:.2} s", late.as_secs_f64())?;
    report(&mut out, "window while writing", &mut windows)?;

    let began = Instant::now();
    let mut view = store.open_view(ViewOf::One(key), Filter::default());
    let rows = view.status().rows;
    writeln!(
        out,
        "opened a view of {rows} rows in {:?}; lost {}",
        began.elapsed(),
        lines + 1 - rows as usize
    )?;
    let mut windows: Vec<Duration> = (0..1_000_u32)
        .map(|at| read_window(&mut view, at.wrapping_mul(2_654_435_761) % rows))
        .collect();
    report(&mut out, "window anywhere", &mut windows)?;
    let began = Instant::now();
    let query = Query {
        pattern: "line 01234567".to_owned(),
        ..Query::default()
    };
    let found = view.search(&query, 0, false);
    writeln!(
        out,
        "searched all in {:?}: {} found",
        began.elapsed(),
        found.count
    )?;
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
            writeln!(out, "{line}")?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Reads 100 rows, the last ones for a row beyond the end.
fn read_window(view: &mut View, from: u32) -> Duration {
    let began = Instant::now();
    let rows = view.status().rows;
    view.window(from.min(rows.saturating_sub(100)), 100);
    began.elapsed()
}

fn report(out: &mut impl Write, what: &str, took: &mut [Duration]) -> std::io::Result<()> {
    took.sort();
    let at = |part: usize| {
        took.get(took.len() * part / 100)
            .copied()
            .unwrap_or_default()
    };
    writeln!(
        out,
        "{what}: {} looks, median {:?}, p95 {:?}, most {:?}",
        took.len(),
        at(50),
        at(95),
        took.last().copied().unwrap_or_default()
    )
}
