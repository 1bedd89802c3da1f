//! `cargo xtask bench`: Dagdeck against its peers, in the same run on the same machine.
//!
//! Both sides get what a person's machine has: bytecode on disk, a warm file cache, an instance that exists.

mod against;
mod build;
mod code;
mod empty;
mod flood;
mod health;
mod idle;
mod launch;
mod measure;
mod read;
mod startup;
mod table;
mod web;
mod window;
mod workspaces;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::prepared::{Wanted, prepared};
use crate::setup;
use table::BenchRow;

/// What of it to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these parts: read, health, launch, startup, flood, idle, window
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// How often each side is measured; the table shows medians
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure against another build of Dagdeck instead: the folder that its two programs are in
    #[arg(long, value_name = "FOLDER", conflicts_with = "only")]
    against: Option<PathBuf>,
}

type Part = (&'static str, fn(usize) -> Result<Vec<BenchRow>>);

const PARTS: &[Part] = &[
    ("read", read::measure),
    ("health", health::measure),
    ("launch", launch::measure),
    ("startup", startup::measure),
    ("flood", flood::measure),
    ("idle", idle::measure),
    ("window", window::measure),
];

/// Measures the chosen parts and prints one table.
pub(crate) fn bench(arguments: &Arguments) -> Result<()> {
    let known = |name: &String| PARTS.iter().any(|(part, _)| part == name);
    if let Some(unknown) = arguments.only.iter().find(|name| !known(name)) {
        let names: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!(
            "there is no part `{unknown}`; there are {}",
            names.join(", ")
        );
    }
    prepared(&Wanted::default(), |_| measured(arguments))
}

fn measured(arguments: &Arguments) -> Result<()> {
    if let Some(other) = &arguments.against {
        build::both()?;
        let rows = against::measure(arguments.runs.max(1), other)?;
        setup::heading("Measured");
        println!("{}", table::render(&rows, &measure::machine()));
        return Ok(());
    }
    build::command()?;
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (name, part) in PARTS {
        if !arguments.only.is_empty() && !arguments.only.iter().any(|chosen| chosen == name) {
            continue;
        }
        setup::heading(name);
        match part(arguments.runs.max(1)) {
            Ok(told) => rows.extend(told),
            Err(error) => {
                println!("  could not be measured: {error:#}");
                failed.push(*name);
            }
        }
    }
    setup::heading("Measured");
    println!("{}", table::render(&rows, &measure::machine()));
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not measured: {}", failed.join(", "))
    }
}
