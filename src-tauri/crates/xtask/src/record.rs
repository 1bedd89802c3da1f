//! `cargo xtask record`: what the real index holds today, as far as tests ask, written to `tests/index`.
//!
//! Two steps, for the lockfiles of the test workspace name the tests' own index: first the real one is asked and the wheels are
//! listed, then, prepared as for tests, the lockfiles are made from what was listed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use index::{Recording, Upstream, Wheel};
use serde_json::Value;
use toml_edit::DocumentMut;

use crate::program::Program;
use crate::setup::workspace::{NEWER, OLDER};
use crate::{places, prepared, setup};

/// What tests install, by what has to be locked together.
const TOGETHER: &[&[&str]] = &[
    &[
        NEWER,
        "create-dagster==1.13.27",
        "dagster-dg-cli",
        "dagster-webserver",
        "editables",
        "faker",
        "hatchling",
        "humanize",
        "iniconfig",
        "plotille",
    ],
    &[OLDER, "dagster-dg-cli", "dagster-webserver"],
    &[
        "dagster==1.13.26",
        "create-dagster==1.13.26",
        "dagster-dg-cli",
        "dagster-webserver",
    ],
    &["protobuf==5.29.5"],
    &["grpcio==1.70.0"],
    &["iniconfig==2.0.0"],
];

/// Asks the real index and writes what it said.
pub(crate) fn record() -> Result<()> {
    setup::for_running()?;
    let folder = places::recording();
    fs_err::create_dir_all(&folder)?;
    setup::heading("Recording");
    let uv = format!("uv=={}", setup::uv::VERSION);
    let uv = [uv.as_str()];
    let mut listed: Vec<Wheel> = Vec::new();
    for (number, together) in TOGETHER.iter().chain([&&uv[..]]).enumerate() {
        listed.extend(locked(number, together)?);
    }
    listed.sort();
    let dagster = NEWER.trim_start_matches("dagster==").to_owned();
    let mut recording = Recording {
        date: Program::new("date")
            .args(["-u", "+%F"])
            .read()?
            .trim()
            .to_owned(),
        dagster,
        wheels: most_compatible(&listed),
        newer: BTreeMap::new(),
    };
    recording.newer = newer_releases(&recording, &Upstream::of_environment())?;
    anyhow::ensure!(
        recording.newest_whole() == recording.dagster,
        "Dagster {} is whole by now. Pin it first, in xtask/src/setup/workspace.rs and where tests name {}",
        recording.newest_whole(),
        recording.dagster
    );
    let (recorded, wheels) = recording.written();
    fs_err::write(folder.join("recorded.toml"), recorded)?;
    fs_err::write(folder.join("wheels.txt"), wheels)?;
    println!(
        "  {} wheels, newest whole Dagster {}",
        recording.wheels.len(),
        recording.newest_whole()
    );
    Program::new(std::env::current_exe()?)
        .args(["record", "--lockfiles"])
        .run()
}

/// Locks the test workspace anew, with the tests' own index.
pub(crate) fn record_lockfiles() -> Result<()> {
    prepared::unmade(setup::workspace::lock)
}

/// Locks requirements with the real index; answers every wheel that the lockfile lists.
fn locked(number: usize, requirements: &[&str]) -> Result<Vec<Wheel>> {
    let folder = places::target().join("record").join(number.to_string());
    fs_err::create_dir_all(&folder)?;
    let project = format!(
        "[project]\nname = \"recorded-{number}\"\nversion = \"0\"\nrequires-python = \">=3.10,<3.15\"\ndependencies = {requirements:?}\n"
    );
    fs_err::write(folder.join("pyproject.toml"), project)?;
    let lockfile = folder.join("uv.lock");
    if lockfile.exists() {
        fs_err::remove_file(&lockfile)?;
    }
    let uv = setup::uv::find().context("uv is missing")?;
    Program::new(uv)
        .args(["lock", "--quiet"])
        .folder(&folder)
        .run()?;
    wheels_of(&lockfile)
}

fn wheels_of(lockfile: &Path) -> Result<Vec<Wheel>> {
    let document: DocumentMut = fs_err::read_to_string(lockfile)?.parse()?;
    let packages = document["package"].as_array_of_tables();
    let mut wheels = Vec::new();
    for package in packages
        .into_iter()
        .flat_map(toml_edit::ArrayOfTables::iter)
    {
        let listed = package.get("wheels").and_then(|one| one.as_array());
        for wheel in listed.into_iter().flatten() {
            let word = |key: &str| wheel.as_inline_table()?.get(key)?.as_str();
            let (Some(url), Some(hash)) = (word("url"), word("hash")) else {
                continue;
            };
            wheels.push(Wheel {
                file: url.rsplit('/').next().unwrap_or_default().to_owned(),
                sha256: hash.trim_start_matches("sha256:").to_owned(),
            });
        }
    }
    Ok(wheels)
}

/// Of the wheels that differ only in how new a system they need, the one that needs the oldest; for Linux and macOS and the
/// Pythons of the test workspace alone.
fn most_compatible(listed: &[Wheel]) -> Vec<Wheel> {
    let mut best: BTreeMap<String, (Vec<u32>, &Wheel)> = BTreeMap::new();
    for wheel in listed {
        let Some((kind, needs)) = wheel.kind() else {
            continue;
        };
        let known = best.get(&kind);
        if known.is_none_or(|(oldest, _)| needs < *oldest) {
            best.insert(kind, (needs, wheel));
        }
    }
    let best: Vec<(String, &Wheel)> = best
        .into_iter()
        .map(|(kind, (_, wheel))| (kind, wheel))
        .collect();
    // What only Windows installs is still resolved for every system, and told by its wheels for Windows.
    let windows = |kind: &str| kind.ends_with(" windows");
    let release = |kind: &str| {
        kind.split(' ')
            .take(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let elsewhere: BTreeSet<Vec<String>> = best
        .iter()
        .filter(|(kind, _)| !windows(kind))
        .map(|(kind, _)| release(kind))
        .collect();
    let kept = best
        .iter()
        .filter(|(kind, _)| !windows(kind) || !elsewhere.contains(&release(kind)));
    let mut kept: Vec<Wheel> = kept.map(|(_, wheel)| (*wheel).clone()).collect();
    kept.sort();
    kept
}

/// The releases of Dagster that are newer than the one that is kept, each with the packages published at it.
pub(crate) fn newer_releases(
    recording: &Recording,
    upstream: &Upstream,
) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut newer: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for project in recording.released_with_dagster() {
        for version in released(&upstream.files(&project)?) {
            if let Some(release) = recording.release_after(&project, &version) {
                newer.entry(release).or_default().insert(project.clone());
            }
        }
    }
    Ok(newer)
}

/// The names of the files that an index lists and that were not withdrawn.
pub(crate) fn sound(files: &[Value]) -> BTreeSet<&str> {
    let sound = files
        .iter()
        .filter(|file| matches!(file["yanked"], Value::Null | Value::Bool(false)));
    sound.filter_map(|file| file["filename"].as_str()).collect()
}

/// The final versions of which an index lists a wheel that was not withdrawn.
pub(crate) fn released(files: &[Value]) -> BTreeSet<String> {
    let names = sound(files).into_iter();
    let versions = names.filter_map(|name| name.strip_suffix(".whl")?.split('-').nth(1));
    let last = versions.filter(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'));
    last.map(str::to_owned).collect()
}

/// Whether a project has a release that is newer than every one that is kept.
pub(crate) fn has_newer(recording: &Recording, project: &str, released: &BTreeSet<String>) -> bool {
    let kept = recording.wheels.iter();
    let kept = kept.filter(|wheel| wheel.project().is_ok_and(|name| name == project));
    let newest = kept
        .filter_map(|wheel| Some(index::numbers(wheel.version().ok()?)))
        .max();
    let newest = newest.unwrap_or_default();
    released
        .iter()
        .any(|version| index::numbers(version) > newest)
}
