//! A project has an environment.
//!
//! A location that something else runs needs none here.

use workspace::{EnvironmentState, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "environment-present",
    scope: Scope::Project,
    passes: "The project has an environment",
    why: "Without one nothing of the project can run; dg dev stops the whole workspace for it.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    if project.environment.state != EnvironmentState::Missing || !project.managed() {
        return Vec::new();
    }
    let mut finding = Finding::blocker(
        FindingKey::ONLY,
        "No Python environment yet",
        "The packages this project needs aren’t installed on this machine. Normal after a fresh clone.",
    );
    finding.fix = super::sync(workspace, project, "Set up");
    vec![finding]
}
