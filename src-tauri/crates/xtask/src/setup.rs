//! Set-up: everything the app and its tests need, installed when missing and told before.
//!
//! System packages come from Debian's own tools; all else stays under `target/tools` and `ui/node_modules`.

mod debian;
mod node;
pub(crate) mod python;
pub(crate) mod tools;
pub(crate) mod uv;
mod wheels;
pub(crate) mod workspace;

use std::io::{BufRead, IsTerminal, Write};
use std::time::Instant;

use anyhow::{Context, Result, bail};

pub(crate) use node::npm;
pub(crate) use workspace::scaffold;

use crate::program::{self, Program};

/// What is fetched from elsewhere, where it is named, and where it is kept. Nothing else may be: after set-up the tests pass
/// with the network gone.
const FETCHED: &[(&str, &str)] = &[
    ("system packages", "setup/debian.rs, kept by the system"),
    (
        "npm packages",
        "ui/package-lock.json, kept in ui/node_modules",
    ),
    ("crates", "Cargo.lock, kept by Cargo"),
    (
        "uv and the tests' other wheels",
        "tests/index/wheels.txt, kept in target/index",
    ),
    (
        "tools for the code itself",
        "setup/tools.txt, kept in target/tools",
    ),
];

/// What the app needs: system packages, npm packages, uv.
pub(crate) fn for_running() -> Result<()> {
    heading("Set-up");
    let missing = debian::agreed(debian::FOR_RUNNING)?;
    timed("system packages", || debian::install(&missing))?;
    timed("npm packages", node::install)?;
    timed("uv", uv::install)
}

/// What a person's own checks need: the window's packages, the spell checker.
pub(crate) fn for_checking() -> Result<()> {
    heading("Set-up");
    timed("npm packages", node::install)?;
    timed("typos", || tools::TYPOS.install())
}

/// The window's npm packages.
pub(crate) fn packages() -> Result<String> {
    node::install()
}

/// What compiling for other systems needs on top: compilers, Wine.
pub(crate) fn for_platforms() -> Result<()> {
    heading("Set-up");
    if program::find("apt-get").is_none() {
        bail!("Debian's Rust compiles for other systems, and there is no apt-get here");
    }
    let missing = debian::agreed(&[debian::FOR_RUNNING, debian::FOR_PLATFORMS].concat())?;
    timed("system packages", || debian::install(&missing))?;
    timed("npm packages", node::install)?;
    timed("zig", || tools::ZIG.install())?;
    timed("uv for Windows", || tools::UV_FOR_WINDOWS.install())
}

/// Fetches what the tests need on top: a virtual display, the window's driver, crates, wheels.
pub(crate) fn for_testing() -> Result<()> {
    heading("Set-up");
    for (what, named) in FETCHED {
        println!("  {what}: named in {named}");
    }
    let missing = debian::agreed(&[debian::FOR_RUNNING, debian::FOR_TESTING].concat())?;
    // uv is installed by a Python that can make environments, which on Debian is a package of its own.
    let missing = debian::first(missing, "python3-venv")?;
    std::thread::scope(|scope| {
        let beside: [(&str, Work); 3] = [
            ("npm packages", node::install),
            ("crates", crates),
            ("uv and wheels", uv_and_wheels),
        ];
        let beside = beside.map(|(name, work)| scope.spawn(move || timed(name, work)));
        let system = timed("system packages", || debian::install(&missing));
        beside.into_iter().fold(system, |outcome, thread| {
            let told = thread.join();
            outcome.and(told.unwrap_or_else(|_| bail!("set-up panicked")))
        })
    })
}

/// Has Cargo fetch what the lockfile names.
fn crates() -> Result<String> {
    Program::new("cargo")
        .args(["fetch", "--locked", "--quiet"])
        .run()?;
    Ok("fetched".to_owned())
}

/// Fetches what uv is needed for, after uv.
fn uv_and_wheels() -> Result<String> {
    let wheels = wheels::fetch()?;
    Ok(format!("{wheels}; typos {}", tools::TYPOS.install()?))
}

/// A piece of set-up; answers what it did.
type Work = fn() -> Result<String>;

/// Prints a heading.
pub(crate) fn heading(heading: &str) {
    println!("\n== {heading}");
}

pub(crate) fn timed(name: &str, work: impl FnOnce() -> Result<String>) -> Result<()> {
    let started = Instant::now();
    let told = work().with_context(|| format!("{name} could not be had"))?;
    println!(
        "  {name}: {told} ({:.1} s)",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Tells what is about to be installed; a person at a terminal may say no, CI is never asked.
fn agree(what: &str) -> Result<()> {
    println!("  {what}");
    let person = std::io::stdin().is_terminal() && std::env::var_os("CI").is_none();
    if !person {
        return Ok(());
    }
    print!("  Go on? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_lowercase().as_str() {
        "" | "y" | "yes" => Ok(()),
        _ => bail!("nothing was installed"),
    }
}
