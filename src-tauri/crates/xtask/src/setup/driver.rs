//! tauri-driver: how tests reach the window's page.

use anyhow::Result;

use crate::places;
use crate::program::Program;

const VERSION: &str = "2.1.0";

/// Installs tauri-driver into target/tools unless this version is there.
pub(super) fn install() -> Result<String> {
    let record = fs_err::read_to_string(places::tools().join(".crates.toml")).unwrap_or_default();
    let there = record.contains(&format!("\"tauri-driver {VERSION} "))
        && places::tools().join("bin/tauri-driver").is_file();
    if there {
        return Ok(format!("{VERSION} is there"));
    }
    Program::new("cargo")
        .args(["install", "--locked", "--quiet", "--debug", "tauri-driver"])
        .args(["--version", VERSION, "--root"])
        .arg(places::tools())
        .run()?;
    Ok(format!("{VERSION} installed"))
}
