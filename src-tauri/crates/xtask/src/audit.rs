//! `cargo xtask audit`: what the repository depends on. Licences, versions, known faults, and what nothing uses.
//!
//! Owns the tools for that, each in a version that is named. Refuses to be in the gate: the tools take minutes to build, and
//! what was found against a crate depends on the day.

mod tools;

use std::time::Instant;

use anyhow::{Context, Result};

use crate::program::{Failed, Program};
use crate::test::skips::skipped;
use crate::test::steps::{Step, choose_of, step};
use crate::test::{self, Chosen};
use crate::test_report::{Counts, TestReport};
use crate::{places, setup};

const STEPS: &[Step] = &[
    step("licences", |_| one(deny(&["bans", "licenses", "sources"]))),
    step("advisories", |_| advisories()),
    step("crates", |_| crates()),
    step("packages", |_| packages()),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps: licences, advisories, crates, packages
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// Brings the tools, then asks each; what one finds does not keep the others from being told.
pub(crate) fn audit(arguments: &Arguments) -> Result<()> {
    let steps = choose_of(STEPS, &arguments.only)?;
    let begun = Instant::now();
    setup::heading("Set-up");
    setup::timed("cargo-deny", || tools::DENY.install())?;
    setup::timed("cargo-machete", || tools::MACHETE.install())?;
    setup::timed("knip", tools::install_knip)?;
    test::run(&steps, &Chosen::default(), begun.elapsed())
}

/// No crate has a known fault, as far as the list of them can be had.
fn advisories() -> Result<Counts> {
    let fetched = Program::new(tools::DENY.program()).args(["--locked", "fetch", "db"]);
    if let Err(error) = fetched.read() {
        let why = format!("the list of known faults can't be had: {error:#}");
        println!("  not asked: {why}");
        skipped("audit::advisories", &why)?;
        return Ok(Counts::ONE_PASSED);
    }
    one(deny(&["--disable-fetch", "advisories"]))
}

/// Every crate that a package names is used by it, and the fuzzer's lockfile is of today, which only who fuzzes would see.
fn crates() -> Result<Counts> {
    Program::new("cargo")
        .args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(places::root().join("tests/fuzz/Cargo.toml"))
        .read()?;
    one(Program::new(tools::MACHETE.program())
        .args(["--with-metadata", "--skip-target-dir"])
        .arg(places::root()))
}

/// Every npm package that the window names is used by it, and none is used that it does not name.
fn packages() -> Result<Counts> {
    let node = crate::program::find("node").context("Node.js is not on the PATH")?;
    one(Program::new(node)
        .arg(tools::knip())
        .args(["--dependencies", "--no-progress"])
        .folder(&places::ui()))
}

fn deny(what: &[&str]) -> Program {
    Program::new(tools::DENY.program())
        .args([
            "--locked",
            "--offline",
            "--log-level",
            "warn",
            "check",
            "--hide-inclusion-graph",
        ])
        .args(what)
}

/// A question that passes or fails as a whole.
fn one(asked: Program) -> Result<Counts> {
    let line = asked.line();
    asked.run().map(|()| Counts::ONE_PASSED).map_err(|_| {
        let mut told = TestReport::default();
        told.counts = Counts::ONE_FAILED;
        Failed { line, told }.into()
    })
}
