//! Dagster is installed where the project runs.
//!
//! As files tell; a blocker, for nothing of the project can run.

use workspace::{ProblemCode, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "dagster-installed",
    scope: Scope::Project,
    passes: "Dagster is installed in the project’s environment",
    why: "A code server is Dagster itself, run by the project’s own Python.",
    reads: &[Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let mut problems = project.problems.iter();
    if !problems.any(|one| one.code == ProblemCode::DagsterNotInstalled) {
        return Vec::new();
    }
    let mut finding = Finding::blocker(
        FindingKey::ONLY,
        "Dagster isn’t installed in the environment",
        "The project’s code can’t be loaded without it.",
    )
    .at(FilePlace::of(&project.environment.path));
    finding.fix = super::repair(workspace, project, "dagster", "Sync");
    vec![finding]
}
