use std::path::{Path, PathBuf};

use super::*;

/// What real tools printed when they failed, each named by where it was recorded.
const SAMPLES: &str = include_str!("../../../tests/samples/tool-failures.txt");

fn samples() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = SAMPLES.split("=== ").skip(1);
    all.map(|one| one.split_once('\n').unwrap())
}

const KNOWN: &[(&str, &str)] = &[
    ("failures1-1", "uv isn't installed"),
    ("failures1-3", "A project has no environment"),
    ("failures1-4", "A program isn't there"),
    ("failures1-6", "The environment is out of sync"),
    ("failures1-8", "The environment is a file"),
    (
        "failures2-uv-1",
        "The lockfile is older than pyproject.toml",
    ),
    ("failures2-uv-2", "The environment is out of sync"),
    ("failures2-uv-5", "There is no lockfile yet"),
    ("failures2-uv-6", "There is no lockfile yet"),
    ("failures2-uv-7", "There is no lockfile yet"),
    ("failures2-uv-8", "The environment is out of sync"),
    ("failures2-uv-9", "No Python >=3.14 on this machine"),
    ("failures2-uv-10", "Python 3.12.1 doesn't fit this project"),
    ("failures2-uv-11", "pyenv has no python3.13 here"),
    ("failures2-uv-12", "Python 3.14 isn't installed"),
    ("failures2-uv-14", "pyproject.toml can't be read"),
    ("failures2-uv-15", "A settings file is not valid TOML"),
    ("failures2-uv-17", "No such version: dagster==9.9.9"),
    ("failures2-uv-18", "No package no-such-pkg-zzz-qq"),
    ("failures2-uv-19", "A package isn't in the cache"),
    ("failures2-uv-20", "The package index can't be reached"),
    ("failures2-uv-22", "No network"),
    ("failures2-uv-23", "The folder can't be written"),
    ("failures2-uv-24", "The disk is full"),
    (
        "failures3-dg-1",
        "dg was started in the deployment's folder",
    ),
    ("failures3-dg-2", "dg found no settings of its own here"),
    ("failures3-dg-4", "A settings file is not valid TOML"),
    ("failures3-dg-6", "dg doesn't know the setting workspace2"),
    ("failures3-dg-7", "dg doesn't know the setting workspace2"),
    (
        "failures3-dg-8",
        "workspace.projects[0] has a value that dg doesn't take",
    ),
    ("failures3-dg-9", "A listed project isn't there"),
    ("failures3-dg-10", "dg.toml has no [workspace] table"),
    ("failures3-dg-11", "A listed project isn't there"),
    ("failures3-dg-13", "There is no module other_mod"),
    ("failures3-dg-14", "There is no Dagster workspace here"),
    ("failures4-run-2", "DAGSTER_HOME is not an absolute path"),
    ("failures4-run-3", "DAGSTER_HOME names no folder"),
    ("failures4-run-4", "DAGSTER_HOME isn't set"),
    (
        "failures4-run-6",
        "dagster.yaml has a setting that Dagster doesn't take",
    ),
    ("failures4-run-7", "The webserver isn't installed"),
    (
        "failures4-run-8",
        "Two code locations are called analytics_ml",
    ),
    ("failures4-run-10", "Port 3717 is taken"),
    (
        "create-errors-1",
        "The workspace already lists this project",
    ),
    ("create-errors-2", "bad name can't be a project's name"),
    (
        "create-errors-5",
        "The project would lie outside the workspace",
    ),
    (
        "create-errors-7",
        "There is something in that place already",
    ),
    ("create-errors-8", "This folder is in a workspace already"),
    ("create-errors-10", "The tool waited for an answer"),
    (
        "create-errors-11",
        "The tool was called in a way that it doesn't know",
    ),
    (
        "create-errors-12",
        "The tool was called in a way that it doesn't know",
    ),
    ("create-errors2-1", "The nearest settings are a project's"),
    (
        "create-errors2-2",
        "There is something in that place already",
    ),
    (
        "create-errors2-3",
        "There is something in that place already",
    ),
    ("create-errors2-4", "The setting directory_type is missing"),
    ("create-errors2-6", "uv isn't installed"),
    ("create-errors2-7", "The folder can't be written"),
    ("code-server-portinuse.stderr", "127.0.0.1:4314 is taken"),
    ("webserver-portinuse.stderr", "Port 4314 is taken"),
    (
        "latest-workspace-uvsync.err",
        "Dagster 1.13.28 doesn't go with its other packages",
    ),
    (
        "code-server-heartbeat-lost.stdout",
        "The code server was left alone",
    ),
    ("protobuf-5.29.5", "protobuf is too old for generated code"),
    ("grpcio-1.70.0", "grpcio is too old for generated code"),
    ("two-alembic-heads", "The instance's database is damaged"),
    (
        "grpc-imp_err.stderr",
        "There is no module not_a_real_module",
    ),
    (
        "grpc-two_defs.stderr",
        "Two Definitions objects in one module",
    ),
];

/// Recorded without their last line, so there is nothing for a rule to know them by.
const UNKNOWN: [&str; 1] = ["failures1-2"];

#[test]
fn every_recorded_failure_is_recognised_or_shows_what_to_search_for() {
    for (name, text) in samples() {
        let found = explain_tool(text, None, Some("1.13.27"));
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        match known {
            Some((_, title)) => {
                assert_eq!(found.title, *title, "{name}");
                assert!(
                    found.explanation.is_some() && found.hint.is_some(),
                    "{name}"
                );
                let words = format!("{found:?}");
                assert!(!words.contains("{1}"), "{name}: {words}");
            }
            None => {
                assert!(UNKNOWN.contains(&name), "{name}: {found:?}");
                assert!(found.place.is_some(), "{name}");
            }
        }
        assert_eq!(found.search.lines().count(), 1, "{name}");
        assert!(found.search.ends_with("(Dagster 1.13.27)"), "{name}");
    }
    let recorded = samples().count();
    assert_eq!(
        recorded,
        KNOWN.len() + UNKNOWN.len(),
        "one without an expectation"
    );
}

#[test]
fn an_unknown_failure_shows_the_persons_own_frame_and_a_line_to_search_for() {
    let text = "Traceback (most recent call last):\n  File \"/w/p/src/shop/a.py\", line 7, in f\n    odd()\n  \
        File \"/w/p/.venv/lib/python3.12/site-packages/odd.py\", line 2, in odd\n    raise Odd\nshop.errors.Odd: too odd\n";
    let origin = Origin {
        folder: PathBuf::from("/w/p"),
        working_directory: PathBuf::from("/w/p/src"),
        root_module: None,
    };
    let found = explain_tool(text, Some(&origin), Some("1.13.27"));
    assert_eq!((found.title.as_str(), found.explanation), ("Odd", None));
    assert_eq!(found.search, "Odd: too odd (Dagster 1.13.27)");
    let place = found.place.unwrap();
    assert_eq!(
        (place.path.as_path(), place.line),
        (Path::new("/w/p/src/shop/a.py"), 7)
    );
    let silent = explain_tool("", None, None);
    assert_eq!(silent.title, "It failed without a word");
}

#[test]
fn an_environment_without_dg_is_told_from_other_failures() {
    // As `python -m dagster_dg_cli.cli` of Python 3.11 says it.
    let without = "/srv/etl/.venv/bin/python: Error while finding module specification for 'dagster_dg_cli.cli' \
        (ModuleNotFoundError: No module named 'dagster_dg_cli')";
    assert!(lacks_dg(without));
    let others: Vec<&str> = samples()
        .filter(|(_, text)| lacks_dg(text))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(others, [""; 0], "each of these failed in another way");
}
