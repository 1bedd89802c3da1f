//! `cargo xtask test`: every check and test, as CI runs them.

mod second;
pub(crate) mod skips;
pub(crate) mod steps;

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::prepared::{PrepareArguments, prepared};
use crate::program::Failed;
use crate::setup;
use crate::test_report::Counts;
pub(crate) use steps::{Chosen, Step, build, driven, soak};

/// What of it to run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps: fmt, typos, page, clippy, ui, gen, cargo, headless, launching, window, serving
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    #[command(flatten)]
    tests: Chosen,
    #[command(flatten)]
    wanted: PrepareArguments,
}

/// Sets up, then runs all steps; a failed one does not keep the others from telling what they find.
pub(crate) fn test(arguments: &Arguments) -> Result<()> {
    let chosen = steps::choose(&arguments.only)?;
    prepared(&arguments.wanted, |prepared| {
        run(&chosen, &arguments.tests, prepared.set_up)
    })
}

/// How a step went.
struct Went {
    step: &'static Step,
    took: Duration,
    outcome: Result<Counts>,
    /// The tests that passed only at the second try.
    second: Vec<String>,
}

/// Runs steps, and tells of all of them at the end.
pub(crate) fn run(chosen: &[&'static Step], tests: &Chosen, set_up: Duration) -> Result<()> {
    skips::forget()?;
    let mut went = Vec::new();
    for together in chosen.chunk_by(|_, next| next.beside) {
        let names: Vec<_> = together.iter().map(|step| step.name).collect();
        setup::heading(&names.join(" and "));
        std::thread::scope(|scope| {
            let running: Vec<_> = together
                .iter()
                .map(|step| scope.spawn(|| timed(step, tests)))
                .collect();
            for (step, thread) in together.iter().zip(running) {
                let (took, outcome) = thread
                    .join()
                    .unwrap_or_else(|_| (Duration::ZERO, Err(anyhow!("the step panicked"))));
                went.push((step, took, outcome));
            }
        });
    }
    // Who runs a few tests looks for what is wrong with them.
    let mut few = tests.filter.as_ref().map_or(second::FEW, |_| 0);
    let went: Vec<_> = went
        .into_iter()
        .map(|(step, took, outcome)| {
            let begun = Instant::now();
            let (outcome, second) = second::tried(step, outcome, few);
            few -= second.len();
            Went {
                step,
                took: took + begun.elapsed(),
                outcome,
                second,
            }
        })
        .collect();
    let counts = summary(set_up, &went)?;
    if let Some(part) = &tests.filter
        && counts.passed + counts.skipped == 0
    {
        bail!("the name of no test holds `{part}`");
    }
    Ok(())
}

fn timed(step: &Step, tests: &Chosen) -> (Duration, Result<Counts>) {
    let begun = Instant::now();
    let outcome = (step.run)(tests);
    if let Err(error) = &outcome {
        println!("  {} failed: {error:#}", step.name);
    }
    (begun.elapsed(), outcome)
}

fn summary(set_up: Duration, went: &[Went]) -> Result<Counts> {
    let mut all = Counts::default();
    let mut failed = Vec::new();
    setup::heading("Summary");
    println!("  {:<10} {:>7.1} s", "set-up", set_up.as_secs_f64());
    for one in went {
        let counts = match &one.outcome {
            Ok(counts) => *counts,
            Err(error) => {
                failed.push(one.step.name);
                let failed = error.downcast_ref::<Failed>();
                failed.map_or(Counts::ONE_FAILED, |failed| {
                    failed.told.at_least_one_failed()
                })
            }
        };
        all += counts;
        let word = if one.outcome.is_ok() { "ok" } else { "FAILED" };
        let tests = match counts.passed + counts.failed {
            0 => String::new(),
            _ => format!("{} passed, {} failed", counts.passed, counts.failed),
        };
        println!(
            "  {:<10} {:>7.1} s  {word:<6} {tests}",
            one.step.name,
            one.took.as_secs_f64()
        );
    }
    if all.skipped > 0 {
        println!(
            "\n{} were left out by their runners, which name them above",
            all.skipped
        );
    }
    // A test that found that it can't be made here ended well for its runner, and was counted there.
    let skipped = skips::recorded()?;
    let count = u32::try_from(skipped.len())?;
    all.passed = all.passed.saturating_sub(count);
    all.skipped += count;
    if !skipped.is_empty() {
        println!("\nskipped on this machine:");
    }
    for (test, why) in &skipped {
        println!("  {test}: {why}");
    }
    let second: Vec<_> = went.iter().flat_map(|one| &one.second).collect();
    let at_second = match second.len() {
        0 => String::new(),
        count => {
            println!("\npassed only at the second try, by itself; why is to be found:");
            second.iter().for_each(|test| println!("  {test}"));
            format!(", {count} of the passed at the second try")
        }
    };
    println!(
        "\n{} passed, {} failed, {} skipped{at_second}",
        all.passed, all.failed, all.skipped
    );
    if failed.is_empty() {
        Ok(all)
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}
