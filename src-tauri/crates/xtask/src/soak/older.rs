//! The command of an older Dagdeck, built from its own commit with a target folder of its own, both kept under `target/older`.

use std::path::PathBuf;

use anyhow::Result;

use crate::places;
use crate::program::Program;

fn folder() -> PathBuf {
    places::target().join("older")
}

/// Where the program is once it is built.
pub(crate) fn program() -> PathBuf {
    folder()
        .join("built/debug")
        .join(format!("dagdeck{}", std::env::consts::EXE_SUFFIX))
}

/// Builds the command at a revision; quick where that was built last.
pub(crate) fn build(revision: &str) -> Result<()> {
    let source = folder().join("source");
    if source.join(".git").exists() {
        Program::new("git")
            .args(["checkout", "--quiet", "--detach", revision])
            .folder(&source)
            .run()?;
    } else {
        Program::new("git").args(["worktree", "prune"]).run()?;
        Program::new("git")
            .args(["worktree", "add", "--quiet", "--detach"])
            .arg(&source)
            .arg(revision)
            .run()?;
    }
    Program::new("cargo")
        .args(["build", "--locked", "--quiet", "--package", "dagdeck-cli"])
        .folder(&source)
        .env("CARGO_TARGET_DIR", folder().join("built"))
        .run()
}
