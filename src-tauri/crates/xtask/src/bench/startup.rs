//! (c) From exec to a usable overview, against an empty Tauri window built beside it.
//!
//! Both windows say when their first screen is painted, in the same way: two animation frames after it is laid out.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::build::{self, Build};
use super::measure::{MeasuredProcess, median, wait};
use super::table::{Amount, BenchRow};
use super::{empty, workspaces};
use crate::display::Display;
use crate::program::Program;

const LOCATIONS: usize = 8;
const LIMIT: Duration = Duration::from_secs(60);
/// How many starts come before those that count: they fill the file cache and the web view's own.
const WARMING: usize = 1;

pub(super) fn measure(runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::launchable(LOCATIONS)?;
    let build = Build::present();
    let state = workspaces::trusted_state(&build, "startup", &root)?;
    build::both()?;
    let peer = empty::build()?;
    let display = Display::open()?;
    let ours = || build.window(&state, &root);
    let empty = || Program::new(&peer);
    let mut times = (Vec::new(), Vec::new());
    // Taken in turn, so that whatever else the machine does falls on both.
    for round in 0..WARMING + runs.max(5) {
        let one = until_painted(&display, ours(), "overview")?;
        let other = until_painted(&display, empty(), "empty")?;
        if round >= WARMING {
            times.0.push(one);
            times.1.push(other);
        }
    }
    Ok(vec![BenchRow {
        what: format!("exec to a usable overview of {LOCATIONS} locations"),
        ours: Amount::Seconds(median(times.0)),
        peer: Some(("empty Tauri window", Amount::Seconds(median(times.1)))),
        aim: Some(1.3),
    }])
}

/// Seconds from exec until a window says that a screen is painted.
pub(super) fn until_painted(display: &Display, program: Program, screen: &str) -> Result<f64> {
    Ok(painted(display, program, screen)?.1)
}

/// A window that has painted a screen, and the seconds that this took from exec.
pub(super) fn painted(
    display: &Display,
    program: Program,
    screen: &str,
) -> Result<(MeasuredProcess, f64)> {
    let told = told_file();
    if told.exists() {
        fs_err::remove_file(&told)?;
    }
    let program = display.within(program).env("DAGDECK_TELL_PAINTED", &told);
    let started = Instant::now();
    let running = MeasuredProcess::start(program)?;
    wait(&format!("`{screen}` is painted"), LIMIT, || {
        says(&told, screen)
    })?;
    Ok((running, started.elapsed().as_secs_f64()))
}

fn told_file() -> PathBuf {
    workspaces::folder().join("painted")
}

fn says(file: &Path, screen: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.lines().any(|line| line == screen))
}
