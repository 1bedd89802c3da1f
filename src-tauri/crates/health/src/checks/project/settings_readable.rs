//! A project's settings can be read and are understood.

use workspace::{ProblemCode, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::{problems, workspace as whole};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "project-settings",
    scope: Scope::Project,
    passes: "The project’s settings can be read",
    why: "uv and dg both stop at a pyproject.toml that breaks the grammar.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

/// What counts only for a project; the rest counts for a workspace too.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::PyprojectMissing,
    ProblemCode::ProjectSettingsMissing,
];

fn judge(_: &Facts, _: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let codes = [
        CODES,
        whole::settings_readable::CODES,
        whole::settings_understood::CODES,
    ]
    .concat();
    problems::findings(&project.folder, &project.problems, &codes, |_| None)
}
