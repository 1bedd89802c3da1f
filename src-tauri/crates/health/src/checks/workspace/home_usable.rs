//! The DAGSTER_HOME that the person set can be used. One that is not set is only good to know: Dagdeck keeps its own.
//!
//! Why a value can't be used is `dagster::instance`'s to say. Also told: that the value changed while something runs, which
//! keeps the instance that it began with.

use std::path::Path;

use dagster::instance::Source;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "dagster-home-usable",
    scope: Scope::Workspace,
    passes: "DAGSTER_HOME names a folder",
    why: "Dagster takes an absolute path to a folder that is there, and stops at everything else.",
    reads: &[Reads::Instance, Reads::Files, Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(facts: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    if let Some(next) = &workspace.instance.next {
        return vec![changed(workspace, next)];
    }
    let Some(problem) = &workspace.instance.problem else {
        let unset = workspace.instance.source == Source::Dagdeck;
        return unset.then(|| not_set(workspace)).into_iter().collect();
    };
    let finding = Finding::warning(
        FindingKey::ONLY,
        problem.replace('\'', "’"),
        "Dagster’s own commands stop there. Dagdeck keeps runs and schedules in its own folder until it is put right.",
    )
    .seen(format!("used instead: {}", workspace.instance.path.display()));
    let dot_env = workspace.reading.dot_env.as_ref();
    let from_file = dot_env.and_then(|file| Some((file, file.get("DAGSTER_HOME")?)));
    let from_file = from_file.filter(|(_, value)| !value.is_empty());
    let value = match from_file {
        Some((_, value)) => Some(value),
        None => facts.machine.variable("DAGSTER_HOME"),
    };
    let folder = value.map(|value| workspace::expand_home(value, &facts.machine.home));
    let missing = folder.filter(|folder| folder.is_absolute() && !folder.exists());
    let fix = match (missing, from_file) {
        (Some(folder), _) => Some(Fix::new("Make the folder", FixAction::MakeFolder(folder))),
        (None, Some((file, _))) => {
            let place = FilePlace::of(&file.path);
            Some(Fix::new("Open .env", FixAction::Open(place)))
        }
        // A variable of the person's session: only they know where it is set.
        (None, None) => None,
    };
    vec![match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    }]
}

fn changed(workspace: &WorkspaceFacts, next: &Path) -> Finding {
    Finding::warning(
        FindingKey::ONLY,
        "DAGSTER_HOME was changed while Dagster runs",
        "What runs, and what is started beside it, keeps the instance that it began with, so that its runs and schedules stay \
         in one place. Stop all and launch again to use the other.",
    )
    .seen(format!("in use: {}", workspace.instance.path.display()))
    .seen(format!("from the next launch: {}", next.display()))
}

fn not_set(workspace: &WorkspaceFacts) -> Finding {
    Finding::note(
        FindingKey::ONLY,
        "DAGSTER_HOME isn’t set",
        "Dagdeck keeps this workspace’s runs and schedules in a folder of its own. A dg dev in a terminal keeps others, \
         and neither shows the other’s. To share them, name a folder as DAGSTER_HOME in the workspace’s .env.",
    )
    .seen(format!("in use: {}", workspace.instance.path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support::{self, Trial};

    #[test]
    fn a_missing_folder_is_made_and_a_relative_one_is_for_the_person() {
        let trial = Trial::workspace(&["etl"]);
        let unset = test_support::the_finding(&CHECK, &trial.facts());
        assert_eq!((unset.level, unset.fix), (Level::Note, None));
        let home = trial.state.join("home");
        let set = |value: &str| {
            test_support::of_with(&trial.root, &trial.state, &[("DAGSTER_HOME", value)])
        };
        let facts = set(home.to_str().unwrap());
        let finding = test_support::the_finding(&CHECK, &facts);
        assert!(
            finding.title.contains("there is no such folder"),
            "{}",
            finding.title
        );
        trial.fix(&finding);
        assert_eq!(
            test_support::found(&CHECK, &set(home.to_str().unwrap())),
            []
        );
        let finding = test_support::the_finding(&CHECK, &set("relhome"));
        assert_eq!(finding.fix, None);
        fs_err::write(trial.root.join(".env"), "DAGSTER_HOME=relhome\n").unwrap();
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert!(matches!(finding.fix.unwrap().action, FixAction::Open(_)));
    }
}
