//! dg and Dagster understand the workspace's settings.

use workspace::{Problem, ProblemCode};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "settings-understood",
    scope: Scope::Workspace,
    passes: "dg understands the workspace’s settings",
    why: "dg refuses a file with one key that it doesn’t know.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as not understood.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::DgTomlEmpty,
    ProblemCode::DirectoryTypeMissing,
    ProblemCode::DirectoryTypeUnexpected,
    ProblemCode::TableMissing,
    ProblemCode::UnknownKey,
    ProblemCode::WrongType,
    ProblemCode::RequiredKeyMissing,
    ProblemCode::DeprecatedKey,
    ProblemCode::InvalidValue,
    ProblemCode::ToolDgIgnored,
    ProblemCode::EntryInvalid,
    ProblemCode::VariableNotSet,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let reading = &workspace.reading;
    let deployment = reading.deployment.iter().flat_map(|one| &one.problems);
    let all: Vec<Problem> = reading.problems.iter().chain(deployment).cloned().collect();
    problems::findings(&workspace.reading.root, &all, CODES, |_| None)
}
