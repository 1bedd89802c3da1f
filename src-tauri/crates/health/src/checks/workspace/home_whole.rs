//! The instance's databases can be opened.
//!
//! Damage of one kind only: two heads in `alembic_version`, which two processes leave that made the databases at the same
//! moment. The fix renames and deletes nothing.

use std::path::PathBuf;

use dagster::instance::{self, Source, State};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "dagster-home-whole",
    scope: Scope::Workspace,
    passes: "Dagster can open its databases",
    why: "Two processes that make an instance at the same moment leave databases that no Dagster opens again.",
    reads: &[Reads::Instance, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// The folders of the databases; what runs printed is kept elsewhere.
const FOLDERS: [&str; 2] = ["history", "schedules"];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let home = &workspace.instance.path;
    let State::Damaged { database } = instance::state(home) else {
        return Vec::new();
    };
    let folders = FOLDERS.map(|name| home.join(name)).into_iter();
    let folders: Vec<PathBuf> = folders.filter(|folder| folder.is_dir()).collect();
    let note = match workspace.instance.source {
        Source::Dagdeck => "in Dagdeck’s own folder; the runs in it are no longer shown",
        Source::Environment | Source::DotEnv => "the runs in it are no longer shown",
    };
    let finding = Finding::blocker(
        FindingKey::ONLY,
        "Dagster can’t open its databases",
        "Two processes made them at the same moment, so they name two versions of themselves, and every start stops \
         there. New ones are made at the next launch.",
    )
    .at(FilePlace::of(&database))
    .seen(format!("{}: more than one head in alembic_version", database.display()));
    vec![finding.fix(Fix::new("Set them aside", FixAction::SetAside(folders)).note(note))]
}
