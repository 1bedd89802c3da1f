//! What uv's answers mean.

mod progress;
pub mod wheel;

use serde::Deserialize;

pub use progress::UvProgress;

/// What `uv sync --check --output-format json` found, or `--dry-run` with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncCheck {
    /// Whether packages would change, or the lockfile would.
    pub outdated: bool,
    /// The packages that would change; what was only touched on disk is left out.
    pub changes: Vec<ChangedPackage>,
    /// Whether the lockfile no longer answers pyproject.toml, or there is none.
    pub lock_outdated: bool,
    /// Whether there is no lockfile yet.
    pub lock_missing: bool,
    /// The Python version of the environment that is there or would be.
    pub python: Option<String>,
    /// Whether the environment itself would be made or replaced.
    pub replaces_environment: bool,
}

impl SyncCheck {
    /// Counts in what uv takes for installed and is not whole.
    #[must_use]
    pub fn with_unfinished(mut self, names: &[String]) -> Self {
        for name in names {
            // uv writes names with `-`, folders have `_`.
            let name = name.replace('_', "-").to_lowercase();
            if !self.changes.iter().any(|change| change.name == name) {
                self.changes.push(ChangedPackage {
                    name,
                    from: None,
                    to: Some(String::new()),
                });
            }
        }
        self.outdated |= !names.is_empty();
        self
    }
}

/// One package that a sync would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPackage {
    /// The package.
    pub name: String,
    /// The version there now; none if it is not installed.
    pub from: Option<String>,
    /// The version there after; none if it goes or uv does not say.
    pub to: Option<String>,
}

/// Why an answer could not be read: uv printed something else, usually an error on its other stream.
#[derive(Debug, thiserror::Error)]
#[error("uv's answer could not be read")]
pub struct ParseError(#[source] serde_json::Error);

#[derive(Deserialize)]
struct SyncReport {
    #[serde(default)]
    sync: Sync,
    lock: Option<Lock>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sync {
    action: String,
    environment: Option<Environment>,
    changes: Vec<RawChange>,
}

#[derive(Deserialize)]
struct Environment {
    python: Option<Python>,
}

#[derive(Deserialize)]
struct Python {
    version: Option<String>,
}

#[derive(Deserialize)]
struct RawChange {
    name: String,
    version: Option<String>,
    #[serde(default)]
    action: String,
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    action: String,
}

/// Reads the standard output of `uv sync --output-format json` with `--check` or `--dry-run`.
///
/// A project whose files were only touched is listed as removed and installed again without a new version: nothing
/// differs, so it does not count.
///
/// # Errors
/// When it is not JSON, or lacks the shape that is looked for.
pub fn parse_sync_check(stdout: &str) -> Result<SyncCheck, ParseError> {
    let answer: SyncReport = serde_json::from_str(stdout.trim()).map_err(ParseError)?;
    let mut changes: Vec<ChangedPackage> = Vec::new();
    let mut again: Vec<String> = Vec::new();
    for raw in answer.sync.changes {
        let at = changes.iter().position(|change| change.name == raw.name);
        let at = at.unwrap_or_else(|| {
            changes.push(ChangedPackage {
                name: raw.name.clone(),
                from: None,
                to: None,
            });
            changes.len() - 1
        });
        let change = &mut changes[at];
        match raw.action.as_str() {
            "uninstalled" | "removed" => change.from = Some(raw.version.unwrap_or_default()),
            _ => {
                change.to = raw.version;
                if change.from.is_some() && (change.to.is_none() || change.to == change.from) {
                    again.push(raw.name);
                }
            }
        }
    }
    changes.retain(|change| !again.contains(&change.name));
    let lock = answer.lock.map(|lock| lock.action).unwrap_or_default();
    let lock_missing = lock == "create";
    let lock_outdated = lock_missing || lock == "update";
    let replaces_environment = matches!(answer.sync.action.as_str(), "create" | "replace");
    Ok(SyncCheck {
        outdated: !changes.is_empty() || lock_outdated || replaces_environment,
        changes,
        lock_outdated,
        lock_missing,
        python: answer
            .sync
            .environment
            .and_then(|found| found.python)
            .and_then(|python| python.version),
        replaces_environment,
    })
}

/// Whether uv would have downloaded a Python to answer, had it not been told `--no-python-downloads`: its error says that
/// there is one to download.
#[must_use]
pub fn would_download_python(stderr: &str) -> bool {
    stderr.contains("A managed Python download is available")
}

/// Reads what `uv lock --dry-run` prints: `Add name v1`, `Update name v1 -> v2`, `Remove name v1`, where a name can have
/// several versions (`v4.16.0, v4.17.0`), one for each range of Pythons. Other lines say nothing of packages.
#[must_use]
pub fn parse_lock_changes(stderr: &str) -> Vec<ChangedPackage> {
    let versions = |text: &str| {
        let all = text.split(", ").map(|one| one.trim_start_matches('v'));
        all.collect::<Vec<_>>().join(", ")
    };
    let change = |line: &str| {
        let (word, rest) = line.split_once(' ')?;
        let (name, rest) = rest.split_once(" v")?;
        let (from, to) = match word {
            "Add" => (None, Some(versions(rest))),
            "Remove" => (Some(versions(rest)), None),
            "Update" => {
                let (from, to) = rest.split_once(" -> ")?;
                (Some(versions(from)), Some(versions(to)))
            }
            _ => return None,
        };
        let name = name.to_owned();
        Some(ChangedPackage { name, from, to })
    };
    stderr.lines().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(name: &str, from: Option<&str>, to: Option<&str>) -> ChangedPackage {
        ChangedPackage {
            name: name.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        }
    }

    #[test]
    fn a_preview_tells_old_and_new_and_leaves_the_project_itself_out() {
        let preview =
            parse_sync_check(include_str!("../tests/samples/uvsync-dry-run-changes.json")).unwrap();
        assert_eq!(
            preview.changes,
            [
                change("humanize", Some("4.9.0"), Some("4.17.0")),
                change("iniconfig", None, Some("2.3.1")),
                change("tabulate", Some("0.10.0"), None),
            ]
        );
        assert!(preview.lock_outdated && !preview.lock_missing && !preview.replaces_environment);
    }

    #[test]
    fn a_preview_of_a_fresh_checkout_makes_environment_and_lockfile() {
        let preview =
            parse_sync_check(include_str!("../tests/samples/uvsync-dry-run-create.json")).unwrap();
        assert!(preview.lock_missing && preview.lock_outdated && preview.replaces_environment);
        assert_eq!(preview.python.as_deref(), Some("3.11.7"));
        let names: Vec<&str> = preview
            .changes
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["demo", "humanize", "tabulate"]);
    }

    #[test]
    fn a_lockfiles_changes_are_told_with_every_version() {
        let changes = parse_lock_changes(include_str!("../tests/samples/uvlock-dry-run.err"));
        assert_eq!(
            changes,
            [
                change("humanize", Some("4.9.0"), Some("4.16.0, 4.17.0")),
                change("iniconfig", None, Some("2.3.1")),
                change("tabulate", Some("0.10.0"), None),
            ]
        );
        assert_eq!(parse_lock_changes("No lockfile changes detected\n"), []);
    }

    #[test]
    fn a_missing_package_counts_and_a_touched_project_does_not() {
        let check =
            parse_sync_check(include_str!("../tests/samples/uvsync-check-outdated.json")).unwrap();
        assert_eq!(
            check.changes,
            [ChangedPackage {
                name: "humanize".into(),
                from: None,
                to: Some("4.17.0".into())
            }]
        );
        assert!(check.outdated && check.lock_outdated && !check.replaces_environment);
        assert_eq!(check.python.as_deref(), Some("3.12.1"));
    }

    #[test]
    fn what_is_half_installed_is_out_of_date_whatever_uv_says() {
        let check = SyncCheck::default().with_unfinished(&["dagster_webserver".to_owned()]);
        assert!(check.outdated);
        assert_eq!(check.changes, [change("dagster-webserver", None, Some(""))]);
        assert!(!SyncCheck::default().with_unfinished(&[]).outdated);
    }

    #[test]
    fn other_output_is_told_as_such() {
        assert!(parse_sync_check("").is_err());
    }
}
