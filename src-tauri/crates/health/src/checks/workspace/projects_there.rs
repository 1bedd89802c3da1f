//! There is a project to load.

use workspace::ProblemCode;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, Level};
use crate::fix::{Fix, FixAction, Show};

pub(crate) static CHECK: Check = Check {
    id: "projects-there",
    scope: Scope::Workspace,
    passes: "The workspace has a project",
    why: "Without one there is nothing to launch.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as none, and what says that not all of a folder was searched for one.
pub(in crate::checks) const CODES: &[ProblemCode] =
    &[ProblemCode::NoProjects, ProblemCode::SearchCut];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let add = || Fix::new("Add projects", FixAction::Show(Show::AddProjects));
    let found = problems::findings(
        &workspace.reading.root,
        &workspace.reading.problems,
        CODES,
        |_| Some(add()),
    );
    found
        .into_iter()
        .map(|finding| Finding {
            // A new workspace is empty, and that is no fault.
            level: Level::Note,
            ..finding
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn an_empty_workspace_is_no_fault() {
        let trial = Trial::workspace(&[]);
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert_eq!(finding.level, Level::Note);
        trial.project("projects/etl");
        trial.list("projects/etl");
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
    }
}
