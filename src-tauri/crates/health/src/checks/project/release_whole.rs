//! The Dagster release that the project pins is published whole.
//!
//! Dagster is published package by package, over hours or days. Asked only of a version that is pinned by `==` and neither
//! locked nor installed here: whatever was had once can be had again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::create::versions;
use futures::FutureExt;
use futures::future::BoxFuture;
use workspace::{Project, requirements};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey, Subject};
use crate::fix::{Fix, FixAction, Show};

pub(crate) static CHECK: Check = Check {
    id: "release-whole",
    scope: Scope::Project,
    passes: "The Dagster release that the project pins is published whole",
    why: "The packages of a release appear over hours or days; until the last one is there, no environment can be made.",
    reads: &[Reads::Files],
    needs: Needs::Asking,
    judge: Judge::Asking {
        limit: Duration::from_secs(180),
        ask,
        stamp: None,
    },
};

/// How long uv may take for one package; it gives up by itself after some tries.
const LIMIT: Duration = Duration::from_secs(60);

fn ask(facts: Arc<Facts>, subject: Subject) -> BoxFuture<'static, Vec<Finding>> {
    async move {
        match (facts.project(&subject), &facts.workspace) {
            (Some(project), Some(workspace)) => judge(&facts, workspace, project).await,
            _ => Vec::new(),
        }
    }
    .boxed()
}

/// Asks for each package of the release that the project names. Where the index can't be asked nothing is found: not known
/// is not missing.
async fn judge(facts: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let asked = requirements(&project.folder).unwrap_or_default();
    let asked: Vec<String> = asked.packages.into_iter().chain(asked.dev).collect();
    let Some(version) = pinned(&asked).filter(|version| !is_here(workspace, project, version))
    else {
        return Vec::new();
    };
    let others = asked.iter().map(|text| name(text));
    let others: Vec<&str> = others
        .filter(|name| versions::PACKAGES.contains(name))
        .collect();
    let mut lacking = Vec::new();
    for package in others {
        match is_published(facts, package, &version).await {
            Some(true) => {}
            Some(false) => lacking.push(package),
            // The index can't be asked: nothing is known.
            None => return Vec::new(),
        }
    }
    if lacking.is_empty() {
        return Vec::new();
    }
    let show = Show::Packages {
        project: project.id.clone(),
    };
    let finding = Finding::blocker(
        FindingKey::ONLY,
        format!("Dagster {version} isn’t published whole yet"),
        "No environment can be made until the rest is there. Choose the release before it, or wait: packages appear over hours or days.",
    )
    .at(FilePlace::of(project.folder.join("pyproject.toml")))
    .fix(Fix::new("Choose a version", FixAction::Show(show)));
    let told = lacking.into_iter().fold(finding, |finding, package| {
        finding.seen(format!("{package} has no {version}"))
    });
    vec![told]
}

/// Whether this version was locked or installed already, so that nothing has to be asked.
fn is_here(workspace: &WorkspaceFacts, project: &Project, version: &str) -> bool {
    let environment = &project.environment;
    let installed = environment.installed.dagster.as_deref() == Some(version);
    let locked = environment.lockfile.is_some() && !super::lockfile_changes(workspace, project);
    installed || locked
}

/// The name that a requirement begins with.
fn name(requirement: &str) -> &str {
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    &requirement[..end.unwrap_or(requirement.len())]
}

/// The one Dagster version that is asked for, where it is one.
fn pinned(asked: &[String]) -> Option<String> {
    let one = asked.iter().find(|text| name(text) == "dagster")?;
    let (_, version) = one.split_once("==")?;
    let version = version.split(';').next()?.trim();
    versions::is_version(version).then(|| version.to_owned())
}

/// Asks the index through uv; none where it can't be asked.
async fn is_published(facts: &Facts, package: &str, version: &str) -> Option<bool> {
    let uv = facts.uv()?;
    let folder = facts.folder.join("asked");
    std::fs::create_dir_all(&folder).ok()?;
    let file = folder.join(format!("{package}-{version}.in"));
    std::fs::write(&file, versions::pinned([package], version)).ok()?;
    let python = facts.machine.pythons.first();
    let python: Option<&Path> = python.map(|python| python.path.as_path());
    let command = versions::ask(uv, python, &file).arg("--no-python-downloads");
    let finished = facts
        .table
        .run(&command, None, LIMIT, &facts.ended)
        .await
        .ok()?;
    if finished.exit.success() {
        return Some(true);
    }
    versions::is_not_published(&finished.stderr_text()).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_version_counts_as_pinned() {
        let pinned = |text: &str| pinned(&["dagster-webserver==1".to_owned(), text.to_owned()]);
        assert_eq!(pinned("dagster==1.13.28").as_deref(), Some("1.13.28"));
        assert_eq!(
            pinned("dagster[x] == 1.13.28 ; python_version > '3'").as_deref(),
            Some("1.13.28")
        );
        for open in [
            "dagster",
            "dagster>=1.13",
            "dagster==1.13.*",
            "dagster==1.13.28,<2",
        ] {
            assert_eq!(pinned(open), None, "{open}");
        }
    }
}
