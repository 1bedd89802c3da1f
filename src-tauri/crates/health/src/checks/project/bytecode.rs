//! Dagster's bytecode is compiled, so that starts are fast.
//!
//! Goes by Dagster's own package: a `__pycache__` in it. A note, for the only cost is one slow start.

use workspace::{Project, site_packages};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "bytecode-compiled",
    scope: Scope::Project,
    passes: "The environment’s bytecode is compiled",
    why: "Without it the first start compiles a thousand modules, and every start does where Python can’t write them.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let environment = &project.environment;
    let dagster = site_packages(&environment.path).map(|packages| packages.join("dagster"));
    let Some(dagster) = dagster.filter(|dagster| dagster.join("__init__.py").is_file()) else {
        return Vec::new();
    };
    if !environment.can_run() || dagster.join("__pycache__").is_dir() {
        return Vec::new();
    }
    let mut finding = Finding::note(
        FindingKey::ONLY,
        "The first start will be slow",
        "Dagster’s bytecode is not compiled yet. A sync compiles it in about 3 s; otherwise the first start does.",
    )
    .at(FilePlace::of(dagster));
    finding.fix = super::sync(workspace, project, "Compile");
    vec![finding]
}
