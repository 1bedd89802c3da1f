//! (b) Launch until the webserver serves every location, against `dg dev`, with 2 and 8 locations.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::build::Build;
use super::measure::{MeasuredProcess, median, memory, tree, wait_asking_every};
use super::table::{Amount, BenchRow};
use super::{web, workspaces};
use crate::program::Program;

const LIMIT: Duration = Duration::from_secs(180);
/// How often the webserver is asked; the times are that exact.
const LOOK: Duration = Duration::from_millis(100);
const SIZES: &[usize] = &[2, 8];

/// How long a launch took and what it weighs.
pub(super) struct Launched {
    pub(super) seconds: f64,
    pub(super) megabytes: f64,
}

pub(super) fn measure(runs: usize) -> Result<Vec<BenchRow>> {
    let build = Build::present();
    let mut rows = Vec::new();
    for &size in SIZES {
        let root = workspaces::launchable(size)?;
        let state = workspaces::fresh_state(&format!("launch-{size}"))?;
        let home = state.join("peer-instance");
        fs_err::create_dir_all(&home)?;
        // Once each: instances are made, bytecode is on disk.
        up(&build, &root, &state, size)?;
        theirs(&root, &home, size)?;
        let (mut own, mut peer) = (Vec::new(), Vec::new());
        for run in 1..=runs {
            own.push(up(&build, &root, &state, size)?);
            peer.push(theirs(&root, &home, size)?);
            if let (Some(own), Some(peer)) = (own.last(), peer.last()) {
                println!(
                    "  {size} locations, run {run}: dagdeck {:.2} s {:.0} MB, dg dev {:.2} s {:.0} MB",
                    own.seconds, own.megabytes, peer.seconds, peer.megabytes
                );
            }
        }
        let of =
            |all: &[Launched], what: fn(&Launched) -> f64| median(all.iter().map(what).collect());
        rows.push(BenchRow {
            what: format!("launch until {size} locations are loaded"),
            ours: Amount::Seconds(of(&own, |launched| launched.seconds)),
            peer: Some((
                "dg dev",
                Amount::Seconds(of(&peer, |launched| launched.seconds)),
            )),
            aim: Some(0.45),
        });
        rows.push(BenchRow {
            what: format!("memory with {size} locations loaded (PSS)"),
            ours: Amount::Megabytes(of(&own, |launched| launched.megabytes)),
            peer: Some((
                "dg dev",
                Amount::Megabytes(of(&peer, |launched| launched.megabytes)),
            )),
            aim: Some(0.65),
        });
    }
    Ok(rows)
}

/// Launches with a build until everything is loaded, then stops it.
pub(super) fn up(build: &Build, root: &Path, state: &Path, size: usize) -> Result<Launched> {
    let port = web::free_port()?;
    until_loaded(up_on(build, root, state, port), port, size)
}

/// Begins a launch with a build; answers what runs, and the webserver's port.
pub(super) fn begin(build: &Build, root: &Path, state: &Path) -> Result<(MeasuredProcess, u16)> {
    let port = web::free_port()?;
    Ok((
        MeasuredProcess::start(up_on(build, root, state, port))?,
        port,
    ))
}

fn up_on(build: &Build, root: &Path, state: &Path, port: u16) -> Program {
    let port = port.to_string();
    let up = build.dagdeck(state).arg("up").arg(root);
    up.args(["--trust", "--port", &port])
}

fn theirs(root: &Path, home: &Path, size: usize) -> Result<Launched> {
    let port = web::free_port()?;
    let program = Program::new(root.join("deployments/local/.venv/bin/dg"))
        .args(["dev", "--port", &port.to_string()])
        .folder(root)
        .env("DAGSTER_HOME", home)
        .env("DAGSTER_DG_UPDATE_CHECK_ENABLED", "0")
        .env("DAGSTER_DISABLE_TELEMETRY", "1");
    until_loaded(program, port, size)
}

fn until_loaded(program: Program, port: u16, size: usize) -> Result<Launched> {
    let line = program.line();
    let started = Instant::now();
    let mut running = MeasuredProcess::start(program)?;
    // Each question costs the webserver time that it has better use for, so there are few.
    wait_asking_every(LOOK, &line, LIMIT, || {
        web::loaded(port) == size || running.ended()
    })?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(!running.ended(), "`{line}` ended by itself");
    let megabytes = memory(&tree(running.pid()));
    Ok(Launched { seconds, megabytes })
}
