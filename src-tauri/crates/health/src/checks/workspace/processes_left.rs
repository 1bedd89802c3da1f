//! No process of an earlier Dagdeck is left in this workspace.
//!
//! By the mark that Dagdeck leaves in the environment of what it starts. What a living guard still guards is not left over,
//! and what runs now is known by its pid.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "processes-left",
    scope: Scope::Workspace,
    passes: "Nothing of an earlier run is left",
    why: "A Dagdeck that is killed together with its guard leaves what it ran: memory and ports stay taken.",
    reads: &[Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let root = &workspace.reading.root;
    let left: Vec<_> = process::left_over()
        .into_iter()
        .filter(|one| one.folder.starts_with(root) && !workspace.pids.contains(&one.pid))
        .collect();
    let title = match left.as_slice() {
        [] => return Vec::new(),
        [one] => format!("Process {} is left of an earlier run", one.pid),
        more => format!("{} processes are left of an earlier run", more.len()),
    };
    let finding = Finding::warning(
        FindingKey::ONLY,
        title,
        "The Dagdeck that started it is gone, and so is the guard that would have ended it. It takes memory, maybe a \
         port, and may still start runs.",
    );
    let finding = left.iter().fold(finding, |finding, one| {
        finding.seen(format!("process {}: {}", one.pid, one.command))
    });
    let pids = left.iter().map(|one| one.pid).collect();
    vec![finding.fix(Fix::new("End it", FixAction::End(pids)).note("with everything it started"))]
}
