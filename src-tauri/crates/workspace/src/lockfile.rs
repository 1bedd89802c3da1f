//! uv.lock: whether it still answers pyproject.toml, told from the two files alone. Refuses to guess: what it can't
//! compare is `None`.
//!
//! What is compared is what uv itself writes into the lockfile from pyproject.toml: requires-python, the package's version,
//! its requirements, extras and groups. Sources, overrides and constraints are not; uv is asked about those (`uv sync
//! --check`) once the folder is trusted.

mod text;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::ops::Bound;
use std::path::Path;
use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerTree, PackageName, Requirement, VerbatimUrl, VersionOrUrl};
use toml_edit::{Document, Item, TableLike};

use crate::pyproject::Toml;
use text::LockText;
pub use versions::locked_versions;

/// Whether a project's own uv.lock answers its pyproject.toml; `None` if there is none or it can't be told.
#[must_use]
pub fn lock_is_fresh(project: &Path) -> Option<bool> {
    let pyproject = Toml::read(&project.join("pyproject.toml")).ok()??;
    answers(&project.join("uv.lock"), project, &pyproject)
}

/// Whether a lockfile, the project's own or its uv workspace's, answers a project's pyproject.toml.
pub(crate) fn answers(lock: &Path, project: &Path, pyproject: &Toml) -> Option<bool> {
    let mut text = LockText::open(lock).ok()?;
    let relative = crate::root::relative(lock.parent()?, project);
    compare(&mut text, pyproject, &relative)
}

/// Whether the lockfile's entry for the package at `relative` says what pyproject.toml asks for. None where the
/// requirements are worked out by code (`dynamic`), or either side can't be read.
fn compare(lock: &mut LockText<File>, pyproject: &Toml, relative: &str) -> Option<bool> {
    let name = normal_name(pyproject.string(&["project", "name"])?)?;
    let dynamic: Vec<&str> = pyproject
        .get(&["project", "dynamic"])
        .and_then(Item::as_array)
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str())
        .collect();
    if dynamic.contains(&"dependencies") || dynamic.contains(&"optional-dependencies") {
        return None;
    }
    let own_lock = relative == ".";
    let python = pyproject.string(&["project", "requires-python"]);
    // In a uv workspace the lock holds what all members have in common.
    if own_lock && let Some(python) = python {
        let locked = lock.value("requires-python")?;
        if specifiers(&locked)? != specifiers(python)? {
            return Some(false);
        }
    }
    let Some(block) = lock.package(&name, relative) else {
        return Some(false);
    };
    let block = Document::parse(block).ok()?;
    let package = block.get("package")?.as_array_of_tables()?.get(0)?;
    if let (Some(wanted), Some(locked)) = (
        pyproject.string(&["project", "version"]),
        package.get("version").and_then(Item::as_str),
    ) && Version::from_str(wanted).ok()? != Version::from_str(locked).ok()?
    {
        return Some(false);
    }
    let bounds = python.map(bounds).unwrap_or_default();
    let wanted = wanted(pyproject, &bounds)?;
    let locked = locked(package, &bounds)?;
    Some(wanted == locked)
}

/// Requirements by where they stand: the empty name for the package itself, else the group.
type Requirements = BTreeMap<String, BTreeSet<NormalRequirement>>;

/// One requirement in a form in which two spellings of the same are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct NormalRequirement {
    name: String,
    extras: BTreeSet<String>,
    /// `None` where the place it comes from is named instead, which is not compared.
    specifiers: Option<BTreeSet<String>>,
    marker: String,
}

/// The Pythons that requires-python leaves: uv writes markers without what follows from it.
#[derive(Debug, Default)]
struct Bounds {
    lower: Option<Version>,
    upper: Option<Version>,
}

/// The simple bounds in a requires-python; others (`!=`, `~=`) are not used for simplifying markers.
fn bounds(requires_python: &str) -> Bounds {
    let mut bounds = Bounds::default();
    for specifier in VersionSpecifiers::from_str(requires_python)
        .iter()
        .flat_map(|all| all.iter())
    {
        match specifier.operator() {
            Operator::GreaterThanEqual => bounds.lower = Some(specifier.version().clone()),
            Operator::LessThan => bounds.upper = Some(specifier.version().clone()),
            _ => {}
        }
    }
    bounds
}

/// A marker as uv writes it: without what the bounds make true anyway.
fn simple_marker(marker: MarkerTree, bounds: &Bounds) -> String {
    let lower = bounds
        .lower
        .as_ref()
        .map_or(Bound::Unbounded, Bound::Included);
    let upper = bounds
        .upper
        .as_ref()
        .map_or(Bound::Unbounded, Bound::Excluded);
    marker
        .simplify_python_versions(lower, upper)
        .try_to_string()
        .unwrap_or_default()
}

fn specifiers(text: &str) -> Option<BTreeSet<String>> {
    let all = VersionSpecifiers::from_str(text).ok()?;
    Some(all.iter().map(ToString::to_string).collect())
}

fn normal_name(text: &str) -> Option<String> {
    PackageName::from_str(text)
        .ok()
        .map(|name| name.to_string())
}

/// One requirement in a form that compares. A package with a source of its own, or a URL, compares without its version.
fn asked(
    text: &str,
    sources: &BTreeSet<String>,
    extra: Option<&str>,
    bounds: &Bounds,
) -> Option<NormalRequirement> {
    let requirement = Requirement::<VerbatimUrl>::from_str(text).ok()?;
    let mut marker = requirement.marker.clone();
    if let Some(extra) = extra {
        let extra = ExtraName::from_str(extra).ok()?;
        marker.and(MarkerTree::from_str(&format!("extra == '{extra}'")).ok()?);
    }
    let name = requirement.name.to_string();
    let specifiers = match &requirement.version_or_url {
        _ if sources.contains(&name) => None,
        Some(VersionOrUrl::Url(_)) => None,
        Some(VersionOrUrl::VersionSpecifier(all)) => {
            Some(all.iter().map(ToString::to_string).collect())
        }
        None => Some(BTreeSet::new()),
    };
    Some(NormalRequirement {
        name,
        extras: requirement.extras.iter().map(ToString::to_string).collect(),
        specifiers,
        marker: simple_marker(marker, bounds),
    })
}

/// What pyproject.toml asks for.
fn wanted(pyproject: &Toml, bounds: &Bounds) -> Option<Requirements> {
    let sources: BTreeSet<String> = pyproject
        .get(&["tool", "uv", "sources"])
        .and_then(Item::as_table_like)
        .into_iter()
        .flat_map(TableLike::iter)
        .filter_map(|(name, _)| normal_name(name))
        .collect();
    let mut all = Requirements::new();
    let own = all.entry(String::new()).or_default();
    for text in texts(pyproject.get(&["project", "dependencies"])) {
        own.insert(asked(text, &sources, None, bounds)?);
    }
    for (extra, item) in table(pyproject.get(&["project", "optional-dependencies"])) {
        for text in texts(Some(item)) {
            own.insert(asked(text, &sources, Some(extra), bounds)?);
        }
    }
    let groups = pyproject
        .get(&["dependency-groups"])
        .and_then(Item::as_table_like);
    for (name, _) in table(pyproject.get(&["dependency-groups"])) {
        let mut found = BTreeSet::new();
        group(groups?, name, &sources, bounds, &mut found, 0)?;
        all.insert(normal_name(name)?, found);
    }
    for text in texts(pyproject.get(&["tool", "uv", "dev-dependencies"])) {
        let dev = all.entry("dev".to_owned()).or_default();
        dev.insert(asked(text, &sources, None, bounds)?);
    }
    all.retain(|_, asked| !asked.is_empty());
    Some(all)
}

fn group(
    groups: &dyn TableLike,
    name: &str,
    sources: &BTreeSet<String>,
    bounds: &Bounds,
    found: &mut BTreeSet<NormalRequirement>,
    depth: u8,
) -> Option<()> {
    if depth > 16 {
        return None;
    }
    let wanted = normal_name(name)?;
    let (_, item) = groups
        .iter()
        .find(|(key, _)| normal_name(key).as_ref() == Some(&wanted))?;
    for value in item.as_array()? {
        if let Some(text) = value.as_str() {
            found.insert(asked(text, sources, None, bounds)?);
        } else {
            let included = value.as_inline_table()?.get("include-group")?.as_str()?;
            group(groups, included, sources, bounds, found, depth + 1)?;
        }
    }
    Some(())
}

/// What the lockfile was made for.
fn locked(package: &dyn TableLike, bounds: &Bounds) -> Option<Requirements> {
    let mut all = Requirements::new();
    let metadata = package.get("metadata").and_then(Item::as_table_like);
    let Some(metadata) = metadata else {
        return Some(all);
    };
    if let Some(item) = metadata.get("requires-dist") {
        all.insert(String::new(), locked_list(item, bounds)?);
    }
    for (name, item) in table(metadata.get("requires-dev")) {
        all.insert(name.to_owned(), locked_list(item, bounds)?);
    }
    all.retain(|_, asked| !asked.is_empty());
    Some(all)
}

fn locked_list(item: &Item, bounds: &Bounds) -> Option<BTreeSet<NormalRequirement>> {
    let mut found = BTreeSet::new();
    for value in item.as_array()? {
        let table = value.as_inline_table()?;
        let text = |key: &str| table.get(key).and_then(|value| value.as_str());
        let elsewhere = [
            "git",
            "url",
            "path",
            "directory",
            "editable",
            "virtual",
            "index",
        ]
        .iter()
        .any(|key| table.contains_key(key));
        let marker = match text("marker") {
            Some(marker) => MarkerTree::from_str(marker).ok()?,
            None => MarkerTree::default(),
        };
        found.insert(NormalRequirement {
            name: text("name")?.to_owned(),
            extras: table
                .get("extras")
                .and_then(|value| value.as_array())
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
            specifiers: match text("specifier") {
                _ if elsewhere => None,
                Some(specifier) => Some(specifiers(specifier)?),
                None => Some(BTreeSet::new()),
            },
            marker: simple_marker(marker, bounds),
        });
    }
    Some(found)
}

fn table(item: Option<&Item>) -> impl Iterator<Item = (&str, &Item)> {
    item.and_then(Item::as_table_like)
        .into_iter()
        .flat_map(TableLike::iter)
}

fn texts(item: Option<&Item>) -> impl Iterator<Item = &str> {
    item.and_then(Item::as_array)
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str())
}
