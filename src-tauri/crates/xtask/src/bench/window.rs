//! (d, e) in the real window: its frames while one process floods, its CPU while nobody is at work.

use std::time::Duration;

use anyhow::{Context, Result};

use super::build::{self, Build};
use super::table::{Amount, BenchRow};
use super::{code, flood, workspaces};
use crate::display::Display;
use crate::places;
use crate::test::driven;

const LOCATIONS: usize = 8;
const LIMIT: Duration = Duration::from_secs(900);

pub(super) fn measure(_runs: usize) -> Result<Vec<BenchRow>> {
    build::both()?;
    let root = workspaces::launchable(LOCATIONS)?;
    let state = workspaces::trusted_state(&Build::present(), "window", &root)?;
    let flood_file = workspaces::folder().join("flood.py");
    fs_err::write(
        &flood_file,
        code::flood(flood::LINES_PER_SECOND, flood::SECONDS),
    )?;
    let told = workspaces::folder().join("measured");
    if told.exists() {
        fs_err::remove_file(&told)?;
    }
    let lines = flood::printed();
    let display = Display::open()?;
    let driven = display
        .within(driven("measured"))
        // One after the other: each measures what the other would disturb.
        .args(["--test-threads", "1"])
        .env("DAGDECK_WINDOW", places::built("dagdeck-desktop", true))
        .env("DAGDECK_FLOOD", &flood_file)
        .env("DAGDECK_FLOOD_LINES", lines.to_string())
        .env("DAGDECK_IDLE_ROOT", &root)
        .env("DAGDECK_IDLE_STATE", &state)
        .env("DAGDECK_MEASURED", &told);
    driven.count(LIMIT)?;
    let text = fs_err::read_to_string(&told)?;
    let figure = |name: &str| -> Result<f64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let line = line.with_context(|| format!("`{name}` was not measured"))?;
        Ok(line.trim().parse()?)
    };
    let row = |what: &str, ours, aim| BenchRow {
        what: what.to_owned(),
        ours,
        peer: None,
        aim,
    };
    Ok(vec![
        row(
            "a frame of the window during the flood, median",
            Amount::Seconds(figure("frame_p50_ms")? / 1000.0),
            None,
        ),
        row(
            "a frame of the window during the flood, p95",
            Amount::Seconds(figure("frame_p95_ms")? / 1000.0),
            None,
        ),
        row(
            &format!("CPU of the app and its web view, {LOCATIONS} locations idle, of one core"),
            Amount::Percent(figure("idle_cpu_percent")?),
            Some(0.5),
        ),
    ])
}
