//! `cargo xtask platforms`: Windows and macOS, from a Debian machine.
//!
//! For both, what is compiled there and nowhere else is type-checked with warnings denied; for Windows the command is linked
//! too, and answers a few stories under Wine. Owns the compilers for that: Debian's Rust, since rustup may have no other
//! system's standard library, which is built here from its source. Refuses to be in the gate: from nothing it takes long.

mod compiler;
mod wine;

use std::time::Instant;

use anyhow::Result;

use crate::test::{self, Chosen};
use crate::test_report::Counts;
use crate::{places, run, setup};
use compiler::{System, cargo};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps: windows, wine, macos
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

/// Sets up, then checks each system; what is wrong with one does not keep the others from being told.
pub(crate) fn platforms(arguments: &Arguments) -> Result<()> {
    let steps = test::platforms(&arguments.only)?;
    let begun = Instant::now();
    setup::for_platforms()?;
    if !places::ui().join("dist/index.html").is_file() {
        run::build_ui()?;
    }
    test::run(&steps, &Chosen::default(), begun.elapsed())
}

/// Type-checks what Windows compiles.
pub(crate) fn windows() -> Result<Counts> {
    checked(&compiler::WINDOWS)
}

/// Type-checks what macOS compiles.
pub(crate) fn macos() -> Result<Counts> {
    checked(&compiler::MACOS)
}

/// Links the command for Windows and has it answer under Wine.
pub(crate) fn wine() -> Result<Counts> {
    cargo("build", &compiler::WINDOWS)?
        .args(["--package", "dagdeck-cli"])
        .run()?;
    wine::stories(&compiler::built(&compiler::WINDOWS).join("dagdeck.exe"))
}

fn checked(system: &System) -> Result<Counts> {
    cargo("check", system)?
        .args(["--package", "dagdeck-cli", "--package", "dagdeck-desktop"])
        .run()?;
    Ok(Counts::default())
}
