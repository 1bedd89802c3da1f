//! The environment of deployments/local holds what serves and what dg is.
//!
//! Only of an environment that runs and has Dagster: the rest is `deployment_synced`'s. Where pyproject.toml asks for the
//! package already, a sync is the fix; else uv adds it, pinned to the Dagster that is there.

use process::CommandLine;
use workspace::Deployment;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "deployment-complete",
    scope: Scope::Workspace,
    passes: "deployments/local has dagster-webserver and dagster-dg-cli",
    why: "Without dagster-webserver nothing serves the Dagster UI; without dagster-dg-cli there is no dg to type.",
    reads: &[Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(facts: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let Some(deployment) = &workspace.reading.deployment else {
        return Vec::new();
    };
    let installed = &deployment.environment.installed;
    if !deployment.environment.can_run() || installed.dagster.is_none() {
        // A sync is told by a check of its own.
        return Vec::new();
    }
    let mut found = Vec::new();
    if installed.webserver.is_none() {
        let finding = Finding::blocker(
            FindingKey::of("dagster-webserver"),
            "deployments/local lacks dagster-webserver",
            "The Dagster UI is served from this environment, so it doesn’t start.",
        );
        found.push(with_fix(
            finding,
            "dagster-webserver",
            facts,
            workspace,
            deployment,
        ));
    }
    if installed.dg_cli.is_none() {
        let finding = Finding::note(
            FindingKey::of("dagster-dg-cli"),
            "deployments/local lacks dagster-dg-cli",
            "Dagdeck works without. dg dev and other dg commands in a terminal need it.",
        );
        found.push(with_fix(
            finding,
            "dagster-dg-cli",
            facts,
            workspace,
            deployment,
        ));
    }
    found
}

fn with_fix(
    finding: Finding,
    package: &str,
    facts: &Facts,
    workspace: &WorkspaceFacts,
    deployment: &Deployment,
) -> Finding {
    let finding = finding.at(FilePlace::of(&deployment.environment.path));
    let asked = workspace::requirements(&deployment.folder).unwrap_or_default();
    let all = asked.packages.iter().chain(&asked.dev);
    let names = |one: &String| {
        let end = one.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
        one[..end.unwrap_or(one.len())].replace(['_', '.'], "-") == package
    };
    let fix = if all.into_iter().any(names) {
        super::deployment_synced::sync(workspace, deployment)
    } else {
        add(package, facts, deployment)
    };
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// Has uv add a package at the version of the Dagster that is there: an unpinned one may belong to another.
fn add(package: &str, facts: &Facts, deployment: &Deployment) -> Option<Fix> {
    let dagster = deployment.environment.installed.dagster.as_deref()?;
    let command = CommandLine::new(facts.uv()?, &deployment.folder)
        .arg("add")
        .arg(format!("{package}=={dagster}"));
    let action = FixAction::Run {
        commands: vec![command],
        safe: false,
    };
    Some(Fix::new("Add it", action).note("changes pyproject.toml and uv.lock"))
}
