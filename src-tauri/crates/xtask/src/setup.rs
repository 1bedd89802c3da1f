//! Set-up: everything the app and its tests need, installed when missing and told before.
//!
//! System packages come from Debian's own tools; all else stays under `target/tools` and `ui/node_modules`.

mod debian;
mod driver;
mod node;
mod python;
pub(crate) mod uv;
mod workspace;

use std::io::{BufRead, IsTerminal, Write};
use std::time::Instant;

use anyhow::{Result, bail};

pub(crate) use node::npm;
pub(crate) use workspace::scaffold;

/// What the app needs: system packages, npm packages, uv.
pub(crate) fn for_running() -> Result<()> {
    say("Set-up");
    timed("system packages", || debian::install(debian::FOR_RUNNING))?;
    timed("npm packages", node::install)?;
    timed("uv", uv::install)
}

/// What the tests need on top: a virtual display, the window's driver, a real Dagster workspace.
pub(crate) fn for_testing() -> Result<()> {
    say("Set-up");
    timed("system packages", || {
        debian::install(&[debian::FOR_RUNNING, debian::FOR_TESTING].concat())
    })?;
    timed("npm packages", node::install)?;
    timed("uv", uv::install)?;
    timed("tauri-driver", driver::install)?;
    timed("test workspace", workspace::make)
}

/// Prints a heading.
pub(crate) fn say(heading: &str) {
    println!("\n== {heading}");
}

fn timed(name: &str, work: impl FnOnce() -> Result<String>) -> Result<()> {
    let started = Instant::now();
    let told = work()?;
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
