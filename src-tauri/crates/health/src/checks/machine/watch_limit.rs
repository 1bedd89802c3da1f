//! The system lets every folder be watched that the workspace needs watched.
//!
//! The watch itself says that it met a limit; none is worked out beforehand. Where the limit is as high as editors
//! recommend, no line to copy is offered.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};
use crate::machine::system;

pub(crate) static CHECK: Check = Check {
    id: "watch-limit",
    scope: Scope::Machine,
    passes: "Every folder of the workspace can be watched",
    why: "Linux limits how many folders a person may have watched, all programs together. What is over it is looked at \
          every few seconds instead.",
    reads: &[Reads::Machine, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

/// What editors recommend; each watched folder takes about 1 kB of memory, only while it is watched.
const ENOUGH: u64 = 524_288;

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(workspace) = &facts.workspace else {
        return Vec::new();
    };
    let (folders, limited) = &workspace.watched;
    let finding = finding(*folders, limited.as_deref(), system::watches());
    finding.into_iter().collect()
}

fn finding(folders: u32, limited: Option<&str>, allowed: Option<u64>) -> Option<Finding> {
    let said = limited?;
    let finding = Finding::warning(
        FindingKey::ONLY,
        "Not every folder can be watched",
        "Some changes on disk are seen only after a few seconds. The system’s limit counts the folders that all your \
         programs watch, editors most of all.",
    )
    .seen(said);
    let Some(allowed) = allowed else {
        return Some(finding);
    };
    let finding = finding.seen(format!(
        "{folders} folders watched, the system allows {allowed}"
    ));
    if allowed >= ENOUGH {
        return Some(finding);
    }
    let line = format!(
        "echo fs.inotify.max_user_watches={ENOUGH} | sudo tee /etc/sysctl.d/60-dagdeck.conf && sudo sysctl --system"
    );
    let fix = Fix::new("Copy command", FixAction::Copy(line));
    Some(finding.fix(fix.note("asks for your password; stays after a restart")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_the_limit_is_met() {
        assert_eq!(finding(10, None, Some(1)), None);
        let met = finding(10, Some("The limit is reached"), Some(8_192)).unwrap();
        let Some(Fix {
            action: FixAction::Copy(line),
            ..
        }) = met.fix
        else {
            panic!("{met:?}");
        };
        assert!(
            line.contains("fs.inotify.max_user_watches=524288"),
            "{line}"
        );
        let high = finding(10, Some("The limit is reached"), Some(ENOUGH)).unwrap();
        assert_eq!(
            high.fix, None,
            "a limit that is high already is not the cause"
        );
    }
}
