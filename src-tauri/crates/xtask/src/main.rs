//! The one way in: set-up, run, test, generated files, benchmarks, pictures.
//!
//! Owns what a person or CI has to do with this repository. Refuses to be part of the product: nothing depends on it.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool of the repository: it runs other tools and talks to the person in front of it"
)]

mod audit;
mod bench;
mod check;
mod display;
mod fuzz;
mod generate;
mod lint;
mod live;
mod places;
mod platforms;
mod prepared;
mod program;
mod record;
mod run;
mod setup;
mod shots;
mod soak;
mod test;
mod test_report;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::prepared::PrepareArguments;

/// Dagdeck's repository: one way in.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing to run the app; with --tests, what the tests need too
    Setup {
        /// Also what the tests need: a virtual display, a driver, a real Dagster workspace
        #[arg(long)]
        tests: bool,
    },
    /// Sets up, builds and opens the app
    Run {
        /// A folder to open
        path: Option<PathBuf>,
        /// Builds with optimisations
        #[arg(long)]
        release: bool,
    },
    /// Sets up and runs every check and test, as CI does
    Test(test::Arguments),
    /// What a person runs before each commit: format, spelling, lints, types, generated files, the crates' own tests
    Check,
    /// Licences, known faults and unused packages of what the repository depends on
    Audit(audit::Arguments),
    /// Writes the generated TypeScript, the list of checks and the command's schemas; with --check, only says whether the first is stale
    Gen {
        /// Changes nothing, fails when a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Measures Dagdeck against its peers on this machine
    Bench(bench::Arguments),
    /// Feeds the readers what a fuzzer makes up, until they break or the time is over
    Fuzz(fuzz::Arguments),
    /// Writes down what the real package index holds today, for the tests' own index
    Record {
        /// Only the lockfiles of the test workspace
        #[arg(long)]
        lockfiles: bool,
    },
    /// Says what has moved in the real package index, and runs the stories that are about it
    Live,
    /// Kills, cancels and reloads in their full number
    Soak(soak::Arguments),
    /// Checks what Windows and macOS compile, and runs the command for Windows under Wine
    Platforms(platforms::Arguments),
    /// Takes every screen in both themes on real data into target/shots
    Shots,
}

fn main() -> ExitCode {
    let done = lint::called_as_compiler().unwrap_or_else(asked);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What a person asks for.
fn asked() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Setup { tests: false } => setup::for_running(),
        Command::Setup { tests: true } => {
            prepared::prepared(&PrepareArguments::default(), |_| Ok(()))
        }
        Command::Run { path, release } => run::run(path.as_deref(), release),
        Command::Test(arguments) => test::test(&arguments),
        Command::Check => check::check(),
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::Gen { check } => generate::generate(check),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Fuzz(arguments) => fuzz::fuzz(&arguments),
        Command::Record { lockfiles: false } => record::record(),
        Command::Record { lockfiles: true } => record::record_lockfiles(),
        Command::Live => live::live(),
        Command::Soak(arguments) => soak::soak(&arguments),
        Command::Platforms(arguments) => platforms::platforms(&arguments),
        Command::Shots => shots::shots(),
    }
}
