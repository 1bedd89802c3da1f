//! The code server did not end by itself.
//!
//! What a crash means is read from its last lines (`crash`). Code that does not load is no crash: `definitions_load` tells
//! of it.

use dagster::explain::Origin;
use workspace::Project;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::crash;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction, Show};

pub(crate) static CHECK: Check = Check {
    id: "code-server-up",
    scope: Scope::Project,
    passes: "The code server runs until it is stopped",
    why: "A code location whose process ended is gone from the Dagster UI, and its schedules don’t run.",
    reads: &[Reads::Load],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let Some(crash) = workspace.seen(project).crash else {
        return Vec::new();
    };
    let dagster = project.environment.installed.dagster.as_deref();
    let show = Show::Explanation {
        project: project.id.clone(),
    };
    let origin = Origin::of(project);
    let finding = crash::finding(
        FindingKey::ONLY,
        "The code server",
        &crash,
        Some(&origin),
        dagster,
    );
    vec![finding.fix(Fix::new("Show log", FixAction::Show(show)))]
}
