//! What uv's answers mean.

mod progress;

use serde::Deserialize;

pub use progress::Progress;

/// What `uv sync --check --output-format json` found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncCheck {
    /// Whether packages would change, or the lockfile would.
    pub outdated: bool,
    /// The packages that would change; what was only touched on disk is left out.
    pub changes: Vec<Change>,
    /// Whether the lockfile no longer answers pyproject.toml.
    pub lock_outdated: bool,
    /// The Python version of the environment that is there or would be.
    pub python: Option<String>,
    /// Whether the environment itself would be made or replaced.
    pub replaces_environment: bool,
}

/// One package that a sync would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
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
struct Answer {
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

/// Reads the standard output of `uv sync --check --output-format json`.
///
/// A project whose files were only touched is listed as removed and installed again without a new version: nothing
/// differs, so it does not count.
pub fn parse_sync_check(stdout: &str) -> Result<SyncCheck, ParseError> {
    let answer: Answer = serde_json::from_str(stdout.trim()).map_err(ParseError)?;
    let mut changes: Vec<Change> = Vec::new();
    let mut again: Vec<String> = Vec::new();
    for raw in answer.sync.changes {
        let at = changes.iter().position(|change| change.name == raw.name);
        let at = at.unwrap_or_else(|| {
            changes.push(Change {
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
    let lock_outdated = answer
        .lock
        .is_some_and(|lock| matches!(lock.action.as_str(), "update" | "create"));
    let replaces_environment = matches!(answer.sync.action.as_str(), "create" | "replace");
    Ok(SyncCheck {
        outdated: !changes.is_empty() || lock_outdated || replaces_environment,
        changes,
        lock_outdated,
        python: answer
            .sync
            .environment
            .and_then(|found| found.python)
            .and_then(|python| python.version),
        replaces_environment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_package_counts_and_a_touched_project_does_not() {
        let check =
            parse_sync_check(include_str!("../tests/samples/uvsync-check-outdated.json")).unwrap();
        assert_eq!(
            check.changes,
            [Change {
                name: "humanize".into(),
                from: None,
                to: Some("4.17.0".into())
            }]
        );
        assert!(check.outdated && check.lock_outdated && !check.replaces_environment);
        assert_eq!(check.python.as_deref(), Some("3.12.1"));
    }

    #[test]
    fn other_output_is_told_as_such() {
        assert!(parse_sync_check("").is_err());
    }
}
