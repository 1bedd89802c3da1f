use super::*;

const SAMPLES: &str = include_str!("../../../tests/samples/uv-failures.txt");

/// The recorded output of one failure.
fn sample(name: &str) -> &'static str {
    let mark = format!("=== {name}\n");
    let start = SAMPLES.find(&mark).map(|at| at + mark.len()).unwrap();
    let rest = &SAMPLES[start..];
    &rest[..rest.find("\n=== ").unwrap_or(rest.len())]
}

#[test]
fn every_recorded_failure_is_explained() {
    let expected = [
        ("lock-outdated", "The lockfile is older than pyproject.toml"),
        ("environment-outdated", "The environment is out of sync"),
        ("no-lockfile", "There is no lockfile yet"),
        ("no-interpreter", "No Python >=3.14 on this machine"),
        (
            "interpreter-does-not-fit",
            "Python 3.12.1 doesn't fit this project",
        ),
        ("pyenv-shim", "pyenv has no python3.13 here"),
        ("pyenv-version", "Python 3.14 isn't installed"),
        ("invalid-toml", "pyproject.toml can't be read"),
        ("no-version", "No such version: dagster==9.9.9"),
        ("no-package", "No package no-such-pkg-zzz-qq"),
        ("offline", "A package isn't in the cache"),
        ("offline-wheel", "A package isn't in the cache"),
        ("python-download", "Python can't be downloaded"),
        ("python-downloads-never", "uv may not download Pythons here"),
        ("proxy", "The package index can't be reached"),
        ("dns", "No network"),
        ("index-login", "The package index refuses the login"),
        ("index-forbidden", "The package index refuses the login"),
        ("index-error", "The server answers with an error"),
        ("read-only", "The folder can't be written"),
        ("scaffolder-denied", "The folder can't be written"),
        ("disk-full", "The disk is full"),
        ("dangling", "The environment's Python is gone"),
        ("venv-is-a-file", "The environment is a file"),
        ("venv-is-a-file-dry-run", "The environment is a file"),
        (
            "venv-is-no-environment",
            "The environment's folder holds something else",
        ),
        (
            "venv-is-not-recreated",
            "The environment's folder holds something else",
        ),
        (
            "no-solution",
            "Dagster 1.13.28 doesn't go with its other packages",
        ),
    ];
    for (name, title) in expected {
        let explained = explain_uv(sample(name));
        assert_eq!(explained.title, title, "{name}");
        assert!(
            explained.explanation.is_some() && explained.hints.len() == 1,
            "{name}"
        );
        let hint = explained.hints[0].text();
        assert!(!hint.contains("{1}") && !hint.is_empty(), "{name}");
    }
    assert_eq!(
        SAMPLES.matches("=== ").count(),
        expected.len(),
        "a sample without an expectation"
    );
}

#[test]
fn what_uv_itself_would_mend_offers_a_sync() {
    let explained = explain_uv(sample("dangling"));
    assert!(matches!(explained.hints[0], UvStep::Sync(_)));
}

#[test]
fn versions_that_exclude_one_another_are_said_so_whichever_they_are() {
    let explained = explain_uv(
        "error: No solution found when resolving dependencies\n  cause: Because a depends on b<2 and your project depends on b>=2\n",
    );
    assert_eq!(explained.title, "The packages can't be combined");
}

#[test]
fn what_the_scaffolder_says_through_uv_is_explained() {
    let explained = explain_uv("Folder already exists at exists1.\n");
    assert_eq!(explained.title, "There is something in that place already");
    assert!(matches!(explained.hints[..], [UvStep::Say(_)]));
}

#[test]
fn an_unknown_failure_shows_uvs_own_words() {
    let explained =
        explain_uv("Resolved 3 packages\nerror: the moon is in the way\n  cause: orbit\n");
    assert_eq!(explained.title, "the moon is in the way");
    assert_eq!(explained.explanation, None);
    assert_eq!(explain_uv("").title, "uv failed without a word");
}
