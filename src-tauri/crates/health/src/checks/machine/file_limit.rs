//! Enough files may be open for as many locations as there are.
//!
//! Counts what all locations would need if they ran at once, against what this process may have open. Raising it is root's,
//! so the fix is a line to copy.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};
use crate::machine::system;

pub(crate) static CHECK: Check = Check {
    id: "file-limit",
    scope: Scope::Machine,
    passes: "Enough files may be open at once",
    why: "Each program that runs holds pipes, sockets and log files. Over the limit nothing more can be started.",
    reads: &[Reads::Machine, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

/// What Dagdeck itself, the webserver and the daemon hold open.
const BASE: u64 = 128;
/// What one more location adds at most: two pipes, a log, its index, a connection, folders that are watched.
const EACH: u64 = 12;
/// What to ask the system for.
const PLENTY: u64 = 65_536;

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(workspace) = &facts.workspace else {
        return Vec::new();
    };
    let locations = workspace.reading.projects.len();
    let finding = system::open_files().and_then(|allowed| finding(locations, allowed));
    finding.into_iter().collect()
}

fn finding(locations: usize, allowed: u64) -> Option<Finding> {
    let needed = BASE + EACH * locations as u64;
    if allowed >= needed {
        return None;
    }
    let line = format!(
        "echo \"$USER hard nofile {PLENTY}\" | sudo tee /etc/security/limits.d/60-dagdeck.conf"
    );
    let fix = Fix::new("Copy command", FixAction::Copy(line))
        .note("asks for your password; then log in anew");
    let finding = Finding::warning(
        FindingKey::ONLY,
        format!("Only {allowed} files may be open at once"),
        "With this many locations running, starting one more can fail. Raise the limit, or run fewer at a time.",
    );
    Some(
        finding
            .seen(format!("{locations} locations need about {needed}"))
            .fix(fix),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_locations_decides() {
        assert_eq!(finding(3, 1_024), None);
        assert_eq!(finding(100, 1_024), Some(finding(100, 1_024).unwrap()));
        assert_eq!(finding(100, 10_240), None);
    }

    /// Under a limit that is really that low.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_limit_that_holds_is_read() {
        let low = std::env::var_os("DAGDECK_TEST_FEW_FILES").is_some();
        if !low {
            crate::test_support::again_in(
                "ulimit -n 100",
                "checks::machine::file_limit::tests::the_limit_that_holds_is_read",
                &[("DAGDECK_TEST_FEW_FILES", std::path::Path::new("1"))],
            );
            return;
        }
        let found = finding(1, system::open_files().unwrap()).unwrap();
        assert_eq!(found.title, "Only 100 files may be open at once");
    }
}
