//! The webserver's port is free, or our own webserver holds it.
//!
//! A plain bind tells, as Dagster's own does. Where another Dagdeck runs the workspace it may be that one's webserver, so
//! that is a note.

use process::ports;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Elsewhere, Facts, WorkspaceFacts};
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
    let title = match ports::holder(wanted) {
        Some(holder) => format!(
            "Port {wanted} is used by {} (process {})",
            holder.name, holder.pid
        ),
        None => format!("Port {wanted} is used by another program"),
    };
    if workspace.elsewhere != Elsewhere::Nobody {
        let why = "Another process of Dagdeck runs this workspace and could not be asked: it may be its webserver.";
        return vec![Finding::note(FindingKey::ONLY, title, why)];
    }
    let finding = Finding::warning(
        FindingKey::ONLY,
        title,
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use testkit::TestDir;

    use super::*;
    use crate::facts::Port;
    use crate::finding::Level;
    use crate::test_support::of;

    #[test]
    fn a_taken_port_is_another_programs_unless_another_process_runs_the_workspace() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let wanted = taken.local_addr().unwrap().port();
        let dir = TestDir::new();
        let mut facts = of(&dir.make("work"), &dir.make("state"));
        let mut found = |elsewhere| {
            let workspace = facts.workspace.as_mut().unwrap();
            workspace.port = Port { wanted, ours: None };
            workspace.elsewhere = elsewhere;
            let mut found = judge(&facts, facts.workspace.as_ref().unwrap());
            assert_eq!(found.len(), 1);
            found.remove(0)
        };
        let others = found(Elsewhere::Nobody);
        assert_eq!((others.level, others.fix.is_some()), (Level::Warning, true));
        let ours_perhaps = found(Elsewhere::Another);
        assert_eq!(ours_perhaps.title, others.title);
        assert_eq!(
            (ours_perhaps.level, ours_perhaps.fix.is_some()),
            (Level::Note, false)
        );
    }
}
