//! What is installed answers the lockfile, as uv says.
//!
//! uv was asked elsewhere (`open_workspace/check.rs`), in a trusted folder; this judges the answer. Where the lockfile is
//! stale, that is told instead: what it names is not what is wanted.

use dagster::uv::SyncCheck;
use workspace::Project;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "environment-in-sync",
    scope: Scope::Project,
    passes: "The installed packages are those of uv.lock",
    why: "Code runs with other versions than the ones that were locked. Errors from that are hard to read.",
    reads: &[Reads::Uv, Reads::Files],
    needs: Needs::Trust,
    judge: Judge::Project(judge),
};

/// How many packages are named.
const NAMED: usize = 6;

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let Some(check) = workspace.seen(project).check else {
        return Vec::new();
    };
    // A stale lockfile is told by a check of its own.
    if !project.environment.can_run() || check.lock_outdated || check.changes.is_empty() {
        return Vec::new();
    }
    let title = match check.changes.len() {
        1 => "1 package differs from uv.lock".to_owned(),
        count => format!("{count} packages differ from uv.lock"),
    };
    let mut finding = Finding::warning(
        FindingKey::ONLY,
        title,
        "The project would run with other packages than the ones that were locked.",
    );
    finding.evidence = named(&check);
    finding.fix = super::sync(workspace, project, "Sync");
    vec![finding]
}

/// The packages that differ, one per line: what is there, what is locked. A version that uv does not say is of a package
/// that is half installed.
fn named(check: &SyncCheck) -> Vec<String> {
    let changes = check.changes.iter().take(NAMED);
    let mut lines: Vec<String> = changes
        .map(|change| match (&change.from, change.to.as_deref()) {
            (None, Some("")) => format!("{} is half installed", change.name),
            (None, Some(to)) => format!("{} {to} is missing", change.name),
            (Some(from), Some(to)) => format!("{} is {from}, locked is {to}", change.name),
            (Some(from), None) => format!("{} {from} is not locked", change.name),
            (None, None) => change.name.clone(),
        })
        .collect();
    let rest = check.changes.len().saturating_sub(NAMED);
    if rest > 0 {
        lines.push(format!("and {rest} more"));
    }
    lines
}
