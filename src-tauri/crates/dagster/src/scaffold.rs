//! What can be scaffolded into a project, and how `dg` is asked for it. Runs nothing and writes nothing.
//!
//! Seen on 1.13.27: `dg scaffold defs TYPE PATH` writes under the project's definitions folder and nowhere else registers
//! anything. It accepts `../out.py` (outside that folder) and names that Python can't import, and makes `assets/` beside
//! `assets.py` without a word; [`check_path`] refuses those. `dg list components --json` lists components only, not the
//! Python kinds, which are built in ([`PYTHON_TYPES`]).

mod params;

use std::path::{Component, Path};

use process::CommandLine;
use serde::Deserialize;

pub use params::{Param, ParamKind, ParamsError, json_params, parse_params};

use crate::environment;

/// A kind of definition that `dg` knows how to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionType {
    /// What `dg` calls it: `dagster.asset`.
    pub key: String,
    /// Its name for people: "Asset".
    pub title: String,
    /// What it is.
    pub summary: String,
    /// Whether it becomes a Python file; a component becomes a folder with a `defs.yaml`.
    pub python: bool,
}

/// The Python kinds: key, title, summary, and the file that is suggested.
pub const PYTHON_TYPES: &[(&str, &str, &str, &str)] = &[
    (
        "dagster.asset",
        "Asset",
        "A table, file or model that your code makes and keeps up to date.",
        "assets.py",
    ),
    (
        "dagster.multi_asset",
        "Multi-asset",
        "One function that makes several assets.",
        "multi_assets.py",
    ),
    (
        "dagster.asset_check",
        "Asset check",
        "A test of an asset's content, run with it or apart.",
        "asset_checks.py",
    ),
    (
        "dagster.job",
        "Job",
        "Work that is started as one run.",
        "jobs.py",
    ),
    (
        "dagster.schedule",
        "Schedule",
        "Starts runs at set times.",
        "schedules.py",
    ),
    (
        "dagster.sensor",
        "Sensor",
        "Starts runs when something happens.",
        "sensors.py",
    ),
    (
        "dagster.resources",
        "Resources",
        "Connections and settings that definitions share.",
        "resources.py",
    ),
];

/// The Python kinds as types.
#[must_use]
pub fn python_types() -> Vec<DefinitionType> {
    let of = |&(key, title, summary, _): &(&str, &str, &str, &str)| DefinitionType {
        key: key.to_owned(),
        title: title.to_owned(),
        summary: summary.to_owned(),
        python: true,
    };
    PYTHON_TYPES.iter().map(of).collect()
}

/// Whether a Python kind can't be written without parameters.
#[must_use]
pub fn needs_params(key: &str) -> bool {
    key == "dagster.asset_check"
}

/// The path that is suggested for a type, relative to the definitions folder.
#[must_use]
pub fn suggested_path(key: &str) -> String {
    let built_in = PYTHON_TYPES.iter().find(|one| one.0 == key);
    if let Some((_, _, _, file)) = built_in {
        return (*file).to_owned();
    }
    let name = key.rsplit('.').next().unwrap_or(key);
    let name = name.strip_suffix("Component").unwrap_or(name);
    let mut path = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            path.push('_');
        }
        path.extend(letter.to_lowercase());
    }
    path
}

#[derive(Deserialize)]
struct ComponentListing {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    key: String,
    #[serde(default)]
    summary: Option<String>,
}

/// Reads what `dg list components --json` prints: the components of a project's environment.
///
/// # Errors
/// When it printed something else, usually an error on its other stream.
pub fn parse_components(stdout: &str) -> Result<Vec<DefinitionType>, serde_json::Error> {
    let text = stdout.trim();
    let items = serde_json::from_str::<ComponentListing>(text)
        .map(|listed| listed.items)
        .or_else(|_| serde_json::from_str::<Vec<Item>>(text))?;
    let component = |item: Item| DefinitionType {
        title: item.key.rsplit('.').next().unwrap_or_default().to_owned(),
        summary: item.summary.unwrap_or_default(),
        python: false,
        key: item.key,
    };
    Ok(items.into_iter().map(component).collect())
}

/// Why nothing may be written at a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Nothing was named.
    #[error("Give it a name.")]
    Empty,
    /// It leads out of the definitions folder.
    #[error("It has to be inside the project's definitions folder.")]
    Outside,
    /// A Python kind needs a Python file.
    #[error("Its name has to end with .py, such as {suggested}.")]
    NotPython {
        /// The same with the ending.
        suggested: String,
    },
    /// A component needs a folder.
    #[error("A component becomes a folder: leave .py away.")]
    NotAFolder,
    /// Python can't import it.
    #[error(
        "Python can't import \"{name}\": only letters, digits and _ are allowed, and no digit first."
    )]
    Name {
        /// The part at fault.
        name: String,
    },
    /// It is there.
    #[error("{path} is there already.")]
    Exists {
        /// Relative to the definitions folder.
        path: String,
    },
    /// A module and a package of one name: Python would import one and forget the other.
    #[error(
        "{there} is there already. Python would find only one of {there} and {wished}; the definitions in the other would vanish."
    )]
    Shadowed {
        /// What is there.
        there: String,
        /// What would be made.
        wished: String,
    },
}

/// Checks a path, relative to the definitions folder with `/`, before anything is written.
///
/// # Errors
/// The first fault found.
pub fn check_path(defs: &Path, path: &str, python: bool) -> Result<(), PathFault> {
    let path = path.trim();
    if path.is_empty() {
        return Err(PathFault::Empty);
    }
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_));
    if path.contains('\\') || !Path::new(path).components().all(inside) {
        return Err(PathFault::Outside);
    }
    let stem = match (python, path.strip_suffix(".py")) {
        (true, Some(stem)) => stem,
        (true, None) => {
            let suggested = format!("{path}.py");
            return Err(PathFault::NotPython { suggested });
        }
        (false, Some(_)) => return Err(PathFault::NotAFolder),
        (false, None) => path,
    };
    let parts: Vec<&str> = stem.split('/').filter(|part| !part.is_empty()).collect();
    if let Some(wrong) = parts.iter().find(|part| !is_identifier(part)) {
        let name = (*wrong).to_owned();
        return Err(PathFault::Name { name });
    }
    if defs.join(path).exists() {
        let path = path.to_owned();
        return Err(PathFault::Exists { path });
    }
    // Each folder on the way must not stand beside a module of its name, nor the file beside a folder of its name.
    for upto in 1..=parts.len() {
        let so_far = parts[..upto].join("/");
        let is_file = python && upto == parts.len();
        let (there, wished) = if is_file {
            (format!("{so_far}/"), format!("{so_far}.py"))
        } else {
            (format!("{so_far}.py"), format!("{so_far}/"))
        };
        if defs.join(there.trim_end_matches('/')).exists() {
            return Err(PathFault::Shadowed { there, wished });
        }
    }
    Ok(())
}

fn is_identifier(part: &str) -> bool {
    let mut letters = part.chars();
    letters
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && letters.all(|letter| letter == '_' || letter.is_alphanumeric())
}

/// Asks which components a project's environment has. `folder` is the project's.
#[must_use]
pub fn list_components(interpreter: &Path, folder: &Path) -> CommandLine {
    dg(interpreter, folder).args(["list", "components", "--json"])
}

/// Asks for the schema of a type's parameters, to be read by [`parse_params`].
#[must_use]
pub fn inspect(interpreter: &Path, folder: &Path, key: &str) -> CommandLine {
    dg(interpreter, folder)
        .args(["utils", "inspect-component", key])
        .arg("--scaffold-params-schema")
}

/// Writes a definition into the project in `folder`.
#[must_use]
pub fn scaffold(
    interpreter: &Path,
    folder: &Path,
    key: &str,
    path: &str,
    params: Option<&str>,
) -> CommandLine {
    let line = dg(interpreter, folder)
        .args(["scaffold", "defs", key])
        .arg(path);
    match params {
        Some(params) => line.args(["--json-params", params]),
        None => line,
    }
}

/// `dg` of an environment, run by its Python: the script beside it names the folder it was made in, and follows it when
/// the workspace is moved.
fn dg(interpreter: &Path, folder: &Path) -> CommandLine {
    let mut line = CommandLine::new(interpreter, folder)
        .args(["-m", "dagster_dg_cli.cli"])
        .env("DAGSTER_DG_UPDATE_CHECK_ENABLED", "0")
        .env("DAGSTER_DISABLE_TELEMETRY", "1");
    if let Some(environment) = environment::environment_of(interpreter) {
        line = line.env("VIRTUAL_ENV", environment.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests;
