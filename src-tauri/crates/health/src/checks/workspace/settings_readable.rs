//! dg.toml, workspace.yaml and what else the workspace is read from can be read.
//!
//! Of the workspace and of `deployments/local`; a project's own files are `project::settings_readable`'s.

use workspace::{Problem, ProblemCode};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "settings-readable",
    scope: Scope::Workspace,
    passes: "The workspace’s files can be read",
    why: "A dg.toml that breaks the grammar stops every dg command with a traceback.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as not readable.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::FileUnreadable,
    ProblemCode::FileNotUtf8,
    ProblemCode::InvalidToml,
    ProblemCode::InvalidYaml,
    ProblemCode::DotEnvLine,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let reading = &workspace.reading;
    let deployment = reading.deployment.iter().flat_map(|one| &one.problems);
    let all: Vec<Problem> = reading.problems.iter().chain(deployment).cloned().collect();
    problems::findings(&workspace.reading.root, &all, CODES, |_| None)
}
