//! Every project in the workspace is listed.

#[cfg(test)]
use workspace::ProblemCode;
use workspace::edit::{self, ListChange};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "projects-listed",
    scope: Scope::Workspace,
    passes: "Every project in the workspace is listed",
    why: "dg loads what dg.toml lists. A project folder that lies there unlisted is easily taken for loaded.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What the finding stands for.
#[cfg(test)]
pub(in crate::checks) const CODES: &[ProblemCode] = &[ProblemCode::ProjectNotListed];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let reading = &workspace.reading;
    let unlisted = workspace::unlisted_projects(reading);
    let (Some(first), Some(config)) = (unlisted.first(), &reading.config) else {
        return Vec::new();
    };
    let paths = unlisted
        .iter()
        .map(|folder| workspace::path_from(&reading.root, folder));
    let paths: Vec<String> = paths.collect();
    let title = match paths.as_slice() {
        [only] => format!("{only} isn’t listed"),
        more => format!("{} projects aren’t listed", more.len()),
    };
    let finding = Finding::note(
        FindingKey::ONLY,
        title,
        "It lies in the workspace, but dg.toml doesn’t list it, so it isn’t loaded. That is fine where it is meant so.",
    )
    .at(FilePlace::of(first));
    let changes: Vec<ListChange> = paths.iter().cloned().map(ListChange::Register).collect();
    let finding = paths.into_iter().fold(finding, Finding::seen);
    vec![match edit::change(config, &changes) {
        Ok(edit) => finding.fix(Fix::new("List it", FixAction::Change(edit))),
        // The file can't be edited: a check of its own tells why.
        Err(_) => finding,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn what_lies_there_unlisted_is_listed() {
        let trial = Trial::workspace(&["etl"]);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        trial.project("projects/ml");
        trial.project("more/web");
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert_eq!(finding.evidence, ["more/web", "projects/ml"]);
        trial.fix(&finding);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        assert_eq!(trial.listed(), ["projects/etl", "more/web", "projects/ml"]);
    }
}
