//! Each project is listed by a path of its own, in the form that dg takes.
//!
//! dg fails at plain texts and patterns; paths that leave the workspace load, and fail for the next person.

use workspace::{Problem, ProblemCode};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "entries-plain",
    scope: Scope::Workspace,
    passes: "Each project is listed by a path of its own",
    why: "dg opens no patterns and refuses plain texts in the list; a path outside the workspace goes nowhere with it.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as another form.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::ProjectEntryIsString,
    ProblemCode::ProjectEntryIsGlob,
    ProblemCode::GlobMatchesNothing,
    ProblemCode::ProjectPathAbsolute,
    ProblemCode::ProjectPathOutside,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let problems = workspace.reading.problems.iter();
    let explained: Vec<Problem> = problems
        .cloned()
        .map(|problem| match problem.code {
            ProblemCode::ProjectPathAbsolute => {
                problem.with_hint("Write it relative to dg.toml, so that it holds wherever the workspace lies.")
            }
            ProblemCode::ProjectPathOutside => {
                problem.with_hint("It loads here. Whoever gets the workspace has to have that folder in the same place.")
            }
            _ => problem,
        })
        .collect();
    problems::findings(&workspace.reading.root, &explained, CODES, |_| None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support::{self, Trial};

    #[test]
    fn each_other_form_is_told_with_its_line() {
        let trial = Trial::workspace(&["etl"]);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        let absolute = trial.root.join("projects/etl").display().to_string();
        let config = |projects: &str| {
            let text =
                format!("directory_type = \"workspace\"\n[workspace]\nprojects = [{projects}]\n");
            fs_err::write(trial.root.join("dg.toml"), text).unwrap();
            let finding = test_support::the_finding(&CHECK, &trial.facts());
            assert_eq!(finding.place.as_ref().and_then(|place| place.line), Some(3));
            assert!(!finding.why.is_empty(), "{finding:?}");
            finding.level
        };
        assert!(config("\"projects/etl\"") >= Level::Warning);
        assert_eq!(config("{ path = \"projects/*\" }"), Level::Warning);
        assert_eq!(config("{ path = \"none/*\" }"), Level::Warning);
        assert_eq!(config(&format!("{{ path = \"{absolute}\" }}")), Level::Note);
        let plain = "directory_type = \"workspace\"\n[workspace]\nprojects = [{ path = \"projects/etl\" }]\n";
        fs_err::write(trial.root.join("dg.toml"), plain).unwrap();
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
    }
}
