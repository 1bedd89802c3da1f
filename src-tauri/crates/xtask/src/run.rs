//! `cargo xtask run`: from a clone to the open window.

use std::path::Path;

use anyhow::Result;

use crate::program::Program;
use crate::{places, setup};

/// Sets up, builds the window's files and opens the app.
pub(crate) fn run(path: Option<&Path>, release: bool) -> Result<()> {
    let path = path.map(std::path::absolute).transpose()?;
    setup::for_running()?;
    if !has_display() {
        println!(
            "\nThere is no display here, so no window can open. The same app for the terminal:"
        );
        println!("\n    cargo run -p dagdeck-cli -- up [PATH]\n");
        return Ok(());
    }
    build_ui()?;
    // What runs workspaces for the window is the command beside it.
    Program::new("cargo")
        .args(["build", "--locked", "--package", "dagdeck-cli"])
        .args(["--package", "dagdeck-desktop"])
        .args(release.then_some("--release"))
        .run()?;
    Program::new("cargo")
        .args(["run", "--locked", "--package", "dagdeck-desktop"])
        .args(release.then_some("--release"))
        .args(path.iter().flat_map(|path| [Path::new("--"), path]))
        .hand_over()
}

/// Makes `ui/dist`, which the app carries inside.
pub(crate) fn build_ui() -> Result<()> {
    Program::new(setup::npm()?)
        .args(["run", "build"])
        .folder(&places::ui())
        .run()
}

fn has_display() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
