//! No instance for one session lies around that its `dg dev` did not take away.
//!
//! None is told while a Dagster runs in the workspace: one of them may be its.

use std::path::{Path, PathBuf};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "temporary-homes",
    scope: Scope::Workspace,
    passes: "No temporary instance was left behind",
    why: "Without DAGSTER_HOME, dg dev makes a folder for its runs in the workspace and leaves it there when it is killed.",
    reads: &[Reads::Files, Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let reading = &workspace.reading;
    let projects = reading.projects.iter().map(|project| &project.folder);
    let mut around: Vec<&PathBuf> = std::iter::once(&reading.root).chain(projects).collect();
    around.sort();
    around.dedup();
    let left: Vec<PathBuf> = around
        .into_iter()
        .flat_map(|folder| homes(folder))
        .collect();
    if left.is_empty() {
        return Vec::new();
    }
    // One of them may be in use.
    if !super::dagster_not_ours::running(&reading.root).is_empty() {
        return Vec::new();
    }
    let title = match left.len() {
        1 => "A temporary instance was left behind".to_owned(),
        count => format!("{count} temporary instances were left behind"),
    };
    let finding = Finding::note(
        FindingKey::ONLY,
        title,
        "A dg dev that was killed leaves the runs of its session in the workspace. Nothing reads them any more.",
    );
    let finding = left.iter().fold(finding, |finding, path| {
        finding.seen(path.display().to_string())
    });
    vec![finding.fix(Fix::new("Move to trash", FixAction::Trash(left)))]
}

/// The folders that `dg dev` makes for one session, by their name.
fn homes(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let mut homes: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with(".tmp_dagster_home_")
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
        })
        .map(|entry| entry.path())
        .collect();
    homes.sort();
    homes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn those_of_root_and_projects_are_found() {
        let trial = Trial::workspace(&["etl"]);
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        let left = [
            trial.root.join(".tmp_dagster_home_a1b2"),
            trial.root.join("projects/etl/.tmp_dagster_home_x"),
        ];
        for folder in &left {
            fs_err::create_dir_all(folder).unwrap();
        }
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert_eq!(finding.fix.unwrap().action, FixAction::Trash(left.to_vec()));
    }
}
