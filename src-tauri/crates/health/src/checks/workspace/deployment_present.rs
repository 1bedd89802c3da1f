//! The workspace has a place of its own for webserver and daemon.
//!
//! A note: Dagdeck serves a workspace without it.

use workspace::ProblemCode;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "deployment-present",
    scope: Scope::Workspace,
    passes: "deployments/local is there",
    why: "It holds the environment that dg dev, the webserver and the daemon run from.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What counts as not there.
pub(in crate::checks) const CODES: &[ProblemCode] = &[ProblemCode::DeploymentMissing];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let found = problems::findings(
        &workspace.reading.root,
        &workspace.reading.problems,
        CODES,
        |_| None,
    );
    found
        .into_iter()
        .map(|finding| Finding {
            title: "The workspace has no deployments/local".to_owned(),
            why: "Dagdeck works without: webserver and daemon run from a project that has dagster-webserver, or from an \
                  environment in Dagdeck’s own folder. dg dev looks for it there."
                .to_owned(),
            fix: None,
            ..finding
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support::{self, Trial};

    #[test]
    fn without_it_is_a_note() {
        let trial = Trial::workspace(&["etl"]);
        assert_eq!(
            test_support::the_finding(&CHECK, &trial.facts()).level,
            Level::Note
        );
        fs_err::create_dir_all(trial.root.join("deployments/local")).unwrap();
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
    }
}
