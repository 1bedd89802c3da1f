//! Every project that the workspace lists is there.
//!
//! A finding is known by its project: the path in the file may be corrected meanwhile.

use workspace::{Problem, ProblemCode, Project, edit};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "projects-present",
    scope: Scope::Workspace,
    passes: "Every listed project is there",
    why: "dg stops at a listed folder that it doesn’t find, for all projects.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as not there.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::ProjectFolderMissing,
    ProblemCode::ProjectPathNotFolder,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let projects = workspace.reading.projects.iter();
    let found = projects.flat_map(|project| {
        let root = &workspace.reading.root;
        let fix = |problem: &Problem| off_the_list(problem, project);
        let found = problems::findings(root, &project.problems, CODES, fix);
        found.into_iter().map(|finding| Finding {
            key: FindingKey::of(project.id.clone()),
            why: "Nothing is loaded for it. If the folder was moved, correct the path in that line; if it is gone, take \
                  it off the list."
                .to_owned(),
            ..finding
        })
    });
    found.collect()
}

/// Takes the project out of the file; none where the file can't be edited so, as with a pattern.
fn off_the_list(problem: &Problem, project: &Project) -> Option<Fix> {
    let edit = edit::unregister(&problem.path, &project.path).ok()?;
    let fix = Fix::new("Take off the list", FixAction::Change(edit));
    Some(fix.note("if it was moved, correct the path instead"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn a_folder_that_is_gone_goes_off_the_list() {
        let trial = Trial::workspace(&["etl", "ml"]);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        fs_err::remove_dir_all(trial.root.join("projects/ml")).unwrap();
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert!(finding.title.contains("projects/ml"), "{}", finding.title);
        trial.fix(&finding);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        assert_eq!(trial.listed(), ["projects/etl"]);
        fs_err::remove_dir_all(trial.root.join("projects/etl")).unwrap();
        fs_err::write(trial.root.join("projects/etl"), "").unwrap();
        trial.fix(&test_support::the_finding(&CHECK, &trial.facts()));
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
    }
}
