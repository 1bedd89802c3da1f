//! (a) Reading a workspace of 1,000 projects, against `dg list projects`, which only prints their paths.
//!
//! The window shows environments first and whether lockfiles are current after; both are measured.

use std::path::Path;

use anyhow::{Result, ensure};

use super::build::Build;
use super::measure::{median, timed};
use super::table::{Amount, BenchRow};
use super::workspaces;
use crate::program::Program;

pub(super) const PROJECTS: usize = 1000;

pub(super) fn measure(runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::many(PROJECTS)?;
    let state = workspaces::fresh_state("read")?;
    let build = Build::present();
    let ours = |more: &[&str]| status(&build, &state, &root, more);
    let theirs = || -> Result<f64> {
        let list = Program::new(workspaces::dg())
            .args(["list", "projects"])
            .folder(&root)
            .env("DAGSTER_DG_UPDATE_CHECK_ENABLED", "0");
        let (told, took) = timed(|| list.read())?;
        let count = told.lines().count();
        ensure!(count == PROJECTS, "dg told of {count} projects");
        Ok(took)
    };
    // Once each to warm the file cache, then by turns.
    ours(&[])?;
    theirs()?;
    let (mut first, mut whole, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs.max(5) {
        first.push(ours(&["--no-lockfiles"])?);
        whole.push(ours(&[])?);
        peer.push(theirs()?);
    }
    let peer = median(peer);
    let row = |what: &str, own, aim| BenchRow {
        what: format!("read {PROJECTS} projects with {what}"),
        ours: Amount::Seconds(median(own)),
        peer: Some(("dg list projects", Amount::Seconds(peer))),
        aim,
    };
    Ok(vec![
        row("their environments", first, Some(0.1)),
        row("their environments and lockfiles", whole, None),
    ])
}

/// How long `dagdeck status` takes for all projects, in seconds. What was told is looked at after the clock has stopped.
pub(super) fn status(build: &Build, state: &Path, root: &Path, more: &[&str]) -> Result<f64> {
    let status = build.dagdeck(state).arg("status").arg(root).arg("--json");
    let status = status.args(more);
    let (told, took) = timed(|| status.read())?;
    let told: serde_json::Value = serde_json::from_str(&told)?;
    let count = told["locations"].as_array().map_or(0, Vec::len);
    ensure!(count == PROJECTS, "dagdeck told of {count} locations");
    Ok(took)
}
