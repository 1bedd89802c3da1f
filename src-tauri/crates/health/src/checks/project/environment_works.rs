//! A project's environment can be used: its Python is there, it is whole and where it was made.
//!
//! A moved environment still runs, so it is a warning; every other fault is a blocker. What is not ours to clear away (a
//! file, somebody's folder) has no fix.

use workspace::{BrokenReason, EnvironmentState, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "environment-works",
    scope: Scope::Project,
    passes: "The environment’s Python is there and its packages are whole",
    why: "A .venv that exists may still hold nothing, or scripts that run another folder’s environment.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let EnvironmentState::Broken { reason } = &project.environment.state else {
        return Vec::new();
    };
    let finding = match reason {
        BrokenReason::DanglingInterpreter { target } => Finding::blocker(
            FindingKey::ONLY,
            "The environment’s Python was removed",
            "It points to an interpreter that is no longer on this machine. A sync makes the environment anew.",
        )
        .seen(target.display().to_string()),
        BrokenReason::Empty => Finding::blocker(
            FindingKey::ONLY,
            "Nothing is installed in the environment",
            "A sync that failed leaves a Python without packages behind.",
        ),
        BrokenReason::Moved { from } => Finding::warning(
            FindingKey::ONLY,
            "The environment was made for another folder",
            "Its scripts still name the old place: typed in a terminal they run the environment there, or nothing.",
        )
        .seen(from.display().to_string()),
        BrokenReason::NotAFolder => Finding::blocker(
            FindingKey::ONLY,
            ".venv is a file, not a folder",
            "uv makes the environment there and stops at a file. Move it away, then sync.",
        ),
        BrokenReason::NoInterpreter => Finding::blocker(
            FindingKey::ONLY,
            "The environment has no Python in it",
            "Nothing can be started from it. A sync makes it anew.",
        ),
        BrokenReason::HalfMade => Finding::blocker(
            FindingKey::ONLY,
            "The environment was never finished",
            "uv was ended while it made it, and by itself can’t go on from there. A sync makes it anew.",
        ),
        BrokenReason::NotAnEnvironment => Finding::blocker(
            FindingKey::ONLY,
            "The environment’s folder holds something else",
            "It has no pyvenv.cfg, so uv doesn’t touch it. Move what is in it away, then sync.",
        ),
        BrokenReason::Unreadable { cause } => Finding::blocker(
            FindingKey::ONLY,
            "The environment can’t be read",
            "The system refuses to show what is in it.",
        )
        .seen(cause.clone()),
    };
    let mut finding = finding.at(FilePlace::of(&project.environment.path));
    let a_sync_helps = !matches!(
        reason,
        BrokenReason::NotAFolder | BrokenReason::NotAnEnvironment | BrokenReason::Unreadable { .. }
    );
    if a_sync_helps {
        finding.fix = super::sync(workspace, project, "Rebuild");
    }
    vec![finding]
}
