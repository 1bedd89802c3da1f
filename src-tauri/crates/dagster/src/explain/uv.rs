//! uv's errors.
//!
//! Matched in uv's plain output, as it prints without a terminal. Each rule has a recorded failure among
//! `tests/samples/uv-failures.txt`. What uv only hands on from a tool that it ran is that tool's to explain.

use regex::Regex;

/// A failed uv command with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedUv {
    /// A short title: the rule's, else uv's own error line.
    pub title: String,
    /// What it means in plain words; none when no rule knows it.
    pub explanation: Option<String>,
    /// Next steps.
    pub hints: Vec<UvStep>,
}

/// A next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UvStep {
    /// Words alone.
    Say(String),
    /// `uv sync` again, without flags.
    Sync(String),
}

impl UvStep {
    /// The step in words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Say(text) | Self::Sync(text) => text,
        }
    }
}

/// One rule: a pattern in uv's output, and what to say; `{1}` stands for what the pattern caught.
struct UvRule {
    pattern: &'static str,
    title: &'static str,
    explanation: &'static str,
    hint: &'static str,
    /// Whether the hint is a sync.
    sync: bool,
}

/// A rule whose next step is for the person.
const fn rule(
    pattern: &'static str,
    title: &'static str,
    explanation: &'static str,
    hint: &'static str,
) -> UvRule {
    UvRule {
        pattern,
        title,
        explanation,
        hint,
        sync: false,
    }
}

/// A rule whose next step is a sync, which Dagdeck can do.
const fn sync(
    pattern: &'static str,
    title: &'static str,
    explanation: &'static str,
    hint: &'static str,
) -> UvRule {
    UvRule {
        pattern,
        title,
        explanation,
        hint,
        sync: true,
    }
}

/// In order: what caused a failure stands before what it caused.
const RULES: &[UvRule] = &[
    rule(
        r"No space left on device",
        "The disk is full",
        "Packages could not be written, and the environment may be half made.",
        "Free some space, then try again.",
    ),
    rule(
        r"Read-only file system",
        "The folder can't be written",
        "The file system is mounted read-only, so the environment can't be made here.",
        "Copy the workspace to a folder of your own.",
    ),
    rule(
        r"(?:failed to create|failed to open|failed to write|Failed to copy).*Permission denied",
        "The folder can't be written",
        "Your user has no right to write here.",
        "Check who owns the folder.",
    ),
    rule(
        r"PermissionError: \[Errno \d+\]",
        "The folder can't be written",
        "Your user has no right to write here.",
        "Choose a folder of your own.",
    ),
    rule(
        r"expected directory but found a file|cannot determine if it is a virtual environment: Not a directory",
        "The environment is a file",
        "There is a file where the environment's folder should be.",
        "Delete or move that file, then try again.",
    ),
    rule(
        r"is not a valid Python environment \(no Python executable was found\)|cannot be recreated because it is not a virtual environment",
        "The environment's folder holds something else",
        "The folder has files in it but is no environment, so uv leaves it as it is.",
        "Move that folder away, then try again.",
    ),
    rule(
        r"Failed to (?:download|install) \S*?(https?://[^/\s`]+)\S*/(?:cpython|pypy|graalpy)-",
        "Python can't be downloaded",
        "uv fetches Pythons from {1}, and that did not work.",
        "Check the network connection or the proxy, name a mirror in UV_PYTHON_INSTALL_MIRROR, or choose a Python that is on this machine.",
    ),
    rule(
        r#"Python downloads are not allowed \(`python-downloads = "(\w+)"`\)"#,
        "uv may not download Pythons here",
        "Its settings have python-downloads at {1}.",
        "Choose a Python that is on this machine, or change that setting.",
    ),
    // Before what it makes uv conclude: that there is no such package.
    rule(
        r"An index(?: URL)? \((\S+)\) (?:could not be queried due to a lack of valid authentication|returned a 40[13])",
        "The package index refuses the login",
        "{1} lets nobody in without a name and a password, or not with those that it was given.",
        "Check the index's address and its login in uv's settings or the environment, then try again.",
    ),
    rule(
        r"HTTP status (?:client|server) error \((\d+[^)]*)\) for url \(\w+://(?:[^@/)]*@)?([^/)]+)",
        "The server answers with an error",
        "{2} answers with {1}, so what it holds can't be had.",
        "Try again a little later. If it stays so, check the address: the package index's, or the package's own.",
    ),
    rule(
        r"failed to lookup address information|dns error|Name or service not known",
        "No network",
        "The package index's name could not be found, so nothing was downloaded.",
        "Check the network connection or the proxy, then try again. Cached packages still install.",
    ),
    rule(
        r"Connection refused|Connection reset|tcp connect error|tunnel error|timed out",
        "The package index can't be reached",
        "The connection was refused or cut, by a proxy or by the index itself.",
        "Check the proxy settings (HTTPS_PROXY) and the index's address, then try again.",
    ),
    rule(
        r"Packages were unavailable because the network was disabled|(?:not|n't) found in the cache",
        "A package isn't in the cache",
        "uv was told to stay offline, and it has no copy of this package.",
        "Try again with the network on.",
    ),
    rule(
        r"TOML parse error at line (\d+)",
        "pyproject.toml can't be read",
        "uv stops at line {1}: it is not valid TOML.",
        "Correct that line, then try again.",
    ),
    rule(
        r"pyenv: version `?([^' ]+)'? is not installed",
        "Python {1} isn't installed",
        ".python-version asks for Python {1}, and pyenv does not have it.",
        "Install it with pyenv or uv, or change .python-version.",
    ),
    rule(
        r"Failed to inspect Python interpreter.*[\s\S]*pyenv: (python\S*): command not found",
        "pyenv has no {1} here",
        "A pyenv shim stands for {1}, but no version that has it is switched on.",
        "Choose an interpreter with an absolute path.",
    ),
    rule(
        r"No interpreter found for Python (\S+)",
        "No Python {1} on this machine",
        "The project asks for Python {1}, and none was found.",
        "Install one with uv python install, or widen requires-python in pyproject.toml.",
    ),
    rule(
        r"resolved to Python (\S+), which is incompatible with the project's Python requirement",
        "Python {1} doesn't fit this project",
        "The interpreter is Python {1}, and requires-python in pyproject.toml asks for another.",
        "Choose another interpreter, or widen requires-python.",
    ),
    rule(
        r"there (?:is|are) no versions? of ([^\s,]+)",
        "No such version: {1}",
        "pyproject.toml asks for {1}, which the package index does not have.",
        "Correct the version in pyproject.toml.",
    ),
    rule(
        r"Failed to parse: `([^`]*)`",
        "{1} is no package",
        "uv can't read it as a package's name with a version.",
        "Write it as in pandas, pandas>=2 or pandas[excel].",
    ),
    rule(
        r"The dependency `([^`]+)` could not be found in",
        "The project doesn't ask for {1}",
        "It may come with another package, or stand in another group.",
        "Look into pyproject.toml for where it is asked for.",
    ),
    rule(
        r"Because (\S+) was not found in the package registry",
        "No package {1}",
        "The package index has no package of this name.",
        "Check the spelling in pyproject.toml.",
    ),
    sync(
        r"The lockfile at .* needs to be updated",
        "The lockfile is older than pyproject.toml",
        "pyproject.toml has changed since the lockfile was written.",
        "Sync, which brings the lockfile up to date",
    ),
    sync(
        r"Unable to find lockfile",
        "There is no lockfile yet",
        "uv writes uv.lock on the first sync.",
        "Sync, which makes one",
    ),
    sync(
        r"linked to non-existent Python interpreter",
        "The environment's Python is gone",
        "The interpreter that the environment was made from was removed or moved.",
        "Sync, which makes the environment anew",
    ),
    sync(
        r"The environment is outdated",
        "The environment is out of sync",
        "Packages differ from the lockfile.",
        "Sync",
    ),
    rule(
        r"dagster\S* depends on dagster-shared==([\d.]+\d)[^\n]*depends on dagster-shared==",
        "Dagster {1} doesn't go with its other packages",
        "They ask for different releases of each other. Some packages of a release are published days after the others.",
        "Ask for the release before it in pyproject.toml, or wait until it is whole.",
    ),
    rule(
        r"No solution found when resolving dependencies",
        "The packages can't be combined",
        "The versions that the packages ask of each other exclude one another.",
        "The lines below name the packages. Loosen a version in pyproject.toml.",
    ),
    rule(
        r"Failed to build `?([^`\s]+)",
        "{1} couldn't be built",
        "There is no ready-made package for this machine, and building it from source failed.",
        "The lines below hold the compiler's words. Another Python version often has a ready-made package.",
    ),
];

/// Explains what uv printed when it failed (its standard error). Never says nothing: without a rule the title is uv's own
/// error line.
#[must_use]
pub fn explain_uv(text: &str) -> ExplainedUv {
    for rule in RULES {
        let Some(found) = Regex::new(rule.pattern)
            .ok()
            .and_then(|pattern| pattern.captures(text))
        else {
            continue;
        };
        let caught = found
            .get(1)
            .map_or("", |group| group.as_str())
            .trim_matches(['`', '\'']);
        let fill = |words: &str| words.replace("{1}", caught);
        let hint = fill(rule.hint);
        return ExplainedUv {
            title: fill(rule.title),
            explanation: Some(fill(rule.explanation)),
            hints: vec![if rule.sync {
                UvStep::Sync(hint)
            } else {
                UvStep::Say(hint)
            }],
        };
    }
    // uv runs other tools too, the scaffolder among them.
    if let Some(known) = super::tool::known(text) {
        return ExplainedUv {
            title: known.title,
            explanation: Some(known.explanation),
            hints: vec![UvStep::Say(known.hint)],
        };
    }
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("error: "))
        .or_else(|| text.lines().rev().find(|line| !line.trim().is_empty()))
        .unwrap_or("uv failed without a word");
    ExplainedUv {
        title: line.trim().to_owned(),
        explanation: None,
        hints: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
