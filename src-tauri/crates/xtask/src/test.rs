//! `cargo xtask test`: every check and test, as CI runs them.

mod steps;

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::program::{Counts, Failed};
use crate::setup;
use steps::Step;
pub(crate) use steps::{build, driven};

/// What of it to run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps: fmt, ui, clippy, gen, cargo, headless, window
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Takes set-up as done
    #[arg(long)]
    no_setup: bool,
}

/// Sets up, then runs all steps; a failed one does not keep the others from telling what they find.
pub(crate) fn test(arguments: &Arguments) -> Result<()> {
    let chosen = steps::choose(&arguments.only)?;
    let started = Instant::now();
    if !arguments.no_setup {
        setup::for_testing()?;
    }
    let set_up = started.elapsed();
    let mut told: Vec<(&Step, Duration, Result<Counts>)> = Vec::new();
    for together in chosen.chunk_by(|_, next| next.beside) {
        let names: Vec<_> = together.iter().map(|step| step.name).collect();
        setup::say(&names.join(" and "));
        std::thread::scope(|scope| {
            let running: Vec<_> = together
                .iter()
                .map(|step| scope.spawn(|| timed(step)))
                .collect();
            for (step, thread) in together.iter().zip(running) {
                let (took, outcome) = thread
                    .join()
                    .unwrap_or_else(|_| (Duration::ZERO, Err(anyhow!("the step panicked"))));
                told.push((step, took, outcome));
            }
        });
    }
    summary(set_up, &told)
}

fn timed(step: &Step) -> (Duration, Result<Counts>) {
    let begun = Instant::now();
    let outcome = (step.run)();
    if let Err(error) = &outcome {
        println!("  {} failed: {error:#}", step.name);
    }
    (begun.elapsed(), outcome)
}

fn summary(set_up: Duration, told: &[(&Step, Duration, Result<Counts>)]) -> Result<()> {
    let mut all = Counts::default();
    let mut failed = Vec::new();
    setup::say("Summary");
    println!("  {:<10} {:>7.1} s", "set-up", set_up.as_secs_f64());
    for (step, took, outcome) in told {
        let counts = match outcome {
            Ok(counts) => *counts,
            Err(error) => {
                failed.push(step.name);
                error.downcast_ref::<Failed>().map_or(
                    Counts {
                        passed: 0,
                        failed: 1,
                    },
                    |failed| failed.counts,
                )
            }
        };
        all += counts;
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        let tests = match counts.passed + counts.failed {
            0 => String::new(),
            _ => format!("{} passed, {} failed", counts.passed, counts.failed),
        };
        println!(
            "  {:<10} {:>7.1} s  {word:<6} {tests}",
            step.name,
            took.as_secs_f64()
        );
    }
    println!("\n{} passed, {} failed", all.passed, all.failed);
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}
