//! The tools of an audit, under `target/tools`: built or fetched when they are missing or of another version.

use std::path::PathBuf;

use anyhow::Result;

use crate::program::Program;
use crate::{places, setup};

/// Licences, sources, versions and known faults of crates.
pub(super) const DENY: CrateTool = CrateTool {
    package: "cargo-deny",
    version: "0.20.2",
};
/// Crates that are named and not used.
pub(super) const MACHETE: CrateTool = CrateTool {
    package: "cargo-machete",
    version: "0.9.2",
};
/// npm packages that are named and not used.
const KNIP: &str = "6.44.2";

/// A program that Cargo builds.
pub(super) struct CrateTool {
    package: &'static str,
    version: &'static str,
}

impl CrateTool {
    /// The program, once it is installed.
    pub(super) fn program(&self) -> PathBuf {
        let name = format!("{}{}", self.package, std::env::consts::EXE_SUFFIX);
        folder().join("bin").join(name)
    }

    /// Builds it unless it is there; Cargo's own record tells in which version.
    pub(super) fn install(&self) -> Result<String> {
        let listed = Program::new("cargo")
            .args(["install", "--list", "--root"])
            .arg(folder())
            .read()?;
        let there = format!("{} v{}:", self.package, self.version);
        if listed.lines().any(|line| line == there) {
            return Ok(format!("{} is there", self.version));
        }
        Program::new("cargo")
            .args(["install", "--quiet", "--locked", "--root"])
            .arg(folder())
            .arg(format!("{}@{}", self.package, self.version))
            // Run for seconds: what it takes to build it counts more than how fast it is.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .run()?;
        Ok(format!("{} installed", self.version))
    }
}

/// knip's program.
pub(super) fn knip() -> PathBuf {
    places::tools().join("knip/node_modules/knip/bin/knip.js")
}

/// Installs knip beside the window's own packages, for it is none of them.
pub(super) fn install_knip() -> Result<String> {
    setup::packages()?;
    let folder = places::tools().join("knip");
    let there = fs_err::read_to_string(folder.join("node_modules/knip/package.json"));
    let version = there
        .ok()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    if version.is_some_and(|package| package["version"] == KNIP) {
        return Ok(format!("{KNIP} is there"));
    }
    fs_err::create_dir_all(&folder)?;
    Program::new(setup::npm()?)
        .args(["install", "--no-audit", "--no-fund", "--silent", "--prefix"])
        .arg(&folder)
        .arg(format!("knip@{KNIP}"))
        .run()?;
    Ok(format!("{KNIP} installed"))
}

fn folder() -> PathBuf {
    places::tools().join("cargo")
}
