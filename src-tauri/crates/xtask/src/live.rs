//! `cargo xtask live`: the few stories that are about the real package index, and what has moved there since the recording.
//! Outside the gate: what it finds depends on the day.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};
use index::{Recording, Upstream};

use crate::test::{build, driven};
use crate::{places, prepared, record, run, setup};

const LIMIT: Duration = Duration::from_secs(1200);

/// Says what has moved, then runs the stories.
pub(crate) fn live() -> Result<()> {
    setup::for_testing()?;
    moved()?;
    setup::heading("Stories against the real index");
    run::build_ui()?;
    build()?;
    let counts = driven("headless")
        .env("PATH", prepared::our_path()?)
        .args(["live::", "--test-threads", "1", "--nocapture"])
        .count(LIMIT)?;
    ensure!(counts.passed > 0, "there are no stories any more");
    Ok(())
}

/// What the real index holds otherwise than it was recorded.
fn moved() -> Result<()> {
    let recording = Recording::read(&places::recording())?;
    setup::heading(&format!("Since the recording of {}", recording.date));
    let upstream = Upstream::of_environment();
    let now = record::newer_releases(&recording, &upstream)?;
    let mut lines = Vec::new();
    let none = BTreeSet::new();
    let versions: BTreeSet<&String> = now.keys().chain(recording.newer.keys()).collect();
    for version in versions {
        let (then, now) = (recording.newer.get(version), now.get(version));
        let (then, now) = (then.unwrap_or(&none), now.unwrap_or(&none));
        for package in now.difference(then) {
            lines.push(format!("{package} {version} was published"));
        }
        for package in then.difference(now) {
            lines.push(format!("{package} {version} is gone or withdrawn"));
        }
    }
    let mut kept: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for wheel in &recording.wheels {
        kept.entry(wheel.project()?).or_default().push(&wheel.file);
    }
    let mut newer = Vec::new();
    for (project, files) in &kept {
        let listed = upstream.files(project)?;
        let there = record::sound(&listed);
        for file in files.iter().filter(|file| !there.contains(**file)) {
            lines.push(format!(
                "{file} is gone or withdrawn: set-up can't fetch it any more"
            ));
        }
        let releases = record::released(&listed);
        if !project.contains("dagster") && record::has_newer(&recording, project, &releases) {
            newer.push(project.as_str());
        }
    }
    if lines.is_empty() {
        println!("  nothing has moved of what tests ask");
    }
    for line in lines {
        println!("  {line}");
    }
    println!(
        "  {} other packages have newer releases: {}",
        newer.len(),
        newer.join(", ")
    );
    println!("  `cargo xtask record` records today's state");
    Ok(())
}
