//! The environment is the one that the project's own files ask for.

use workspace::{ProblemCode, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "environment-fits",
    scope: Scope::Project,
    passes: "The environment has the versions that the project asks for",
    why: "Code that asks for one version of a package and meets another fails where the two differ.",
    reads: &[Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

/// What counts as another one.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::RequirementUnmet,
    ProblemCode::UvWorkspaceEnvironment,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    // What uv was asked about, it knows better: checks of their own tell.
    let asked = workspace.seen(project).check.is_some();
    let mut problems = project.problems.clone();
    problems.retain(|one| !(asked && one.code == ProblemCode::RequirementUnmet));
    problems::findings(&problems, CODES, |problem| {
        let unmet = problem.code == ProblemCode::RequirementUnmet;
        unmet
            .then(|| super::sync(workspace, project, "Sync"))
            .flatten()
    })
}
