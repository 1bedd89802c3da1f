//! `cargo xtask check`: what a person runs before each commit, within a minute once all is built.
//!
//! It leaves to `cargo xtask test` what runs longer: the lints of the tests' own code, the window's tests, those with real
//! processes and Dagsters, and those that lie beside the crates.

use std::time::Instant;

use anyhow::Result;

use crate::program::Program;
use crate::setup;
use crate::test::steps::{
    COMPILING, Step, beside, choose_of, ensure_built_ui, fmt, stale, step, typos, ui_code,
};
use crate::test::{self, Chosen, skips};
use crate::test_report::Counts;

const STEPS: &[Step] = &[
    step("fmt", fmt),
    step("typos", typos),
    step("clippy", clippy),
    beside("ui", ui_code),
    step("gen", stale),
    step("units", units),
];

/// Runs its steps on what is there: nothing but the window's packages and the spell checker is brought.
pub(crate) fn check() -> Result<()> {
    let begun = Instant::now();
    setup::for_checking()?;
    let steps = choose_of(STEPS, &[])?;
    test::run(&steps, &Chosen::default(), begun.elapsed())
}

/// Of what is shipped, as Cargo checks it: the first time it checks every dependency too, then only what has changed. The
/// tests' own code is left to the gate: most crates' tests stand on every other crate.
fn clippy(_: &Chosen) -> Result<Counts> {
    ensure_built_ui()?;
    Program::new("cargo")
        .args(["clippy", "--locked", "--quiet", "--workspace"])
        .args(["--lib", "--bins", "--", "--deny", "warnings"])
        .run()?;
    Ok(Counts::default())
}

/// The tests that lie in the crates themselves.
fn units(_: &Chosen) -> Result<Counts> {
    ensure_built_ui()?;
    Program::new("cargo")
        .args([
            "test",
            "--locked",
            "--quiet",
            "--workspace",
            "--lib",
            "--no-fail-fast",
            "--",
        ])
        .env(skips::FILE, skips::file())
        .count(COMPILING)
}
