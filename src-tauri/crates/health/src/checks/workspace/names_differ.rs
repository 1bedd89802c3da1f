//! No two locations have one name, and no two projects one package.
//!
//! Two packages of one name are told though both load here: each has an environment of its own, and they meet in a
//! deployment.

use std::path::Path;

use workspace::{Problem, ProblemCode, Project, Reading, edit};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "names-differ",
    scope: Scope::Workspace,
    passes: "Locations and packages have names of their own",
    why: "Dagster refuses a workspace with two locations of one name, all of it.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as one name.
pub(in crate::checks) const CODES: &[ProblemCode] =
    &[ProblemCode::LocationNameTwice, ProblemCode::PackageTwice];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let reading = &workspace.reading;
    let each = reading.projects.iter();
    let each = each.flat_map(|project| CODES.iter().map(move |code| (project, *code)));
    let found = each.flat_map(|(project, code)| {
        let explained: Vec<Problem> = project.problems.iter().map(explained).collect();
        let fix = |problem: &Problem| rename(problem, project, reading);
        let found = problems::findings(&reading.root, &explained, &[code], fix);
        // Whose name it shares may change while it still is not its own.
        found.into_iter().map(move |finding| Finding {
            key: FindingKey::of(code.as_str()).within(&project.id),
            ..finding
        })
    });
    found.collect()
}

/// The problem with what it means here, which the reader of files can't know.
fn explained(problem: &Problem) -> Problem {
    let problem = problem.clone();
    if problem.code == ProblemCode::PackageTwice {
        let hint = "Each has an environment of its own here, so both load. Rename one of the packages before they meet in one environment.";
        return problem.with_hint(hint);
    }
    problem
}

/// Another name for the second of the two: its folder's, with those around it in front.
fn rename(problem: &Problem, project: &Project, reading: &Reading) -> Option<Fix> {
    if problem.code != ProblemCode::LocationNameTwice {
        return None;
    }
    let config = project.config.as_deref()?;
    // In a workspace.yaml the names stand in the file itself.
    if reading.config.as_deref() == Some(config) {
        return None;
    }
    let name = free_name(project, reading)?;
    let edit = edit::rename_location(config, Some(&name)).ok()?;
    let fix = Fix::new(format!("Name it {name}"), FixAction::Change(edit));
    Some(fix.note("the folder and the package stay"))
}

/// A name that no location has: more and more of the folders in the project's path, then numbers.
fn free_name(project: &Project, reading: &Reading) -> Option<String> {
    let taken = |name: &str| reading.projects.iter().any(|one| one.name == name);
    let parts: Vec<_> = Path::new(&project.path)
        .iter()
        .map(|part| part.to_string_lossy().replace(['.', '/'], ""))
        .filter(|part| !part.is_empty())
        .collect();
    let by_folders = (1..=parts.len()).map(|count| parts[parts.len() - count..].join("-"));
    let by_number = (2..100).map(|number| format!("{}-{number}", project.name));
    by_folders.chain(by_number).find(|name| !taken(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn the_second_gets_a_name_after_its_folders() {
        let trial = Trial::workspace(&["etl"]);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        trial.project("other/etl");
        trial.list("other/etl");
        let found = test_support::found(&CHECK, &trial.facts());
        let titles: Vec<&str> = found.iter().map(|one| one.title.as_str()).collect();
        assert_eq!(found.len(), 2, "{titles:?}");
        assert!(titles[0].contains("\"etl\" is already taken"), "{titles:?}");
        assert!(titles[1].contains("package etl also exists"), "{titles:?}");
        trial.fix(&found[0]);
        let facts = trial.facts();
        let found = test_support::found(&CHECK, &facts);
        assert_eq!(found.len(), 1, "the package is for the person: {found:?}");
        let names = &facts.workspace.as_ref().unwrap().reading.projects;
        assert_eq!(names[1].name, "other-etl");
    }
}
