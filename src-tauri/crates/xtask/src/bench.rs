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

use crate::prepared::{PrepareArguments, prepared};
use crate::setup;
use table::BenchRow;

/// What of it to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these parts: read, health, launch, startup, flood, idle, window; against another build read, launch, startup,
    /// flood, idle, weight
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// How often each side is measured; the table shows medians
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Measure against another build of Dagdeck instead: the folder that its two programs are in
    #[arg(long, value_name = "FOLDER")]
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
    let all: Vec<&str> = match arguments.against {
        Some(_) => against::PARTS.to_vec(),
        None => PARTS.iter().map(|(part, _)| *part).collect(),
    };
    let only = &arguments.only;
    if let Some(unknown) = only.iter().find(|name| !all.contains(&name.as_str())) {
        bail!("there is no part `{unknown}`; there are {}", all.join(", "));
    }
    let chosen = |part: &&str| only.is_empty() || only.iter().any(|name| name == part);
    let parts: Vec<&str> = all.into_iter().filter(chosen).collect();
    prepared(&PrepareArguments::default(), |_| {
        measured(arguments, &parts)
    })
}

fn measured(arguments: &Arguments, chosen: &[&str]) -> Result<()> {
    if let Some(other) = &arguments.against {
        build::both()?;
        let rows = against::measure(arguments.runs.max(1), other, chosen)?;
        setup::heading("Measured");
        println!("{}", table::render(&rows, &measure::machine()));
        return Ok(());
    }
    build::command()?;
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (name, part) in PARTS.iter().filter(|(name, _)| chosen.contains(name)) {
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
