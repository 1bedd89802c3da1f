//! No other Dagster serves this workspace.
//!
//! Goes by the process list: programs of Dagster whose folder is the workspace or below, and that no Dagdeck started. What
//! another Dagdeck runs is told by the owner. Only ever a note: the other Dagster is the person's.

use std::path::Path;

use process::{InFolder, ports};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "dagster-not-ours",
    scope: Scope::Workspace,
    passes: "No other Dagster serves this workspace",
    why: "Two at once start schedules and sensors twice where they share DAGSTER_HOME, and take each other’s port.",
    reads: &[Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let root = &workspace.reading.root;
    let others = running(root);
    if others.is_empty() {
        return Vec::new();
    }
    let finding = Finding::note(
        FindingKey::ONLY,
        "Another Dagster serves this workspace",
        "It was started outside of Dagdeck, in a terminal or an editor. Where both use one DAGSTER_HOME, schedules and \
         sensors may start twice. End it there if you no longer need it.",
    );
    let told = others.into_iter().map(|one| {
        let ports: Vec<String> = ports::listened_by(one.pid)
            .into_iter()
            .map(|port| port.to_string())
            .collect();
        let listens = match ports.as_slice() {
            [] => String::new(),
            some => format!(", port {}", some.join(", ")),
        };
        format!("process {}{listens}: {}", one.pid, one.command)
    });
    vec![told.fold(finding, Finding::seen)]
}

/// The Dagster programs that run in a folder and that no Dagdeck started.
pub(super) fn running(root: &Path) -> Vec<InFolder> {
    let inside = process::running_in(root).into_iter();
    inside.filter(|one| is_dagster(&one.command)).collect()
}

/// Whether a command line is one of Dagster's: `dg dev`, `dagster-webserver`, `python -m dagster api grpc`.
fn is_dagster(command: &str) -> bool {
    const PROGRAMS: [&str; 5] = [
        "dg",
        "dagster",
        "dagster-webserver",
        "dagster-daemon",
        "dagit",
    ];
    let words: Vec<&str> = command.split(' ').take(4).collect();
    let named = |word: &&str| {
        let name = word.rsplit('/').next().unwrap_or_default();
        PROGRAMS.contains(&name)
    };
    let module = words
        .windows(2)
        .any(|pair| pair[0] == "-m" && pair[1].starts_with("dagster"));
    // The second word is the program where the first is its interpreter.
    words.iter().take(2).any(named) || module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dagster_s_own_programs_count() {
        for one in [
            "/w/.venv/bin/python /w/.venv/bin/dg dev",
            "dagster-webserver -p 3000",
            "python -m dagster api grpc --socket x",
        ] {
            assert!(is_dagster(one), "{one}");
        }
        for other in [
            "vim dagster.yaml",
            "python -m pytest dagster",
            "bash",
            "grep -r x dagster",
            "",
        ] {
            assert!(!is_dagster(other), "{other}");
        }
    }
}
