//! The window is drawn as the system would have it.
//!
//! The host knows and says it (`graphics.rs` of the shell chooses before the window opens); a terminal draws nothing and
//! sets nothing. Always a note: the window works.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "drawn-as-usual",
    scope: Scope::Machine,
    passes: "The window is drawn as usual",
    why: "On some machines WebKitGTK’s usual way leaves the window blank, so Dagdeck chooses another before it opens.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

fn judge(facts: &Facts) -> Vec<Finding> {
    let set = &facts.machine.drawing;
    if set.is_empty() {
        return Vec::new();
    }
    let finding = Finding::note(
        FindingKey::ONLY,
        "The window is drawn another way on this machine",
        "NVIDIA’s driver leaves a usual window blank, and a machine without a graphics card draws faster without. To \
         choose yourself, set these variables before you start Dagdeck.",
    );
    let set = set.iter().map(|(name, value)| format!("{name}={value}"));
    vec![set.fold(finding, Finding::seen)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support;

    #[test]
    fn what_was_set_is_named() {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::machine(state.path());
        assert_eq!(judge(&facts), []);
        let set = ("WEBKIT_DISABLE_DMABUF_RENDERER".to_owned(), "1".to_owned());
        facts.machine.drawing = vec![set];
        let finding = test_support::the_finding(&CHECK, &facts);
        assert_eq!(finding.level, Level::Note);
        assert_eq!(finding.evidence, ["WEBKIT_DISABLE_DMABUF_RENDERER=1"]);
        facts.machine.drawing.clear();
        assert_eq!(judge(&facts), []);
    }
}
