//! The present build against another one of Dagdeck, by turns: has anything become slower or heavier?

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::build::Build;
use super::measure::{cpu, median, memory, tree, wait};
use super::table::{Amount, BenchRow};
use super::{flood, launch, read, startup, web, workspaces};
use crate::display::Display;
use crate::setup;

/// How much worse than the other build is still as good, as a ratio.
const AIM: f64 = 1.05;
const LOCATIONS: usize = 8;
/// How many locations the window that is weighed shows.
const SHOWN: usize = 100;
const LIMIT: Duration = Duration::from_secs(240);
/// The while after a launch or a start in which things still settle.
const SETTLING: Duration = Duration::from_secs(10);
/// How long idle processes are watched: as long as what they do now and then takes to come once.
const OVER: Duration = Duration::from_mins(1);

/// Both builds: the present one and the other.
struct Both([Build; 2]);

impl Both {
    /// Measures each by turns, so that whatever else the machine does falls on both; the medians. A first turn does not count.
    fn by_turns(
        &self,
        runs: usize,
        mut measure: impl FnMut(usize, &Build) -> Result<f64>,
    ) -> Result<[f64; 2]> {
        let mut all = [Vec::new(), Vec::new()];
        for run in 0..=runs {
            for (which, build) in self.0.iter().enumerate() {
                let figure = measure(which, build)?;
                if run > 0 {
                    all[which].push(figure);
                }
            }
        }
        println!("  {:.3?} against {:.3?}", all[0], all[1]);
        Ok(all.map(median))
    }

    /// A state folder for each, as `make` makes it.
    fn states(make: impl Fn(usize) -> Result<PathBuf>) -> Result<[PathBuf; 2]> {
        Ok([make(0)?, make(1)?])
    }
}

/// All that a build must not make worse.
pub(super) const PARTS: &[&str] = &["read", "launch", "startup", "flood", "idle", "weight"];

/// Measures some of these parts.
pub(super) fn measure(runs: usize, other: &Path, parts: &[&str]) -> Result<Vec<BenchRow>> {
    let both = Both([Build::present(), Build::at(other)?]);
    let mut rows = Vec::new();
    for part in parts {
        setup::heading(part);
        rows.extend(match *part {
            "read" => reading(&both, runs),
            "launch" => launching(&both, runs),
            "startup" => starting(&both, runs),
            "flood" => logging(&both, runs),
            "idle" => idling(&both, runs),
            _ => weighing(&both, runs),
        }?);
    }
    Ok(rows)
}

fn row(what: String, unit: fn(f64) -> Amount, [ours, other]: [f64; 2]) -> BenchRow {
    BenchRow {
        what,
        ours: unit(ours),
        peer: Some(("the other build", unit(other))),
        aim: Some(AIM),
    }
}

fn reading(both: &Both, runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::many(read::PROJECTS)?;
    let states = Both::states(|which| workspaces::fresh_state(&format!("against-read-{which}")))?;
    let mut rows = Vec::new();
    for (what, words) in [
        ("environments", &["--no-lockfiles"][..]),
        ("environments and lockfiles", &[]),
    ] {
        let figures = both.by_turns(runs.max(9), |which, build| {
            read::status(build, &states[which], &root, words)
        })?;
        let what = format!("read {} projects with their {what}", read::PROJECTS);
        rows.push(row(what, Amount::Seconds, figures));
    }
    Ok(rows)
}

fn launching(both: &Both, runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::launchable(LOCATIONS)?;
    let states = Both::states(|which| workspaces::fresh_state(&format!("against-launch-{which}")))?;
    let mut weights = [Vec::new(), Vec::new()];
    let seconds = both.by_turns(runs.max(5), |which, build| {
        let launched = launch::up(build, &root, &states[which], LOCATIONS)?;
        weights[which].push(launched.megabytes);
        Ok(launched.seconds)
    })?;
    Ok(vec![
        row(
            format!("launch until {LOCATIONS} locations are loaded"),
            Amount::Seconds,
            seconds,
        ),
        row(
            format!("memory with {LOCATIONS} locations loaded (PSS)"),
            Amount::Megabytes,
            weights.map(median),
        ),
    ])
}

fn starting(both: &Both, runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::launchable(LOCATIONS)?;
    let states = Both::states(|which| {
        workspaces::trusted_state(&both.0[which], &format!("against-start-{which}"), &root)
    })?;
    let display = Display::open()?;
    let figures = both.by_turns(runs.max(15), |which, build| {
        startup::until_painted(&display, build.window(&states[which], &root), "overview")
    })?;
    let what = format!("exec to a usable overview of {LOCATIONS} locations");
    Ok(vec![row(what, Amount::Seconds, figures)])
}

fn logging(both: &Both, runs: usize) -> Result<Vec<BenchRow>> {
    let (mut lost, mut memories) = ([0.0; 2], [Vec::new(), Vec::new()]);
    let seconds = both.by_turns(runs.max(3), |which, build| {
        let flooded = flood::flooded(build, &format!("against-flood-{which}"))?;
        lost[which] += flooded.lost;
        memories[which].push(flooded.megabytes);
        Ok(flooded.processor)
    })?;
    let lost = BenchRow {
        aim: None,
        ..row("lines lost in all floods".to_owned(), Amount::Count, lost)
    };
    let what = "own memory during a flood (PSS)".to_owned();
    let memory = row(what, Amount::Megabytes, memories.map(median));
    let what = "own processor time for a flood".to_owned();
    let time = row(what, Amount::Seconds, seconds);
    Ok(vec![lost, memory, time])
}

fn idling(both: &Both, runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::launchable(LOCATIONS)?;
    let mut weights = [Vec::new(), Vec::new()];
    let shares = both.by_turns(runs.max(3), |which, build| {
        let state = workspaces::fresh_state(&format!("against-idle-{which}"))?;
        let (running, port) = launch::begin(build, &root, &state)?;
        wait("all locations are loaded", LIMIT, || {
            web::loaded(port) == LOCATIONS
        })?;
        std::thread::sleep(SETTLING);
        let own = build.own(running.pid());
        let share = cpu(&own, OVER);
        weights[which].push(memory(&own));
        Ok(share)
    })?;
    let what = format!("own processor share, {LOCATIONS} locations idle, of one core");
    let share = row(what, Amount::Percent, shares);
    let what = "own memory then (PSS)".to_owned();
    Ok(vec![
        share,
        row(what, Amount::Megabytes, weights.map(median)),
    ])
}

/// The app and its web view on a workspace in which nothing was started.
fn weighing(both: &Both, runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::copies(SHOWN)?;
    let states = Both::states(|which| {
        workspaces::trusted_state(&both.0[which], &format!("against-weight-{which}"), &root)
    })?;
    let display = Display::open()?;
    let figures = both.by_turns(runs, |which, build| {
        let window = build.window(&states[which], &root);
        let (running, _) = startup::painted(&display, window, "overview")?;
        std::thread::sleep(SETTLING);
        Ok(memory(&tree(running.pid())))
    })?;
    let what = format!("memory of the app with {SHOWN} locations shown (PSS)");
    Ok(vec![row(what, Amount::Megabytes, figures)])
}
