//! The steps of `cargo xtask test`, in the order that finds most soonest and shares most compiling.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::skips;
use crate::display::Display;
use crate::program::Program;
use crate::test_report::Counts;
use crate::{generate, lint, places, run, setup};

/// What is chosen of a step's tests.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Chosen {
    /// Of the tests that drive built programs, only those whose names hold this
    #[arg(long, value_name = "PART OF A NAME")]
    pub(super) filter: Option<String>,
    /// The program of an older Dagdeck, for the one step that needs it.
    #[arg(skip)]
    pub(crate) older: Option<PathBuf>,
}

/// One step.
pub(crate) struct Step {
    pub(super) name: &'static str,
    /// Runs it; of the tests that drive built programs only those that are chosen.
    pub(super) run: fn(&Chosen) -> Result<Counts>,
    /// Whether it runs at the same time as the step before it.
    pub(super) beside: bool,
    /// Runs the tests of these names, nothing beside them. None where a step has no tests, or is not in a whole run.
    pub(super) alone: Option<ByName>,
}

/// Runs the tests of these names.
pub(super) type ByName = fn(&[String]) -> Result<Counts>;

const STEPS: &[Step] = &[
    step("fmt", fmt),
    step("typos", typos),
    step("page", page),
    step("clippy", clippy),
    // Mostly on one processor, as much of what a compiler does.
    beside("ui", ui),
    step("gen", stale),
    step("cargo", cargo).or_alone(|names| alone(units(), names)),
    step("headless", headless).or_alone(|names| alone(driven("headless"), names)),
    step("launching", launching).or_alone(|names| alone(driven("headless"), names)),
    beside("window", window).or_alone(|names| {
        let display = Display::open()?;
        alone(display.within(driven("window")), names)
    }),
    step("serving", serving).or_alone(|names| alone(driven("headless"), names)),
];

/// What only `cargo xtask soak` runs: stories as often as it takes to meet what happens rarely.
const SOAK: &[Step] = &[
    step("cancels", |_| soaked(driven("headless"), "cancel::")),
    step("reloads", |_| soaked(real_tests(), "reload::")),
    step("verbs", |_| soaked(driven("headless"), "verbs::")),
    step("hosts", |_| soaked(driven("headless"), "hosts::of_two")),
    step("owners", |_| {
        soaked(driven("headless"), "hosts::who_comes_while_an_owner_goes")
    }),
    step("older", |chosen| {
        let program = chosen
            .older
            .as_ref()
            .context("no older Dagdeck was built")?;
        soaked(driven("headless").env("DAGDECK_OLDER", program), OLDER)
    }),
    step("guards", |_| soaked(real_tests(), "killed_at_any_moment")),
    step("kills", |_| {
        let display = Display::open()?;
        soaked(display.within(driven("window")), "killed::")
    }),
    step("whole", |_| soaked(driven("headless"), LONG)),
    step("long", |_| {
        let display = Display::open()?;
        soaked(display.within(driven("window")), LONG)
    }),
];

/// The named steps of a soak in their order; all when none is named.
pub(crate) fn soak(names: &[String]) -> Result<Vec<&'static Step>> {
    choose_of(SOAK, names)
}

/// A step that runs after all before it.
pub(crate) const fn step(name: &'static str, run: fn(&Chosen) -> Result<Counts>) -> Step {
    Step {
        name,
        run,
        beside: false,
        alone: None,
    }
}

/// A step that runs at the same time as the one before it.
pub(crate) const fn beside(name: &'static str, run: fn(&Chosen) -> Result<Counts>) -> Step {
    Step {
        beside: true,
        ..step(name, run)
    }
}

impl Step {
    const fn or_alone(self, alone: ByName) -> Step {
        Step {
            alone: Some(alone),
            ..self
        }
    }
}

/// The named steps in their order; all when none is named.
pub(super) fn choose(names: &[String]) -> Result<Vec<&'static Step>> {
    choose_of(STEPS, names)
}

/// The named ones of these in their order; all when none is named.
pub(crate) fn choose_of(steps: &'static [Step], names: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !steps.iter().any(|step| step.name == **name))
    {
        let known: Vec<_> = steps.iter().map(|step| step.name).collect();
        bail!(
            "there is no step `{unknown}`; there are {}",
            known.join(", ")
        );
    }
    Ok(steps
        .iter()
        .filter(|step| names.is_empty() || names.iter().any(|name| name == step.name))
        .collect())
}

pub(crate) const COMPILING: Duration = Duration::from_secs(1500);
const DRIVING: Duration = Duration::from_secs(2400);
const SOAKING: Duration = Duration::from_secs(7200);
/// The tests that launch whole Dagsters.
const LAUNCHING: &str = "launching::";
/// Of these, those that run two at a time once the window's stories are over. The others take about as long one at a time as the
/// window's do beside them.
const SERVING: [&str; 5] = [
    "launching::sample::",
    "launching::sync::",
    "launching::trouble::",
    "launching::up::",
    "launching::verbs::",
];
/// The stories that take minutes and of which shorter ones, or the lower layers, show each part.
const LONG: &str = "long::";
/// The stories about the real index: `cargo xtask live` runs them.
const LIVE: &str = "live::";
/// The story about an owner of an older Dagdeck: a soak builds one.
const OLDER: &str = "older::";

pub(crate) fn fmt(_: &Chosen) -> Result<Counts> {
    Program::new("cargo")
        .args(["fmt", "--all", "--", "--check"])
        .run()?;
    Ok(Counts::default())
}

pub(crate) fn typos(_: &Chosen) -> Result<Counts> {
    Program::new(setup::tools::TYPOS.program())
        .args(["--format", "brief"])
        .run()?;
    Ok(Counts::default())
}

/// Built first: the app carries the built files, so every Rust step needs them.
fn page(_: &Chosen) -> Result<Counts> {
    run::build_ui()?;
    Ok(Counts::default())
}

fn ui(chosen: &Chosen) -> Result<Counts> {
    ui_code(chosen)?;
    ui_script("test")
}

/// What is said of the window's code without running it.
pub(crate) fn ui_code(_: &Chosen) -> Result<Counts> {
    ui_script("lint")?;
    ui_script("check")
}

fn ui_script(name: &str) -> Result<Counts> {
    Program::new(setup::npm()?)
        .args(["run", name])
        .folder(&places::ui())
        .labelled("ui")
        .count(COMPILING)
}

fn clippy(_: &Chosen) -> Result<Counts> {
    ensure_built_ui()?;
    lint::lint()?;
    Ok(Counts::default())
}

pub(crate) fn stale(_: &Chosen) -> Result<Counts> {
    generate::generate(true)?;
    Ok(Counts::default())
}

fn cargo(_: &Chosen) -> Result<Counts> {
    ensure_built_ui()?;
    units().count(COMPILING)
}

/// Every test that drives no built program.
fn units() -> Program {
    Program::new("cargo")
        .args(["test", "--locked", "--workspace", "--no-fail-fast", "--"])
        .env("DAGDECK_TEST_WORKSPACE", places::test_workspace())
        .env(skips::FILE, skips::file())
}

/// Tests that launch no Dagster: several at once.
fn headless(chosen: &Chosen) -> Result<Counts> {
    ensure_built_ui()?;
    build()?;
    driven("headless")
        .args(["--skip", LAUNCHING, "--skip", LIVE, "--skip", OLDER])
        .args(["--test-threads", "4"])
        .args(&chosen.filter)
        .count(DRIVING)
}

/// Tests that launch whole Dagsters: one at a time, for the window's run beside them.
fn launching(chosen: &Chosen) -> Result<Counts> {
    let others = SERVING.iter().flat_map(|part| ["--skip", part]);
    let these: Vec<_> = [LAUNCHING].into_iter().chain(others).collect();
    launched("launching", chosen, &these, "1")
}

/// The rest of them, two at a time.
fn serving(chosen: &Chosen) -> Result<Counts> {
    launched("serving", chosen, &SERVING, "2")
}

/// Of the headless tests these, so many at once, but for the long ones. Of those that are chosen by a part of their name the
/// long ones are no exception.
fn launched(label: &str, chosen: &Chosen, these: &[&str], at_once: &str) -> Result<Counts> {
    ensure_built_ui()?;
    build()?;
    let tests = driven("headless").labelled(label);
    let Some(part) = &chosen.filter else {
        return tests
            .args(these)
            .args(["--skip", LONG, "--test-threads", at_once])
            .count(DRIVING);
    };
    // The two have to hold at once, and a runner takes several as one or the other.
    let listed = driven("headless")
        .args(these)
        .args(["--list", "--format", "terse"])
        .read()?;
    let names = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"));
    let names: Vec<_> = names
        .filter(|name| name.contains(part.as_str()))
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        return Ok(Counts::default());
    }
    alone(tests, &names)
}

fn window(chosen: &Chosen) -> Result<Counts> {
    ensure_built_ui()?;
    build()?;
    let display = Display::open()?;
    display
        .within(driven("window"))
        .args(["--skip", LONG, "--test-threads", "1"])
        .args(&chosen.filter)
        .count(DRIVING)
}

fn alone(tests: Program, names: &[String]) -> Result<Counts> {
    tests
        .args(["--exact", "--test-threads", "1"])
        .args(names)
        .count(DRIVING)
}

/// One story in its full number of rounds.
fn soaked(tests: Program, story: &str) -> Result<Counts> {
    ensure_built_ui()?;
    build()?;
    let counts = tests
        .args([story, "--test-threads", "1", "--nocapture"])
        .env("DAGDECK_SOAK", "1")
        .count(SOAKING)?;
    ensure!(counts.passed > 0, "there is no test `{story}` any more");
    Ok(counts)
}

/// A test that drives a built program.
pub(crate) fn driven(test: &str) -> Program {
    // A session bus of its own: the app's single instance must not meet a person's.
    Program::new("dbus-run-session")
        .args(["--", "cargo", "test", "--locked", "--workspace", "--test"])
        .args([test, "--"])
        .env("DAGDECK_TEST_WORKSPACE", places::test_workspace())
        .env("DAGDECK_PROGRAM", places::built("dagdeck", false))
        .env("DAGDECK_WINDOW", places::built("dagdeck-desktop", false))
        .env(skips::FILE, skips::file())
        .labelled(test)
}

/// The crates' own tests with real processes. Of the whole workspace, so that what is compiled is shared with the other steps.
fn real_tests() -> Program {
    Program::new("cargo")
        .args(["test", "--locked", "--workspace", "--test", "real", "--"])
        .env("DAGDECK_TEST_WORKSPACE", places::test_workspace())
        .env(skips::FILE, skips::file())
        .labelled("real")
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
pub(crate) fn ensure_built_ui() -> Result<()> {
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
