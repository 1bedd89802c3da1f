//! The window's npm packages.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::places;
use crate::program::{self, Program};

/// The oldest Node.js that Vite 8 runs on.
const OLDEST: u32 = 20;

/// Finds npm, and a Node.js that is new enough.
pub(crate) fn npm() -> Result<PathBuf> {
    let found = program::find("npm").zip(program::find("node"));
    let Some((npm, node)) = found else {
        bail!("Node.js {OLDEST} or newer with npm is needed and not on the PATH");
    };
    let version = Program::new(node).arg("--version").read()?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        bail!(
            "Node.js {OLDEST} or newer is needed; here is {}",
            version.trim()
        );
    }
    Ok(npm)
}

/// Runs `npm ci`, unless what is installed is what the lockfile says.
pub(super) fn install() -> Result<String> {
    let npm = npm()?;
    let ui = places::ui();
    let lock = fs_err::read_to_string(ui.join("package-lock.json"))?;
    let installed = fs_err::read_to_string(ui.join("node_modules/.package-lock.json"));
    if installed.is_ok_and(|installed| same(&lock, &installed)) {
        return Ok("all there".to_owned());
    }
    Program::new(npm)
        .args(["ci", "--no-audit", "--no-fund"])
        .folder(&ui)
        .run()
        .context("npm could not install the window's packages")?;
    Ok("installed".to_owned())
}

/// Whether npm's record of what it installed answers the lockfile: each package that this machine needs, in its version.
fn same(lock: &str, installed: &str) -> bool {
    let (Ok(lock), Ok(installed)) = (
        serde_json::from_str::<Value>(lock),
        serde_json::from_str::<Value>(installed),
    ) else {
        return false;
    };
    let (Some(wanted), Some(there)) = (
        lock["packages"].as_object(),
        installed["packages"].as_object(),
    ) else {
        return false;
    };
    wanted
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .all(|(name, package)| match there.get(name) {
            Some(found) => found["version"] == package["version"],
            None => package["optional"] == true || package["peer"] == true,
        })
}

#[cfg(test)]
mod tests {
    use super::same;

    const LOCK: &str = r#"{"packages": {"": {"version": "0.1.0"}, "node_modules/a": {"version": "1.0.0"},
        "node_modules/other-platform": {"version": "2.0.0", "optional": true}}}"#;

    #[test]
    fn what_is_installed_answers_the_lockfile() {
        assert!(same(
            LOCK,
            r#"{"packages": {"node_modules/a": {"version": "1.0.0"}}}"#
        ));
    }

    #[test]
    fn another_version_or_none_does_not() {
        assert!(!same(
            LOCK,
            r#"{"packages": {"node_modules/a": {"version": "1.0.1"}}}"#
        ));
        assert!(!same(LOCK, r#"{"packages": {}}"#));
        assert!(!same(LOCK, "not JSON"));
    }
}
