//! The sample: a workspace of two projects that a newcomer can read and run.
//!
//! Its files are kept as they are written, under `sample/`, and run as they stand; only the Dagster version is put in.

/// The version that the files name as they are kept.
const KEPT_AT: &str = "dagster==1.13.27";

/// The workspace's folder where nobody names it otherwise.
pub const NAME: &str = "dagster-sample";

/// The projects, relative to the root: what is synced besides the deployment environment.
pub const PROJECTS: [&str; 2] = ["projects/data-engineering", "projects/data-science"];

/// The deployment environment, relative to the root.
pub const DEPLOYMENT: &str = "deployments/local";

/// The asset that depends on one of the other project: what the Dagster UI opens on.
pub const ASSET: &str = "revenue_forecast";

/// A file of the sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative to the root, with `/`.
    pub path: &'static str,
    /// What it is for; empty where the name says it.
    pub note: &'static str,
    /// What it holds.
    pub text: String,
}

macro_rules! files {
    ($($path:literal from $kept:literal, $note:literal;)*) => {
        &[$(($path, include_str!(concat!("sample/", $kept)), $note)),*]
    };
}

const FILES: &[(&str, &str, &str)] = files! {
    "README.md" from "README.md", "where to look first";
    ".gitignore" from "gitignore", "";
    "deployments/local/pyproject.toml" from "deployments/local/pyproject.toml", "what the webserver and the daemon run from";
    "projects/data-engineering/pyproject.toml" from "projects/data-engineering/pyproject.toml", "its Dagster and its packages";
    "projects/data-engineering/src/data_engineering/__init__.py" from "projects/data-engineering/src/data_engineering/__init__.py", "";
    "projects/data-engineering/src/data_engineering/definitions.py" from "projects/data-engineering/src/data_engineering/definitions.py", "what Dagster loads";
    "projects/data-engineering/src/data_engineering/defs/__init__.py" from "projects/data-engineering/src/data_engineering/defs/__init__.py", "";
    "projects/data-engineering/src/data_engineering/defs/orders.py" from "projects/data-engineering/src/data_engineering/defs/orders.py", "three assets and a check";
    "projects/data-engineering/src/data_engineering/defs/every_morning.py" from "projects/data-engineering/src/data_engineering/defs/every_morning.py", "a job and a schedule";
    "projects/data-science/pyproject.toml" from "projects/data-science/pyproject.toml", "its Dagster and its packages";
    "projects/data-science/src/data_science/__init__.py" from "projects/data-science/src/data_science/__init__.py", "";
    "projects/data-science/src/data_science/definitions.py" from "projects/data-science/src/data_science/definitions.py", "what Dagster loads";
    "projects/data-science/src/data_science/defs/__init__.py" from "projects/data-science/src/data_science/defs/__init__.py", "";
    "projects/data-science/src/data_science/defs/forecast.py" from "projects/data-science/src/data_science/defs/forecast.py", "an asset made from one of the other project";
    // Last: the folder is a workspace only once everything in it is there.
    "dg.toml" from "dg.toml", "lists the two projects";
};

/// The files, in the order in which they are written, at a Dagster version such as `1.13.27`.
#[must_use]
pub fn files(dagster: &str) -> Vec<File> {
    let pin = format!("dagster=={dagster}");
    FILES
        .iter()
        .map(|(path, text, note)| File {
            path,
            note,
            text: text.replace(KEPT_AT, &pin),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_environment_is_pinned_to_the_version_that_was_chosen() {
        let files = files("1.12.3");
        let pins = files
            .iter()
            .filter(|file| file.text.contains("\"dagster==1.12.3\""));
        assert_eq!(pins.count(), 3);
        assert!(files.iter().all(|file| !file.text.contains("1.13.27")));
        let root = tempfile::tempdir().unwrap();
        for file in &files {
            let path = root.path().join(file.path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, &file.text).unwrap();
        }
        let reading = workspace::read(root.path(), &workspace::ReadOptions::default());
        let paths: Vec<&str> = reading
            .projects
            .iter()
            .map(|one| one.path.as_str())
            .collect();
        assert_eq!(paths, PROJECTS);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        assert!(reading.projects.iter().all(|one| one.blocked().is_none()));
        assert!(reading.deployment.is_some_and(|one| one.path == DEPLOYMENT));
    }
}
