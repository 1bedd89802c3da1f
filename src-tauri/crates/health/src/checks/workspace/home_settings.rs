//! The instance has a dagster.yaml that Dagster takes.
//!
//! The keys are those that Dagster up to 1.13.29 takes. One that is not known is a note where a newer Dagster is installed,
//! and refused where not. Dagdeck's own instance is never without the file.

use std::cmp::Ordering;

use dagster::instance::Source;
use workspace::{INSTANCE_FILE, Problem, ProblemCode, Severity};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "dagster-home-settings",
    scope: Scope::Workspace,
    passes: "dagster.yaml is there and Dagster takes it",
    why: "One key that Dagster doesn’t know stops the webserver, the daemon and every run.",
    reads: &[Reads::Instance, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// The newest Dagster whose keys are known here.
const KNOWN: &str = "1.13.29";
/// What counts as refused.
const CODES: &[ProblemCode] = &[
    ProblemCode::FileUnreadable,
    ProblemCode::FileNotUtf8,
    ProblemCode::InvalidYaml,
    ProblemCode::WrongType,
    ProblemCode::UnknownKey,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let instance = &workspace.instance;
    let file = instance.path.join(INSTANCE_FILE);
    if instance.source != Source::Dagdeck && instance.path.is_dir() && !file.exists() {
        return vec![missing(&file)];
    }
    let newer = is_newer(workspace);
    let problems = workspace::instance_file_problems(&instance.path).into_iter();
    let problems: Vec<Problem> = problems.map(|problem| weighed(problem, newer)).collect();
    problems::findings(&instance.path, &problems, CODES, |_| None)
}

/// That there is no dagster.yaml: Dagster warns of it at every start.
fn missing(file: &std::path::Path) -> Finding {
    let write = FixAction::Write {
        path: file.to_owned(),
        text: String::new(),
    };
    Finding::note(
        FindingKey::of("missing"),
        "DAGSTER_HOME has no dagster.yaml",
        "Dagster uses its defaults and prints a warning at every start. An empty file says the defaults are what you want.",
    )
    .at(FilePlace::of(file))
    .fix(Fix::new("Write it", write).note("an empty file"))
}

/// A newer Dagster than the known ones may take more keys.
fn weighed(problem: Problem, newer: bool) -> Problem {
    let hint = "The webserver, the daemon and every run stop at it. Correct the file.";
    if newer && problem.code == ProblemCode::UnknownKey {
        let problem = Problem {
            severity: Severity::Note,
            ..problem
        };
        return problem
            .with_hint("This Dagster is newer than the ones Dagdeck knows, so it may take it.");
    }
    problem.with_hint(hint)
}

/// Whether the webserver's Dagster is newer than the ones whose keys are known.
fn is_newer(workspace: &WorkspaceFacts) -> bool {
    let reading = &workspace.reading;
    let deployment = reading.deployment.iter().map(|one| &one.environment);
    let all = deployment.chain(reading.projects.iter().map(|one| &one.environment));
    let mut versions = all.filter_map(|one| one.installed.dagster.as_deref());
    versions.any(|version| workspace::compare_versions(version, KNOWN) == Ordering::Greater)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support::{self, Trial};

    #[test]
    fn a_missing_one_is_written_and_a_bad_one_is_a_blocker() {
        let trial = Trial::workspace(&["etl"]);
        assert_eq!(
            test_support::found(&CHECK, &trial.facts()),
            [],
            "Dagdeck writes its own"
        );
        let home = trial.state.display().to_string();
        fs_err::create_dir_all(&trial.state).unwrap();
        let facts = || test_support::of_with(&trial.root, &trial.state, &[("DAGSTER_HOME", &home)]);
        let finding = test_support::the_finding(&CHECK, &facts());
        assert_eq!(finding.level, Level::Note);
        trial.fix(&finding);
        assert_eq!(test_support::found(&CHECK, &facts()), []);
        fs_err::write(trial.state.join("dagster.yaml"), "bogus: 1\n").unwrap();
        let finding = test_support::the_finding(&CHECK, &facts());
        assert_eq!(finding.level, Level::Blocker);
        assert!(finding.title.contains("“bogus”"), "{}", finding.title);
        fs_err::write(trial.state.join("dagster.yaml"), "telemetry: [\n").unwrap();
        assert_eq!(
            test_support::the_finding(&CHECK, &facts()).level,
            Level::Blocker
        );
    }
}
