//! The house's arrows: which crate may know which.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "asks Cargo itself what depends on what, and fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Each room with the rooms that it may reach. Hosts reach `process` for one thing: the guard is the host's own program.
///
/// What is not here may not be reached.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "dagdeck-desktop",
        &[
            "dagdeck",
            "dagdeck-api",
            "dagdeck-attach",
            "dagdeck-process",
            "dagdeck-serve",
        ],
    ),
    (
        "dagdeck-cli",
        &[
            "dagdeck",
            "dagdeck-api",
            "dagdeck-attach",
            "dagdeck-process",
            "dagdeck-serve",
            "dagdeck-terminal",
        ],
    ),
    (
        "dagdeck",
        &[
            "dagdeck-health",
            "dagdeck-dagster",
            "dagdeck-workspace",
            "dagdeck-process",
            "dagdeck-logstore",
            "dagdeck-api",
            "dagdeck-unit",
            "dagdeck-atomicfile",
            "dagdeck-terminal",
        ],
    ),
    ("dagdeck-attach", &["dagdeck-api", "dagdeck-terminal"]),
    // The owner is a host's program in another mode, and its guard too.
    (
        "dagdeck-serve",
        &[
            "dagdeck",
            "dagdeck-api",
            "dagdeck-process",
            "dagdeck-terminal",
        ],
    ),
    (
        "dagdeck-health",
        &[
            "dagdeck-dagster",
            "dagdeck-workspace",
            "dagdeck-process",
            "dagdeck-terminal",
        ],
    ),
    (
        "dagdeck-dagster",
        &[
            "dagdeck-workspace",
            "dagdeck-process",
            "dagdeck-atomicfile",
            "dagdeck-terminal",
        ],
    ),
    (
        "dagdeck-process",
        &["dagdeck-logstore", "dagdeck-atomicfile", "dagdeck-terminal"],
    ),
    ("dagdeck-workspace", &["dagdeck-atomicfile"]),
    (
        "dagdeck-unit",
        &["dagdeck-process", "dagdeck-logstore", "dagdeck-api"],
    ),
    ("dagdeck-api", &[]),
    ("dagdeck-logstore", &["dagdeck-atomicfile"]),
    ("dagdeck-atomicfile", &[]),
    ("dagdeck-terminal", &[]),
    // The headless tests are a host like any other.
    (
        "dagdeck-testkit",
        &[
            "dagdeck",
            "dagdeck-api",
            "dagdeck-attach",
            "dagdeck-process",
            "dagdeck-serve",
            "dagdeck-index",
        ],
    ),
    ("dagdeck-index", &[]),
    ("xtask", &["dagdeck-index"]),
];

/// What only tests of a package may reach, besides the testkit: those of `serve` are hosts, and start a deck.
const FOR_TESTS: &[(&str, &str)] = &[("dagdeck-serve", "dagdeck-attach")];

/// The one package that may know Tauri.
const SHELL: &str = "dagdeck-desktop";

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// What each package of ours depends on when built (tests may also use the testkit).
fn dependencies() -> BTreeMap<String, BTreeSet<(String, String)>> {
    packages()
        .iter()
        .map(|package| {
            let list = package["dependencies"].as_array().unwrap().iter();
            let names = list.map(|dependency| {
                let kind = dependency["kind"].as_str().unwrap_or("normal").to_owned();
                (dependency["name"].as_str().unwrap().to_owned(), kind)
            });
            (
                package["name"].as_str().unwrap().to_owned(),
                names.collect(),
            )
        })
        .collect()
}

#[test]
fn rooms_reach_only_the_rooms_they_may() {
    let all = dependencies();
    let known: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for (package, dependencies) in &all {
        let allowed = known
            .get(package.as_str())
            .unwrap_or_else(|| panic!("{package} is new: say in this test what it may reach"));
        for (name, kind) in dependencies
            .iter()
            .filter(|(name, _)| all.contains_key(name))
        {
            let for_tests = kind == "dev"
                && (name == "dagdeck-testkit"
                    || FOR_TESTS.contains(&(package.as_str(), name.as_str())));
            assert!(
                for_tests || allowed.contains(&name.as_str()),
                "{package} may not reach {name} ({kind})"
            );
        }
    }
}

#[test]
fn only_the_shell_knows_tauri() {
    for (package, dependencies) in dependencies() {
        let tauri: Vec<_> = dependencies
            .iter()
            .filter(|(name, _)| name.starts_with("tauri") || name == "wry" || name == "rfd")
            .collect();
        assert_eq!(
            package == SHELL,
            !tauri.is_empty(),
            "{package} and Tauri: {tauri:?}"
        );
    }
}

/// What looks something up or waits, as it is written.
const NO_VIEWS_OWN: &[&str] = &[
    "std::fs",
    "fs_err",
    "::now(",
    "tokio::",
    "Mutex",
    "RwLock",
    ".exists()",
    ".is_file()",
    ".is_dir()",
    "spawn",
];

#[test]
fn a_view_is_made_of_what_it_is_given() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap();
    let room = crates.join("dagdeck/src/present");
    let mut files: Vec<_> = fs_err::read_dir(&room)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.push(room.with_extension("rs"));
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let text = fs_err::read_to_string(&file).unwrap();
        let found: Vec<_> = NO_VIEWS_OWN
            .iter()
            .filter(|word| text.contains(**word))
            .collect();
        assert!(found.is_empty(), "{} has {found:?}", file.display());
    }
}
