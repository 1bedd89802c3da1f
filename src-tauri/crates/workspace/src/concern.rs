//! What in a folder is worth a look before its code may run: told from files, judged by the person. Refuses to call
//! anything harmful.

use std::path::PathBuf;
use std::str::FromStr;

use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};
use toml_edit::{Item, TableLike};

use crate::model::{DotEnv, Reading};
use crate::pyproject::Toml;

/// How many variables are named.
const NAMED: usize = 3;
/// Parts of names whose values are often secret; those are named first.
const TELLING: [&str; 6] = [
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "KEY",
    "CREDENTIAL",
    "DATABASE_URL",
];

/// Why something is worth a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConcernKind {
    /// Code that runs when the project is installed, not only when it is launched.
    RunsAtInstall,
    /// A package that comes from somewhere else than a package index.
    DirectReference,
    /// Variables that are put into the environment of what is started.
    Variables,
}

/// One thing worth a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// Why.
    pub kind: ConcernKind,
    /// The file, absolute.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<u32>,
    /// A plain sentence.
    pub message: String,
}

/// What is worth a look in a workspace, in the order of its projects. Reads each pyproject.toml again: it is asked once,
/// before a folder is trusted.
#[must_use]
pub fn concerns(reading: &Reading) -> Vec<Concern> {
    let mut found = Vec::new();
    found.extend(reading.dot_env.as_ref().and_then(variables));
    let deployment = reading.deployment.iter().map(|one| (&one.folder, &None));
    let projects = reading
        .projects
        .iter()
        .map(|project| (&project.folder, &project.dot_env));
    let mut seen = Vec::new();
    for (folder, dot_env) in projects.chain(deployment) {
        // Entries of a workspace.yaml may share one folder.
        if seen.contains(&folder) {
            continue;
        }
        seen.push(folder);
        let setup = folder.join("setup.py");
        if setup.is_file() {
            found.push(Concern {
                kind: ConcernKind::RunsAtInstall,
                path: setup,
                line: None,
                message: "Runs as soon as the project is installed.".to_owned(),
            });
        }
        if let Ok(Some(toml)) = Toml::read(&folder.join("pyproject.toml")) {
            references(&toml, &mut found);
        }
        let own = dot_env.as_ref().filter(|file| {
            let root = reading.dot_env.as_ref().map(|root| &root.path);
            root != Some(&file.path)
        });
        found.extend(own.and_then(variables));
    }
    found
}

fn variables(file: &DotEnv) -> Option<Concern> {
    let telling = |name: &String| {
        TELLING
            .iter()
            .any(|part| name.to_uppercase().contains(part))
    };
    let mut names: Vec<&String> = file.names.iter().collect();
    names.sort_by_key(|name| !telling(name));
    let named: Vec<&str> = names.iter().take(NAMED).map(|name| name.as_str()).collect();
    let list = named.join(", ");
    let message = match names.len() {
        0 => return None,
        1 => format!("Puts {list} into the environment of what is started."),
        count if count <= NAMED => {
            format!("Puts {count} variables into the environment of what is started: {list}.")
        }
        count => format!(
            "Puts {count} variables into the environment of what is started, among them {list}."
        ),
    };
    Some(Concern {
        kind: ConcernKind::Variables,
        path: file.path.clone(),
        line: None,
        message,
    })
}

/// Packages that a pyproject.toml brings from elsewhere.
fn references(toml: &Toml, found: &mut Vec<Concern>) {
    let mut add = |name: &str, from: &str, span| {
        found.push(Concern {
            kind: ConcernKind::DirectReference,
            path: toml.source.path.clone(),
            line: toml.place_of(span).map(|place| place.line),
            message: format!("Installs {name} straight from {from}, not from a package index."),
        });
    };
    let groups = ["optional-dependencies"].map(|key| toml.get(&["project", key]));
    let groups = groups.into_iter().chain([toml.get(&["dependency-groups"])]);
    let grouped = groups
        .flatten()
        .filter_map(Item::as_table_like)
        .flat_map(TableLike::iter)
        .map(|(_, item)| item);
    let lists = [
        toml.get(&["project", "dependencies"]),
        toml.get(&["build-system", "requires"]),
    ];
    let values = lists
        .into_iter()
        .flatten()
        .chain(grouped)
        .filter_map(Item::as_array)
        .flatten();
    for value in values {
        let requirement = value
            .as_str()
            .and_then(|text| Requirement::<VerbatimUrl>::from_str(text).ok());
        if let Some(requirement) = requirement
            && let Some(VersionOrUrl::Url(url)) = &requirement.version_or_url
        {
            let name = requirement.name.to_string();
            add(&name, place_of(&url.to_string()), value.span());
        }
    }
    let sources = toml
        .get(&["tool", "uv", "sources"])
        .and_then(Item::as_table_like);
    for (name, item) in sources.into_iter().flat_map(TableLike::iter) {
        let Some(source) = item.as_table_like() else {
            continue;
        };
        if source.contains_key("git") {
            add(name, "a git address", item.span());
        } else if source.contains_key("url") {
            add(name, "an address", item.span());
        }
    }
}

fn place_of(url: &str) -> &'static str {
    if url.starts_with("git+") {
        "a git address"
    } else if url.starts_with("file:") {
        "a folder"
    } else {
        "an address"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadOptions, read};

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = fs_err::canonicalize(folder.path()).unwrap();
        for (name, text) in files {
            let path = root.join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        let reading = read(&root, &ReadOptions::default());
        let one = |concern: Concern| {
            let path = concern
                .path
                .strip_prefix(&root)
                .unwrap()
                .display()
                .to_string();
            let line = concern
                .line
                .map_or(String::new(), |line| format!(":{line}"));
            format!("{path}{line} {}", concern.message)
        };
        concerns(&reading).into_iter().map(one).collect()
    }

    const WORKSPACE: &str =
        "directory_type = \"workspace\"\n[workspace]\n[[workspace.projects]]\npath = \"p\"\n";
    const PROJECT: &str = "[project]\nname = \"p\"\n[tool.dg]\ndirectory_type = \"project\"\n[tool.dg.project]\nroot_module = \"p\"\n";

    #[test]
    fn an_ordinary_project_raises_nothing() {
        assert_eq!(
            told(&[("dg.toml", WORKSPACE), ("p/pyproject.toml", PROJECT)]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_comes_from_elsewhere_is_named_with_its_line() {
        let project = PROJECT.replace(
            "name = \"p\"\n",
            "name = \"p\"\ndependencies = [\n  \"dagster\",\n  \"shared @ git+https://example.org/shared.git\",\n]\n",
        ) + "[tool.uv.sources]\nother = { git = \"https://example.org/other.git\" }\nmember = { workspace = true }\n";
        let told = told(&[
            ("dg.toml", WORKSPACE),
            ("p/pyproject.toml", &project),
            ("p/setup.py", ""),
        ]);
        assert_eq!(
            told,
            [
                "p/setup.py Runs as soon as the project is installed.",
                "p/pyproject.toml:5 Installs shared straight from a git address, not from a package index.",
                "p/pyproject.toml:12 Installs other straight from a git address, not from a package index.",
            ]
        );
    }

    #[test]
    fn variables_are_named_the_telling_ones_first_and_never_their_values() {
        let told = told(&[
            ("dg.toml", WORKSPACE),
            (".env", "A=1\nB=2\nC=3\nAWS_SECRET_ACCESS_KEY=hush\n"),
            ("p/pyproject.toml", PROJECT),
            ("p/.env", "ONE=hush\n"),
        ]);
        assert_eq!(
            told,
            [
                ".env Puts 4 variables into the environment of what is started, among them AWS_SECRET_ACCESS_KEY, A, B.",
                "p/.env Puts ONE into the environment of what is started.",
            ]
        );
    }
}
