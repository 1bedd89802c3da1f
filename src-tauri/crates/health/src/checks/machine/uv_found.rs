//! uv is there and answers.
//!
//! Nothing is found until the machine was looked at: not known is not missing.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};
use crate::machine::ToolState;

pub(crate) static CHECK: Check = Check {
    id: "uv-found",
    scope: Scope::Machine,
    passes: "uv is installed and answers",
    why: "uv installs Python and packages for each project. Nothing can be set up without it.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(uv) = facts.machine.tool("uv") else {
        return Vec::new();
    };
    let bring = Fix::new("Install uv", FixAction::BringUv)
        .note("into Dagdeck’s own folder, nothing system-wide");
    match uv.state {
        ToolState::Ready => Vec::new(),
        ToolState::NotFound => vec![
            Finding::blocker(
                FindingKey::ONLY,
                "uv isn’t installed",
                "It installs Python and packages for each project.",
            )
            .fix(bring),
        ],
        ToolState::Broken => {
            let found = Finding::blocker(
                FindingKey::ONLY,
                "uv doesn’t answer",
                "The program that was found ends with an error when it is asked for its version.",
            );
            let path = uv.path.as_ref().map(|path| path.display().to_string());
            vec![found.seen(path.unwrap_or_default()).fix(bring)]
        }
    }
}
