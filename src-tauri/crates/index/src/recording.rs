//! What the real index held on the day it was recorded, as far as anything here asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use toml_edit::DocumentMut;

use crate::wheel::Wheel;

/// The packages of which each has to be published before a Dagster release can be used.
pub const DAGSTER: [&str; 4] = [
    "dagster",
    "dagster-dg-cli",
    "dagster-webserver",
    "create-dagster",
];

/// Tells the index that this version is Dagster's newest, published whole.
pub const TOLD: &str = "DAGDECK_NEWEST_DAGSTER";

/// The recording under `tests/index`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The day on which the real index was asked, such as `2026-11-28`.
    pub date: String,
    /// The newest Dagster that was whole then. Its wheels are kept; those of newer releases are made from them.
    pub dagster: String,
    /// The wheels that are kept, by file name.
    pub wheels: Vec<Wheel>,
    /// By version newer than [`Self::dagster`], the packages that were published at it.
    pub newer: BTreeMap<String, BTreeSet<String>>,
}

impl Recording {
    /// Reads a folder's `recorded.toml` and `wheels.txt`.
    ///
    /// # Errors
    /// When a file can't be read, or says something else than it should; the line is named.
    pub fn read(folder: &Path) -> Result<Self> {
        let wheels = folder.join("wheels.txt");
        let recorded = folder.join("recorded.toml");
        let text = fs_err::read_to_string(&recorded)?;
        Self::parse(&text, &fs_err::read_to_string(&wheels)?)
            .with_context(|| format!("in {}", folder.display()))
    }

    /// The recording of this repository; where `DAGDECK_NEWEST_DAGSTER` names a version, with that one published whole.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of_repository() -> Result<Self> {
        let recording = Self::read(&folder())?.with_a_partial();
        match std::env::var(TOLD) {
            Ok(version) if !version.is_empty() => recording.told_of(&version),
            _ => Ok(recording),
        }
    }

    /// Reads the recording and the list of wheels. A line that names no wheel is an error, with its number.
    fn parse(recorded: &str, wheels: &str) -> Result<Self> {
        let document: DocumentMut = recorded.parse().context("recorded.toml")?;
        let word = |key: &str| {
            let value = document.get(key).and_then(|value| value.as_str());
            let value = value.with_context(|| format!("recorded.toml has no text `{key}`"));
            value.map(str::to_owned)
        };
        let mut newer = BTreeMap::new();
        let table = document.get("newer").and_then(|value| value.as_table());
        for (version, packages) in table.into_iter().flat_map(toml_edit::Table::iter) {
            let packages = packages.as_array().into_iter().flatten();
            let packages = packages.filter_map(|one| one.as_str().map(str::to_owned));
            newer.insert(version.to_owned(), packages.collect());
        }
        let mut kept = Vec::new();
        for (number, line) in wheels.lines().enumerate() {
            let Some((sha256, file)) = line.split_once("  ") else {
                bail!(
                    "wheels.txt, line {}: it is not a hash and a file",
                    number + 1
                );
            };
            let wheel = Wheel {
                file: file.to_owned(),
                sha256: sha256.to_owned(),
            };
            wheel
                .project()
                .with_context(|| format!("wheels.txt, line {}", number + 1))?;
            kept.push(wheel);
        }
        Ok(Self {
            date: word("date")?,
            dagster: word("dagster")?,
            wheels: kept,
            newer,
        })
    }

    /// The two files: `recorded.toml`, then `wheels.txt`.
    #[must_use]
    pub fn written(&self) -> (String, String) {
        let mut recorded = format!(
            "# What the real package index held on that day, as far as tests ask. `cargo xtask record` writes it anew.\n\
             date = \"{}\"\n\
             # The newest whole release: the one that the wizards have to offer.\n\
             dagster = \"{}\"\n\n\
             # Newer releases, and which of their packages were published.\n[newer]\n",
            self.date, self.dagster
        );
        for (version, packages) in &self.newer {
            let packages: Vec<String> = packages
                .iter()
                .map(|one| format!("    \"{one}\",\n"))
                .collect();
            recorded += &format!("\"{version}\" = [\n{}]\n", packages.concat());
        }
        let lines = self.wheels.iter();
        let wheels = lines.map(|wheel| format!("{}  {}\n", wheel.sha256, wheel.file));
        (recorded, wheels.collect())
    }

    /// The same with a release of which not everything is published, where the real index had none: stories are about it.
    fn with_a_partial(mut self) -> Self {
        if self.a_partial().is_err()
            && let [major, minor, patch] = numbers(&self.dagster)[..]
        {
            let mut some = self.released_with_dagster();
            some.remove("dagster-dg-cli");
            let next = format!("{major}.{minor}.{}", patch + 1);
            self.newer.insert(next, some);
        }
        self
    }

    /// The same with a version that is newer than all others, of which every package is published.
    ///
    /// # Errors
    /// When it is not newer.
    pub fn told_of(mut self, version: &str) -> Result<Self> {
        ensure!(
            library_version(version).is_some(),
            "{version} is not of the form 1.x.y, and its wheels could not be made"
        );
        let known = self.newer.keys().map(String::as_str);
        for other in known.chain([self.dagster.as_str()]) {
            ensure!(
                numbers(version) > numbers(other),
                "{version} is not newer than {other}"
            );
        }
        let every = self.released_with_dagster();
        self.newer.insert(version.to_owned(), every);
        Ok(self)
    }

    /// The projects that are released together with Dagster.
    #[must_use]
    pub fn released_with_dagster(&self) -> BTreeSet<String> {
        let library = library_version(&self.dagster);
        let of_it = self.wheels.iter().filter_map(|wheel| {
            let (project, version) = (wheel.project().ok()?, wheel.version().ok()?);
            let ours = project.starts_with("dagster") || project == "create-dagster";
            let together = version == self.dagster || Some(version) == library.as_deref();
            (ours && together).then_some(project)
        });
        of_it.collect()
    }

    /// The newest version of which every package that a workspace needs is published: what the wizards have to offer.
    #[must_use]
    pub fn newest_whole(&self) -> &str {
        let whole = self
            .newer
            .iter()
            .filter(|(_, packages)| DAGSTER.iter().all(|one| packages.contains(*one)));
        let newest = whole.map(|(version, _)| version.as_str());
        newest
            .max_by_key(|version| numbers(version))
            .unwrap_or(&self.dagster)
    }

    /// The newest version that only some packages have, where it is newer than the newest whole one, with those that lack.
    #[must_use]
    pub fn newest_partial(&self) -> Option<(&str, Vec<&'static str>)> {
        let (version, _) = self
            .newer
            .iter()
            .filter(|(version, packages)| {
                numbers(version) > numbers(self.newest_whole()) && packages.contains("dagster")
            })
            .max_by_key(|(version, _)| numbers(version))?;
        Some((version, self.lacking(version)))
    }

    /// A version of which something is not published, with what it is. There has to be one, for tests are about it.
    ///
    /// # Errors
    /// When everything that is recorded is whole.
    pub fn a_partial(&self) -> Result<(&str, Vec<&'static str>)> {
        let lacking = self.newer.keys().rev().find_map(|version| {
            let lacking = self.lacking(version);
            (!lacking.is_empty()).then_some((version.as_str(), lacking))
        });
        lacking.context("no release is recorded of which a package is not published")
    }

    /// Which packages are not published at a newer version.
    fn lacking(&self, version: &str) -> Vec<&'static str> {
        let there = self.newer.get(version);
        let lacks = |one: &&str| there.is_none_or(|packages| !packages.contains(*one));
        DAGSTER.into_iter().filter(|one| lacks(one)).collect()
    }

    /// Dagster's version that a version of one of its packages belongs to, where that is newer than the one that is kept.
    #[must_use]
    pub fn release_after(&self, project: &str, version: &str) -> Option<String> {
        let library = library_version(&self.dagster)?;
        let kept = self.wheels.iter().any(|wheel| {
            wheel.version().is_ok_and(|version| version == library)
                && wheel.project().is_ok_and(|name| name == project)
        });
        let release = if kept {
            let [_, minor, patch] = numbers(version)[..] else {
                return None;
            };
            format!("1.{}.{patch}", minor.checked_sub(16)?)
        } else {
            version.to_owned()
        };
        (numbers(&release) > numbers(&self.dagster)).then_some(release)
    }

    /// Every project that is known.
    #[cfg(test)]
    fn projects(&self) -> BTreeSet<String> {
        let kept = self.wheels.iter().filter_map(|wheel| wheel.project().ok());
        kept.collect()
    }
}

/// Where the recording of this repository is.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/index")
}

/// The version of Dagster's integration libraries that belongs to one of Dagster: `1.13.27` goes with `0.29.27`.
pub(crate) fn library_version(dagster: &str) -> Option<String> {
    let [major, minor, patch] = numbers(dagster)[..] else {
        return None;
    };
    (major == 1).then(|| format!("0.{}.{patch}", minor + 16))
}

/// A version's numbers, to compare it.
#[must_use]
pub fn numbers(version: &str) -> Vec<u32> {
    let parts = version.split('.');
    parts.map(|part| part.parse().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = "date = \"2026-11-28\"\ndagster = \"1.13.27\"\n[newer]\n\
        \"1.13.28\" = [\"create-dagster\", \"dagster\", \"dagster-webserver\"]\n\"1.13.29\" = [\"create-dagster\", \"dagster\"]\n";

    fn recording() -> Recording {
        let files = [
            "create_dagster-1.13.27",
            "dagster-1.13.27",
            "dagster_dg_cli-1.13.27",
            "dagster_webserver-1.13.27",
            "dagster_rest_resources-0.29.27",
            "dagster-1.12.22",
            "click-8.5.1",
        ];
        let lines = files.map(|file| format!("{}  {file}-py3-none-any.whl\n", "a".repeat(64)));
        Recording::parse(RECORDED, &lines.concat()).unwrap()
    }

    #[test]
    fn what_the_wizards_have_to_offer_is_the_newest_whole_release() {
        let recording = recording();
        assert_eq!(recording.newest_whole(), "1.13.27");
        let lacking = vec!["dagster-dg-cli", "dagster-webserver"];
        assert_eq!(recording.newest_partial(), Some(("1.13.29", lacking)));
        let together = recording.released_with_dagster();
        assert_eq!(together.len(), 5, "{together:?}");
        assert!(together.contains("dagster-rest-resources"));

        let told = recording.clone().told_of("1.14.0").unwrap();
        assert_eq!(
            (told.newest_whole(), told.newest_partial()),
            ("1.14.0", None)
        );
        assert_eq!(told.a_partial().unwrap().0, "1.13.29");
        for (version, fault) in [
            ("1.13.28", "not newer"),
            ("2.0.0", "of the form"),
            ("1.14", "of the form"),
        ] {
            let error = recording.clone().told_of(version).unwrap_err().to_string();
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn it_is_read_as_it_is_written_and_faults_are_named() {
        let recording = recording();
        let (recorded, wheels) = recording.written();
        assert_eq!(Recording::parse(&recorded, &wheels).unwrap(), recording);
        for (recorded, wheels, fault) in [
            ("dagster = \"1\"", "", "`date`"),
            (RECORDED, "abc\n", "line 1"),
            (RECORDED, "abc  dagster.tar.gz\n", "line 1"),
        ] {
            let error = format!("{:#}", Recording::parse(recorded, wheels).unwrap_err());
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn where_everything_is_whole_a_partial_release_is_thought_of() {
        let mut recording = recording();
        recording.newer.clear();
        assert!(recording.a_partial().is_err());
        let thought = recording.with_a_partial();
        let (version, lacking) = thought.a_partial().unwrap();
        assert_eq!((version, lacking), ("1.13.28", vec!["dagster-dg-cli"]));
        assert_eq!(thought.newest_whole(), "1.13.27");
        let release = |project: &str, version: &str| thought.release_after(project, version);
        assert_eq!(release("dagster", "1.13.28").as_deref(), Some("1.13.28"));
        assert_eq!(release("dagster", "1.13.26"), None);
        let library = release("dagster-rest-resources", "0.30.1");
        assert_eq!(library.as_deref(), Some("1.14.1"));
    }

    #[test]
    fn the_recording_of_this_repository_is_whole() {
        let recording = Recording::read(&folder()).unwrap();
        assert!(recording.wheels.len() > 100);
        assert!(recording.wheels.is_sorted_by_key(|wheel| &wheel.file));
        assert_eq!(recording.newest_whole(), recording.dagster);
        recording.clone().with_a_partial().a_partial().unwrap();
        for package in DAGSTER {
            assert!(recording.projects().contains(package), "{package}");
        }
    }
}
