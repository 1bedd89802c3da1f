//! A project has a lockfile.
//!
//! A note, and only where an environment is there: setting one up writes the lockfile too.

use workspace::Project;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "lockfile-present",
    scope: Scope::Project,
    passes: "The project has a uv.lock",
    why: "Without one each sync may install other versions, here and on the next machine.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let environment = &project.environment;
    // Where there is no environment yet, setting it up writes the lockfile too.
    if environment.lockfile.is_some() || !environment.can_run() {
        return Vec::new();
    }
    let Some(fix) = super::sync(workspace, project, "Sync") else {
        return Vec::new();
    };
    let finding = Finding::note(
        FindingKey::ONLY,
        "No uv.lock yet",
        "The versions that are installed aren’t written down, so the next machine may get others. A sync writes them.",
    );
    let place = FilePlace::of(project.folder.join("pyproject.toml"));
    vec![finding.at(place).fix(fix.note("writes uv.lock"))]
}
