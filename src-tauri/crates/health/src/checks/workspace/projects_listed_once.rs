//! No project is listed twice.

use workspace::{Problem, ProblemCode, edit};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "projects-listed-once",
    scope: Scope::Workspace,
    passes: "Every project is listed once",
    why: "Two entries for one folder give two locations of one name, which Dagster refuses.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as twice.
pub(in crate::checks) const CODES: &[ProblemCode] = &[ProblemCode::ProjectListedTwice];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    problems::findings(
        &workspace.reading.root,
        &workspace.reading.problems,
        CODES,
        once,
    )
}

/// Takes the repeats out of the file; none where the two entries differ in their text.
fn once(problem: &Problem) -> Option<Fix> {
    let edit = edit::list_once(&problem.path).ok()?;
    // Two names of one folder, by a link: which of them is meant, the person decides.
    let changes = edit.before != edit.after;
    changes.then(|| Fix::new("Remove the repeats", FixAction::Change(edit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn the_first_entry_stays() {
        let trial = Trial::workspace(&["etl", "ml"]);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        trial.list("./projects/etl");
        trial.fix(&test_support::the_finding(&CHECK, &trial.facts()));
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        assert_eq!(trial.listed(), ["projects/etl", "projects/ml"]);
    }

    #[cfg(unix)]
    #[test]
    fn two_names_of_one_folder_are_for_the_person() {
        let trial = Trial::workspace(&["etl"]);
        std::os::unix::fs::symlink(trial.root.join("projects/etl"), trial.root.join("other"))
            .unwrap();
        trial.list("other");
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert!(matches!(finding.fix.unwrap().action, FixAction::Open(_)));
    }
}
