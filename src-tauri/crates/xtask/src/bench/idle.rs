//! (e) With 8 locations running and nobody at work: what CPU does Dagdeck itself use?

use std::time::Duration;

use anyhow::Result;

use super::build::Build;
use super::measure::{cpu, memory, wait};
use super::table::{Amount, BenchRow};
use super::{launch, web, workspaces};

const LOCATIONS: usize = 8;
const LIMIT: Duration = Duration::from_secs(180);
/// The while after a launch in which things still settle.
const SETTLING: Duration = Duration::from_secs(10);
const OVER: Duration = Duration::from_secs(30);

pub(super) fn measure(_runs: usize) -> Result<Vec<BenchRow>> {
    let root = workspaces::launchable(LOCATIONS)?;
    let state = workspaces::fresh_state("idle")?;
    let build = Build::present();
    let (running, port) = launch::begin(&build, &root, &state)?;
    wait("all locations are loaded", LIMIT, || {
        web::loaded(port) == LOCATIONS
    })?;
    std::thread::sleep(SETTLING);
    let own = build.own(running.pid());
    Ok(vec![
        BenchRow {
            what: format!("CPU of Dagdeck itself, {LOCATIONS} locations idle, of one core"),
            ours: Amount::Percent(cpu(&own, OVER)),
            peer: None,
            aim: Some(0.5),
        },
        BenchRow {
            what: "memory of Dagdeck itself then (PSS)".to_owned(),
            ours: Amount::Megabytes(memory(&own)),
            peer: None,
            aim: None,
        },
    ])
}
