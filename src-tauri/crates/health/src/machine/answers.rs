//! What tools print about themselves. Matches only forms that were seen, and gives up rather than guess.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A Python that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    pub(super) version: Version,
    /// Its version as text.
    pub text: String,
    /// The program, absolute.
    pub path: PathBuf,
}

#[cfg(test)]
impl Python {
    /// One as uv lists it.
    pub(crate) fn new(text: &str, path: &str) -> Self {
        let mut parts = text.split('.').filter_map(|part| part.parse().ok());
        let mut next = || parts.next().unwrap_or_default();
        Self {
            version: (next(), next(), next()),
            text: text.to_owned(),
            path: PathBuf::from(path),
        }
    }
}

/// Major, minor, patch.
type Version = (u32, u32, u32);

#[derive(Deserialize)]
struct ListedPython {
    version: String,
    version_parts: Parts,
    path: Option<PathBuf>,
    #[serde(default)]
    implementation: String,
    #[serde(default)]
    variant: String,
}

#[derive(Deserialize)]
struct Parts {
    major: u32,
    minor: u32,
    patch: u32,
}

/// The first word of an answer that begins with a digit: `uv 0.13.8 (x86_64)`, `git version 2.39.5`, `Python 3.12.7`.
pub(super) fn version_of(answer: &str) -> Option<String> {
    let line = answer.lines().next()?;
    let version = line
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    Some(version.trim_end_matches(',').to_owned())
}

/// The Pythons in `uv python list --output-format json`, newest first, one per version. Shims are left out: what stands
/// behind one changes with the folder. So is everything but CPython, which Dagster does not support.
pub(super) fn pythons(listing: &str) -> Vec<Python> {
    let listed: Vec<ListedPython> = serde_json::from_str(listing).unwrap_or_default();
    let mut pythons: Vec<Python> = listed
        .into_iter()
        .filter(|one| one.implementation.is_empty() || one.implementation == "cpython")
        .filter_map(|one| {
            let version = (
                one.version_parts.major,
                one.version_parts.minor,
                one.version_parts.patch,
            );
            let path = one.path.filter(|path| !is_shim(path))?;
            Some(Python {
                version,
                text: one.version,
                path,
            })
        })
        .collect();
    pythons.sort_by_key(|python| std::cmp::Reverse(python.version));
    pythons.dedup_by(|later, kept| later.text == kept.text);
    pythons
}

/// The versions in `uv python list --only-downloads --output-format json`: of each minor version the newest that is a
/// plain release of CPython, newest first.
pub(super) fn downloadable(listing: &str) -> Vec<String> {
    let listed: Vec<ListedPython> = serde_json::from_str(listing).unwrap_or_default();
    let released = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let mut versions: Vec<(Version, String)> = listed
        .into_iter()
        .filter(|one| one.implementation == "cpython" && one.variant == "default")
        .filter(|one| released(&one.version))
        .map(|one| {
            let parts = one.version_parts;
            ((parts.major, parts.minor, parts.patch), one.version)
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.dedup_by_key(|(version, _)| (version.0, version.1));
    versions.into_iter().map(|(_, text)| text).collect()
}

/// The versions as one line, `3.12.7, 3.11.9`.
pub(super) fn versions(pythons: &[Python]) -> String {
    pythons
        .iter()
        .map(|python| python.text.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether a program is a version switcher's stand-in (pyenv, asdf, mise, rtx) rather than itself.
pub(super) fn is_shim(program: &Path) -> bool {
    program.parent().is_some_and(is_shim_folder)
}

fn is_shim_folder(folder: &Path) -> bool {
    folder.file_name() == Some(OsStr::new("shims"))
}

/// PATH with each folder of shims replaced by the Pythons behind it (pyenv keeps them beside it), so that uv sees those
/// themselves and need not start a shim to learn that it leads nowhere; None where there are none, or nothing else.
pub(super) fn behind_shims(path: &OsStr) -> Option<String> {
    let all: Vec<PathBuf> = std::env::split_paths(path).collect();
    let seen: Vec<PathBuf> = all
        .iter()
        .flat_map(|folder| match folder.parent() {
            Some(parent) if is_shim_folder(folder) => versions_in(&parent.join("versions")),
            _ => vec![folder.clone()],
        })
        .collect();
    if seen.is_empty() || seen == all {
        return None;
    }
    std::env::join_paths(seen).ok()?.into_string().ok()
}

/// The program folders of the Pythons that a switcher keeps, in name order.
fn versions_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.is_dir())
        .collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: &str, path: &str, implementation: &str) -> String {
        let parts: Vec<&str> = version.split('.').collect();
        format!(
            r#"{{"key":"k","version":"{version}","version_parts":{{"major":{},"minor":{},"patch":{}}},"path":"{path}","symlink":null,"implementation":"{implementation}"}}"#,
            parts[0], parts[1], parts[2]
        )
    }

    #[test]
    fn versions_are_read_from_each_tool_s_own_form() {
        assert_eq!(
            version_of("uv 0.13.8 (x86_64-unknown-linux-gnu)\n").as_deref(),
            Some("0.13.8")
        );
        assert_eq!(
            version_of("git version 2.39.5 (Apple Git-154)").as_deref(),
            Some("2.39.5")
        );
        assert_eq!(version_of("Python 3.12.7").as_deref(), Some("3.12.7"));
        assert_eq!(version_of("no idea"), None);
        assert_eq!(version_of(""), None);
    }

    #[test]
    fn pythons_are_listed_once_newest_first_without_shims() {
        let listing = format!(
            "[{},{},{},{},{}]",
            entry("3.9.18", "/usr/bin/python3.9", "cpython"),
            entry("3.12.1", "/home/ann/.pyenv/shims/python3", "cpython"),
            entry("3.11.2", "/usr/bin/python3.11", "cpython"),
            entry("3.11.2", "/usr/bin/python3", "cpython"),
            entry("3.13.0", "/opt/pypy/bin/pypy3", "pypy"),
        );
        let pythons = pythons(&listing);
        assert_eq!(versions(&pythons), "3.11.2, 3.9.18");
        assert_eq!(pythons[0].path, Path::new("/usr/bin/python3.11"));
    }

    #[test]
    fn downloads_are_the_newest_plain_release_of_each_minor_version() {
        let listing = r#"[
            {"version":"3.15.0a2","version_parts":{"major":3,"minor":15,"patch":0},"path":null,"variant":"default","implementation":"cpython"},
            {"version":"3.14.3","version_parts":{"major":3,"minor":14,"patch":3},"path":null,"variant":"freethreaded","implementation":"cpython"},
            {"version":"3.14.2","version_parts":{"major":3,"minor":14,"patch":2},"path":null,"variant":"default","implementation":"cpython"},
            {"version":"3.13.9","version_parts":{"major":3,"minor":13,"patch":9},"path":null,"variant":"default","implementation":"cpython"},
            {"version":"3.13.11","version_parts":{"major":3,"minor":13,"patch":11},"path":null,"variant":"default","implementation":"cpython"},
            {"version":"3.11.13","version_parts":{"major":3,"minor":11,"patch":13},"path":null,"variant":"default","implementation":"pypy"}
        ]"#;
        assert_eq!(downloadable(listing), ["3.14.2", "3.13.11"]);
        assert!(downloadable("nothing").is_empty());
    }

    #[test]
    fn an_answer_of_another_form_is_no_python() {
        assert!(pythons("warning: something").is_empty());
        assert!(pythons("[]").is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn shims_give_way_to_what_is_behind_them() {
        let path = OsStr::new("/home/ann/.pyenv/shims:/usr/bin:/bin");
        assert_eq!(behind_shims(path).as_deref(), Some("/usr/bin:/bin"));
        assert_eq!(behind_shims(OsStr::new("/usr/bin:/bin")), None);
        assert_eq!(behind_shims(OsStr::new("/home/ann/.pyenv/shims")), None);

        let home = tempfile::tempdir().unwrap();
        let bin = home.path().join("versions/3.12.1/bin");
        std::fs::create_dir_all(&bin).unwrap();
        let shims = home.path().join("shims");
        assert_eq!(
            behind_shims(shims.as_os_str()).as_deref(),
            bin.to_str(),
            "pyenv's own Pythons are seen"
        );
    }
}
