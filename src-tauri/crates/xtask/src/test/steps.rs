//! The steps of `cargo xtask test`, in the order that finds most soonest and shares most compiling.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::display::Display;
use crate::program::{Counts, Program};
use crate::{generate, places, run, setup};

/// One step.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) run: fn() -> Result<Counts>,
    /// Whether it runs at the same time as the step before it.
    pub(super) beside: bool,
}

const STEPS: &[Step] = &[
    step("fmt", fmt),
    step("ui", ui),
    step("clippy", clippy),
    step("gen", stale),
    step("cargo", cargo),
    step("headless", headless),
    // Both wait for Dagsters to start more than they compute.
    Step {
        beside: true,
        ..step("window", window)
    },
];

const fn step(name: &'static str, run: fn() -> Result<Counts>) -> Step {
    Step {
        name,
        run,
        beside: false,
    }
}

/// The named steps in their order; all when none is named.
pub(super) fn choose(names: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !STEPS.iter().any(|step| step.name == **name))
    {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!(
            "there is no step `{unknown}`; there are {}",
            known.join(", ")
        );
    }
    Ok(STEPS
        .iter()
        .filter(|step| names.is_empty() || names.iter().any(|name| name == step.name))
        .collect())
}

const COMPILING: Duration = Duration::from_secs(1500);
const DRIVING: Duration = Duration::from_secs(2400);

fn fmt() -> Result<Counts> {
    Program::new("cargo")
        .args(["fmt", "--all", "--", "--check"])
        .run()?;
    Ok(Counts::default())
}

fn ui() -> Result<Counts> {
    let script = |name: &str| -> Result<Program> {
        Ok(Program::new(setup::npm()?)
            .args(["run", name])
            .folder(&places::ui()))
    };
    // Built first: the app carries the built files, so every Rust step needs them.
    run::build_ui()?;
    script("lint")?.run()?;
    script("check")?.run()?;
    script("test")?.count(COMPILING)
}

fn clippy() -> Result<Counts> {
    ensure_built_ui()?;
    let lint = |selection: &[&str]| {
        Program::new("cargo")
            .args(["clippy", "--locked", "--quiet"])
            .args(selection)
            .args(["--", "--deny", "warnings"])
            .run()
    };
    lint(&["--workspace", "--all-targets"])?;
    // Tests that need a set-up machine are not among the targets that Cargo tests by itself.
    // The whole workspace is selected again, so that Cargo unifies features alike and what is checked is shared.
    lint(&["--workspace", "--test", "window", "--test", "headless"])?;
    Ok(Counts::default())
}

fn stale() -> Result<Counts> {
    generate::generate(true)?;
    Ok(Counts::default())
}

fn cargo() -> Result<Counts> {
    ensure_built_ui()?;
    Program::new("cargo")
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        .env("DAGDECK_TEST_WORKSPACE", places::test_workspace())
        .count(COMPILING)
}

fn headless() -> Result<Counts> {
    ensure_built_ui()?;
    build()?;
    driven("headless").count(DRIVING)
}

fn window() -> Result<Counts> {
    ensure_built_ui()?;
    build()?;
    let display = Display::open()?;
    display.within(driven("window")).count(DRIVING)
}

/// A test that drives a built program; one at a time, for each starts whole Dagsters.
pub(crate) fn driven(test: &str) -> Program {
    // A session bus of its own: the app's single instance must not meet a person's.
    Program::new("dbus-run-session")
        .args(["--", "cargo", "test", "--locked", "--workspace", "--test"])
        .args([test, "--", "--test-threads=1"])
        .env("DAGDECK_TEST_WORKSPACE", places::test_workspace())
        .env("DAGDECK_PROGRAM", places::built("dagdeck", false))
        .env("DAGDECK_WINDOW", places::built("dagdeck-desktop", false))
        .labelled(test)
}

/// Builds the programs that tests drive. Tests are selected too, so that Cargo unifies features as for `cargo test` and
/// what is compiled is shared.
pub(crate) fn build() -> Result<()> {
    Program::new("cargo")
        .args(["build", "--locked", "--quiet", "--workspace"])
        .args(["--bins", "--tests"])
        .run()
}

/// The shell does not compile without the window's files.
fn ensure_built_ui() -> Result<()> {
    if places::ui().join("dist/index.html").is_file() {
        return Ok(());
    }
    run::build_ui()
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn steps_keep_their_order_and_unknown_ones_are_named() {
        let names: Vec<String> = ["cargo", "fmt"].map(str::to_owned).into();
        let chosen: Vec<_> = choose(&names)
            .unwrap()
            .iter()
            .map(|step| step.name)
            .collect();
        assert_eq!(chosen, ["fmt", "cargo"]);
        let unknown = choose(&["nonsense".to_owned()]).err().unwrap().to_string();
        assert!(unknown.contains("`nonsense`"), "{unknown}");
    }
}
