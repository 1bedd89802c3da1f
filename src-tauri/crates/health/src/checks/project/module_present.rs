//! The module that holds the definitions is there.
//!
//! Of a workspace.yaml entry as well. A module that may be installed in the environment is a note, as the reader of files
//! has it.

use workspace::{ProblemCode, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "definitions-module",
    scope: Scope::Project,
    passes: "The module that holds the definitions is there",
    why: "Dagster loads the module that pyproject.toml or workspace.yaml names, and nothing else.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, _: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let findings = problems::findings(
        &project.folder,
        &project.problems,
        &[ProblemCode::ModuleMissing],
        |_| None,
    );
    let explained = findings.into_iter().map(|finding| Finding {
        why: "Loading the code location fails as long as it isn’t there. Create it, or name another one in this file.".to_owned(),
        ..finding
    });
    explained.collect()
}
