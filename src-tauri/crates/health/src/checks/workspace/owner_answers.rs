//! The process that runs the workspace can be asked to do something.
//!
//! The host that opened the workspace found it (`InTheWay`); a check can't ask for itself, for it runs in the process that
//! would.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Elsewhere, Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "owner-answers",
    scope: Scope::Workspace,
    passes: "The process that runs the workspace answers",
    why: "One process runs a workspace for all windows and terminals. While one is there that can’t be asked, nothing can be started.",
    reads: &[Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let Elsewhere::InTheWay(found) = &workspace.elsewhere else {
        return Vec::new();
    };
    let finding = Finding::blocker(FindingKey::ONLY, found.title.clone(), found.why.clone());
    vec![match &found.command {
        Some(command) => finding.fix(Fix::new("End it", FixAction::Copy(command.clone()))),
        None => finding,
    }]
}

#[cfg(test)]
mod tests {
    use testkit::TestDir;

    use super::*;
    use crate::facts::InTheWay;
    use crate::finding::Level;
    use crate::test_support;

    #[test]
    fn what_is_in_the_way_is_told_with_what_ends_it() {
        let dir = TestDir::new();
        let mut facts = test_support::of(&dir.make("work"), &dir.make("state"));
        assert_eq!(test_support::found(&CHECK, &facts), []);
        for command in [None, Some("kill -9 7".to_owned())] {
            let found = InTheWay {
                title: "Process 7 does not answer".to_owned(),
                why: "It may be very busy.".to_owned(),
                command: command.clone(),
            };
            facts.workspace.as_mut().unwrap().elsewhere = Elsewhere::InTheWay(found);
            let finding = test_support::the_finding(&CHECK, &facts);
            assert_eq!(finding.level, Level::Blocker);
            let fix = finding.fix.map(|fix| fix.action);
            assert_eq!(fix, command.map(FixAction::Copy));
        }
    }
}
