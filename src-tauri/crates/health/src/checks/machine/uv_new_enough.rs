//! uv knows what Dagdeck asks of it.
//!
//! A uv that does not say its version is `uv_found`'s.

use std::cmp::Ordering;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};
use crate::machine::ToolState;

pub(crate) static CHECK: Check = Check {
    id: "uv-new-enough",
    scope: Scope::Machine,
    passes: "uv is new enough",
    why: "An older uv refuses `uv sync --check --output-format json`, by which environments are compared.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

/// The oldest uv that answered everything that Dagdeck asks; 0.7.20 refuses `sync --output-format`.
const OLDEST: &str = "0.7.22";

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(uv) = facts.machine.tool("uv") else {
        return Vec::new();
    };
    let (ToolState::Ready, Some(version)) = (uv.state, &uv.version) else {
        return Vec::new();
    };
    if workspace::compare_versions(version, OLDEST) != Ordering::Less {
        return Vec::new();
    }
    let path = uv.path.as_ref().map(|path| path.display().to_string());
    let finding = Finding::warning(
        FindingKey::ONLY,
        format!("uv {version} is too old"),
        format!(
            "Dagdeck asks uv things that it knows from {OLDEST} on. Until then environments can be synced, but not \
             compared with their lockfiles."
        ),
    );
    let fix = Fix::new("Get a newer uv", FixAction::BringUv)
        .note("into Dagdeck’s own folder; the one you have stays");
    vec![finding.seen(path.unwrap_or_default()).fix(fix)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn the_version_is_what_counts() {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::machine(state.path());
        assert_eq!(judge(&facts), []);
        for (version, count) in [("0.7.20", 1), ("0.7.22", 0), ("0.13.8", 0), ("1.0.0", 0)] {
            facts.machine.tools = vec![test_support::uv(state.path(), version)];
            assert_eq!(judge(&facts).len(), count, "{version}");
        }
    }
}
