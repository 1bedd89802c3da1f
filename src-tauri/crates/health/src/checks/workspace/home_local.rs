//! The instance's databases are on a disk of this machine.
//!
//! By the kind of its file system. Runs that a dagster.yaml puts into a database server are not there to be lost.

use dagster::instance;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::machine::system;

pub(crate) static CHECK: Check = Check {
    id: "dagster-home-local",
    scope: Scope::Workspace,
    passes: "DAGSTER_HOME is on a disk of this machine",
    why: "Dagster keeps runs in SQLite, whose locks don’t hold on network file systems: runs get lost, databases break.",
    reads: &[Reads::Instance, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let path = &workspace.instance.path;
    let kind = system::network(path).filter(|_| !instance::stored_elsewhere(path));
    kind.map(|kind| finding(kind).at(FilePlace::of(path)))
        .into_iter()
        .collect()
}

fn finding(kind: &str) -> Finding {
    Finding::warning(
        FindingKey::ONLY,
        format!("DAGSTER_HOME is on a network file system ({kind})"),
        "SQLite’s locks don’t hold there, so runs can get lost and databases break. Set DAGSTER_HOME to a folder on a \
         disk of this machine, or name a database server under storage in dagster.yaml.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn a_disk_is_fine_and_a_share_is_named() {
        let trial = Trial::workspace(&["etl"]);
        let home = trial.state.display().to_string();
        fs_err::create_dir_all(&trial.state).unwrap();
        let facts = test_support::of_with(&trial.root, &trial.state, &[("DAGSTER_HOME", &home)]);
        assert_eq!(test_support::found(&CHECK, &facts), []);
        assert!(finding("NFS").title.ends_with("(NFS)"));
    }
}
