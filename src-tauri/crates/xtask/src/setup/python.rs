//! The Pythons of this machine: real interpreters, never pyenv's shims.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::program::{self, Program};

/// The minor versions of Python 3 that the pinned Dagster releases run on, best first. Not all that tests install has
/// wheels for the newest.
const FIT: [u32; 5] = [13, 12, 11, 10, 14];

#[derive(Deserialize)]
struct ListedPython {
    path: PathBuf,
    version: String,
    version_parts: VersionParts,
    implementation: String,
    variant: String,
}

#[derive(Deserialize)]
struct VersionParts {
    major: u32,
    minor: u32,
}

/// Two interpreters of different minor versions where the machine has two, else the same one twice.
pub(super) fn two(uv: &Path) -> Result<(PathBuf, PathBuf)> {
    let found = fit(uv)?;
    let mut fit = FIT.iter().filter_map(|minor| found.get(minor));
    let Some(first) = fit.next() else {
        bail!("Dagster needs Python 3.10 to 3.14 and none was found on this machine");
    };
    Ok((first.clone(), fit.next().unwrap_or(first).clone()))
}

/// The minor versions that wheels are wanted for: those that are on this machine.
pub(super) fn minors(uv: &Path) -> Result<Vec<u32>> {
    Ok(fit(uv)?.into_keys().collect())
}

/// The interpreters on which the pinned Dagster releases run, by minor version.
fn fit(uv: &Path) -> Result<BTreeMap<u32, PathBuf>> {
    let mut found = installed(uv)?;
    found.retain(|minor, _| FIT.contains(minor));
    Ok(found)
}

fn installed(uv: &Path) -> Result<BTreeMap<u32, PathBuf>> {
    let listed = Program::new(uv)
        .args([
            "python",
            "list",
            "--only-installed",
            "--output-format",
            "json",
        ])
        .env("PATH", without_shims()?)
        .read()?;
    let listed: Vec<ListedPython> =
        serde_json::from_str(&listed).context("uv answered something else than its list")?;
    let mut found = BTreeMap::new();
    for python in listed {
        let plain = python.implementation == "cpython" && python.variant == "default";
        // Wheels are for released Pythons: `3.15.0b1` is none.
        let released = python
            .version
            .chars()
            .all(|one| one.is_ascii_digit() || one == '.');
        if python.version_parts.major == 3 && plain && released {
            found
                .entry(python.version_parts.minor)
                .or_insert(python.path);
        }
    }
    Ok(found)
}

/// The PATH less pyenv's shims, which answer for versions they can't run, plus the versions behind them.
fn without_shims() -> Result<std::ffi::OsString> {
    let mut folders: Vec<PathBuf> = std::env::split_paths(&program::path())
        .filter(|folder| !folder.ends_with("shims"))
        .collect();
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".pyenv")));
    if let Some(Ok(versions)) = pyenv.map(|pyenv| fs_err::read_dir(pyenv.join("versions"))) {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    Ok(std::env::join_paths(folders)?)
}
