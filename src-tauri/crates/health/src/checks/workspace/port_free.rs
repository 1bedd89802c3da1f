//! The webserver's port is free, or our own webserver holds it.

use process::ports;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "port-free",
    scope: Scope::Workspace,
    passes: "The webserver’s port is free",
    why: "Dagster’s webserver prints its address before it binds, then ends; dg dev hangs.",
    reads: &[Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let port = workspace.port;
    if port.ours.is_some() || ports::is_free(port.wanted) {
        return Vec::new();
    }
    let wanted = port.wanted;
    let finding = Finding::warning(
        FindingKey::ONLY,
        match ports::holder(wanted) {
            Some(holder) => format!(
                "Port {wanted} is used by {} (process {})",
                holder.name, holder.pid
            ),
            None => format!("Port {wanted} is used by another program"),
        },
        "The Dagster UI gets the next free port at each launch, so its address is not the usual one.",
    );
    let free = wanted.checked_add(1).and_then(ports::first_free);
    vec![match free {
        Some(free) => finding.fix(
            Fix::new(format!("Use {free}"), FixAction::UsePort(free)).note("or stop that program"),
        ),
        None => finding,
    }]
}
