//! The installed packages of Dagster belong together.
//!
//! Judged by what the installed packages ask of each other, never by a table of ours: the family has several numbers.

use std::collections::BTreeMap;

use workspace::{Distribution, Project, distributions, meets};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "dagster-versions",
    scope: Scope::Project,
    passes: "The packages of Dagster belong to one release",
    why: "Each of Dagster’s packages names the exact version of the others that it works with.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    if !project.environment.can_run() {
        return Vec::new();
    }
    let apart = apart(&distributions(&project.environment.path));
    let Some(first) = apart.first() else {
        return Vec::new();
    };
    let mut finding = Finding::warning(
        FindingKey::ONLY,
        "The packages of Dagster are of different releases",
        "Each was made to work with the exact version of the others that it names. Errors from a mix are hard to read.",
    )
    .at(FilePlace::of(&project.environment.path));
    finding.fix = super::repair(workspace, project, &first.package, "Sync");
    finding.evidence = apart.into_iter().map(|one| one.words).collect();
    vec![finding]
}

/// A package of Dagster that another one doesn't work with.
struct Apart {
    package: String,
    words: String,
}

/// What the packages' own requirements say: the family has several numbers (`dagster` 1.13.27, `dagster-pandas` 0.29.27),
/// and only these tell which belong together.
fn apart(installed: &[Distribution]) -> Vec<Apart> {
    let of_dagster = |name: &str| name == "dagster" || name.starts_with("dagster-");
    let versions: BTreeMap<&str, &str> = installed
        .iter()
        .map(|one| (one.name.as_str(), one.version.as_str()))
        .collect();
    let mut apart = Vec::new();
    for one in installed.iter().filter(|one| of_dagster(&one.name)) {
        for asked in one.asks() {
            if !of_dagster(&asked.name) || asked.versions.is_empty() {
                continue;
            }
            let (name, wanted) = (&asked.name, &asked.versions);
            let whose = format!("{} {} needs {name}{wanted}", one.name, one.version);
            let words = match versions.get(name.as_str()) {
                Some(version) if meets(version, wanted) => continue,
                Some(version) => format!("{whose}, {version} is installed"),
                None => format!("{whose}, which is not installed"),
            };
            apart.push(Apart {
                package: asked.name,
                words,
            });
        }
    }
    apart
}
