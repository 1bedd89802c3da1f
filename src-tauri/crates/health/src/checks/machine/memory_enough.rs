//! There is memory for as many locations as there are.
//!
//! Counts what all locations would take if they ran at once, by what code servers and services were seen to take.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::machine::system::{self, Memory};

pub(crate) static CHECK: Check = Check {
    id: "memory-enough",
    scope: Scope::Machine,
    passes: "There is memory for all locations",
    why: "Each location is a Python process with Dagster in it. Without memory the system swaps, or ends one of them.",
    reads: &[Reads::Machine, Reads::Files, Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

const MEGABYTE: u64 = 1_000_000;
/// A code server that serves little more than Dagster itself.
const LOCATION: u64 = 130 * MEGABYTE;
/// The webserver and the daemon.
const SERVICES: u64 = 350 * MEGABYTE;

fn judge(facts: &Facts) -> Vec<Finding> {
    let (Some(workspace), Some(memory)) = (&facts.workspace, system::memory()) else {
        return Vec::new();
    };
    let managed = workspace
        .reading
        .projects
        .iter()
        .filter(|one| one.managed());
    let running = !workspace.pids.is_empty();
    let finding = finding(managed.count(), running, memory);
    finding.into_iter().collect()
}

fn finding(locations: usize, running: bool, memory: Memory) -> Option<Finding> {
    let needed = SERVICES + LOCATION * locations as u64;
    let evidence = format!(
        "{locations} locations and the services need about {} MB; {} of {} MB are free",
        needed / MEGABYTE,
        memory.available / MEGABYTE,
        memory.total / MEGABYTE
    );
    let finding = if locations == 0 {
        return None;
    } else if needed > memory.total / 5 * 4 {
        Finding::warning(
            FindingKey::ONLY,
            "This machine has too little memory for all locations",
            "Started all at once they make the system swap, or end one of them. Start only the locations that you need.",
        )
    } else if !running && needed > memory.available {
        Finding::note(
            FindingKey::ONLY,
            "Other programs leave too little memory for all locations",
            "Close some of them before a launch, or start only the locations that you need.",
        )
    } else {
        return None;
    };
    Some(finding.seen(evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;

    #[test]
    fn the_number_of_locations_decides() {
        let memory = |total: u64, available: u64| Memory {
            total: total * MEGABYTE,
            available: available * MEGABYTE,
        };
        let level =
            |locations, running, memory| finding(locations, running, memory).map(|one| one.level);
        assert_eq!(level(10, false, memory(16_000, 9_000)), None);
        assert_eq!(
            level(100, false, memory(16_000, 15_000)),
            Some(Level::Warning)
        );
        assert_eq!(level(10, false, memory(16_000, 1_000)), Some(Level::Note));
        assert_eq!(
            level(10, true, memory(16_000, 1_000)),
            None,
            "ours are what takes it"
        );
        assert_eq!(level(0, false, memory(1, 0)), None);
    }
}
