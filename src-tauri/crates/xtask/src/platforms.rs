//! `cargo xtask platforms`: Windows and macOS, from a Debian machine.
//!
//! For both, what is compiled there and nowhere else is type-checked with warnings denied; for Windows the command is linked
//! too, and answers a few stories under Wine. Owns the compilers for that: Debian's Rust, since rustup may have no other
//! system's standard library, which is built here from its source. Refuses to be in the gate: from nothing it takes long.

mod compiler;
mod wine;

use std::time::Instant;

use anyhow::Result;

use crate::setup;
use crate::test::steps::{Step, choose_of, step};
use crate::test::{self, Chosen};
use crate::test_report::Counts;
use compiler::{System, cargo};

const STEPS: &[Step] = &[
    step("windows", |_| checked(&compiler::WINDOWS)),
    step("wine", |_| wine()),
    step("macos", |_| checked(&compiler::MACOS)),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps: windows, wine, macos
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// Sets up, then checks each system; what is wrong with one does not keep the others from being told.
pub(crate) fn platforms(arguments: &Arguments) -> Result<()> {
    let steps = choose_of(STEPS, &arguments.only)?;
    let begun = Instant::now();
    setup::for_platforms()?;
    test::steps::ensure_built_ui()?;
    test::run(&steps, &Chosen::default(), begun.elapsed())
}

/// Links the command for Windows and has it answer under Wine.
fn wine() -> Result<Counts> {
    cargo("build", &compiler::WINDOWS)?
        .args(["--package", "dagdeck-cli"])
        .run()?;
    wine::stories(&compiler::built(&compiler::WINDOWS).join("dagdeck.exe"))
}

/// Type-checks what a system compiles.
fn checked(system: &System) -> Result<Counts> {
    cargo("check", system)?
        .args(["--package", "dagdeck-cli", "--package", "dagdeck-desktop"])
        .run()?;
    Ok(Counts::default())
}
