//! The environment was made from a Python that the project accepts.
//!
//! requires-python and .python-version both count; the file that excludes the Python is the finding's place. A rebuild is
//! offered only where a Python that fits is installed: else `python_available` says what to do first.

use workspace::{Project, python_pin};

use super::python_available::{self, AskedPython};
use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "environment-python",
    scope: Scope::Project,
    passes: "The environment’s Python is one that the project accepts",
    why: "Packages are chosen for the Python that the project names. Under another one they may be missing or differ.",
    reads: &[Reads::Files, Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(facts: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let environment = &project.environment;
    let Some(python) = environment
        .python
        .as_deref()
        .filter(|_| environment.can_run())
    else {
        return Vec::new();
    };
    let wanted = AskedPython::of(project);
    if wanted.accepts(python) {
        return Vec::new();
    }
    let file = match python_pin(&project.folder) {
        Some(_) if wanted.meets_requires(python) => ".python-version",
        _ => "pyproject.toml",
    };
    let mut finding = Finding::warning(
        FindingKey::ONLY,
        format!("The environment has Python {python}, the project asks for another"),
        "Packages are installed for the Python that was there when it was made. A sync makes it anew from one that fits.",
    )
    .seen(wanted.words())
    .at(FilePlace::of(project.folder.join(file)));
    // Without a Python that fits, the check for that one says what to do first.
    if python_available::installed(facts, &wanted) {
        finding.fix = super::sync(workspace, project, "Rebuild");
    }
    vec![finding]
}
