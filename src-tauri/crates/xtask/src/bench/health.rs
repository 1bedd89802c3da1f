//! All checks of a workspace of 100 projects, first and again, against `dg check toml` with `dg check defs`.

use anyhow::{Context, Result, ensure};

use super::measure::timed;
use super::table::{Amount, BenchRow};
use super::workspaces;
use crate::places;
use crate::program::Program;

const PROJECTS: usize = 100;
/// How long all checks may take once they were made before, in seconds.
const AGAIN: f64 = 1.0;
/// How long the window may wait for an answer meanwhile, in seconds: six frames.
const SILENT: f64 = 0.1;

pub(super) fn measure(runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::copies(PROJECTS)?;
    let state = workspaces::fresh_state("health")?;
    let build = ["build", "--release", "--locked", "--quiet", "--package"];
    Program::new("cargo")
        .args(build)
        .args(["dagdeck", "--example", "checks"])
        .run()?;
    let told = Program::new(places::built("examples/checks", true))
        .arg(&root)
        .arg(places::built("dagdeck", true))
        .arg(runs.max(5).to_string())
        .env("DAGDECK_STATE", &state)
        .read()?;
    let told: serde_json::Value = serde_json::from_str(told.trim())?;
    println!("  {told}");
    let number = |name: &str| told[name].as_f64().with_context(|| name.to_owned());
    ensure!(
        number("blockers")? == 0.0 && number("warnings")? == 0.0,
        "a workspace that is well is told to be ill"
    );
    // Once is enough: it takes minutes, and the ratio is not close.
    let (_, peer) = timed(|| {
        let dg = |what: &str| {
            Program::new(workspaces::dg())
                .args(["check", what])
                .folder(&root)
                .env("DAGSTER_DG_UPDATE_CHECK_ENABLED", "0")
                .read()
        };
        dg("toml")?;
        dg("defs").map(drop)
    })?;
    let peer = || Some(("dg check toml, dg check defs", Amount::Seconds(peer)));
    let row = |what: &str, seconds, peer, aim| BenchRow {
        what: format!("{what}, {PROJECTS} projects"),
        ours: Amount::Seconds(seconds),
        peer,
        aim,
    };
    Ok(vec![
        row("every check, first", number("first")?, peer(), None),
        row("every check, again", number("again")?, peer(), None),
        row("every check, again", number("again")?, None, Some(AGAIN)),
        row(
            "longest wait for an answer",
            number("silent")?,
            None,
            Some(SILENT),
        ),
    ])
}
