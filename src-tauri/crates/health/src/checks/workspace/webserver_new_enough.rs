//! The webserver's Dagster is not older than a project's.
//!
//! Compares what is installed, not what is asked for: a webserver that is to be synced is judged once it was.

use std::cmp::Ordering;

use process::CommandLine;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "webserver-new-enough",
    scope: Scope::Workspace,
    passes: "The webserver’s Dagster is as new as the projects’",
    why: "A webserver reads what older code servers say, but may not understand newer ones.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(facts: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let reading = &workspace.reading;
    let Some(deployment) = &reading.deployment else {
        return Vec::new();
    };
    let Some(serves) = deployment.environment.installed.dagster.as_deref() else {
        return Vec::new();
    };
    let newer: Vec<(&str, &str)> = reading
        .projects
        .iter()
        .filter_map(|project| {
            let version = project.environment.installed.dagster.as_deref()?;
            let order = workspace::compare_versions(version, serves);
            (order == Ordering::Greater).then_some((project.name.as_str(), version))
        })
        .collect();
    let newest = newer.iter().map(|(_, version)| *version);
    let Some(newest) = newest.max_by(|left, right| workspace::compare_versions(left, right)) else {
        return Vec::new();
    };
    let finding = Finding::warning(
        FindingKey::ONLY,
        format!("The webserver’s Dagster {serves} is older than a project’s {newest}"),
        "It runs from deployments/local and may not understand what a newer code server says. Use the newest Dagster \
         there.",
    );
    let finding = newer.iter().fold(finding, |finding, (name, version)| {
        finding.seen(format!("{name} has Dagster {version}"))
    });
    let Some(uv) = facts.uv() else {
        return vec![finding];
    };
    let add = CommandLine::new(uv, &deployment.folder)
        .arg("add")
        .arg(format!("dagster=={newest}"))
        .arg(format!("dagster-webserver=={newest}"));
    let action = FixAction::Run {
        commands: vec![add],
        safe: false,
    };
    let fix = Fix::new(format!("Use {newest}"), action);
    vec![finding.fix(fix.note("changes pyproject.toml and uv.lock of deployments/local"))]
}
