//! What is started can be found again after a crash.
//!
//! The context found it out at the start (`no_starts`); a workspace can still be read and looked at.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "starts-tracked",
    scope: Scope::Machine,
    passes: "Dagdeck can keep track of what it starts",
    why: "What runs is written down in Dagdeck’s own folder, so that nothing is left of it after a crash. Nothing is started without.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(why) = &facts.machine.untracked else {
        return Vec::new();
    };
    let finding = Finding::blocker(
        FindingKey::ONLY,
        "Nothing can be started: Dagdeck can’t keep track of it",
        "What runs is written down in Dagdeck’s own folder. Make that folder writable and free some space there, or name \
         another in DAGDECK_STATE; then start Dagdeck again.",
    );
    vec![finding.at(FilePlace::of(&facts.folder)).seen(why.clone())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support;

    #[test]
    fn where_nothing_can_be_tracked_nothing_can_be_started() {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::machine(state.path());
        assert_eq!(judge(&facts), []);
        facts.machine.untracked = Some("it is full".to_owned());
        let finding = test_support::the_finding(&CHECK, &facts);
        assert_eq!(finding.level, Level::Blocker);
        assert_eq!(finding.evidence, ["it is full"]);
    }
}
