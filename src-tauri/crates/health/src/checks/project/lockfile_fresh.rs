//! The lockfile answers pyproject.toml.
//!
//! As the two files tell, and once uv was asked, as it says. A lockfile that is missing is `lockfile_present`'s.

use workspace::Project;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "lockfile-fresh",
    scope: Scope::Project,
    passes: "uv.lock answers pyproject.toml",
    why: "What was added to pyproject.toml is not installed until the lockfile is remade.",
    reads: &[Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let Some(lockfile) = &project.environment.lockfile else {
        return Vec::new();
    };
    if !super::lockfile_changes(workspace, project) {
        return Vec::new();
    }
    let mut finding = Finding::warning(
        FindingKey::ONLY,
        "uv.lock is older than pyproject.toml",
        "What pyproject.toml asks for since is not installed. You see what changes in the lockfile before it is written.",
    )
    .at(FilePlace::of(&lockfile.path));
    finding.fix = super::sync(workspace, project, "Review");
    vec![finding]
}
