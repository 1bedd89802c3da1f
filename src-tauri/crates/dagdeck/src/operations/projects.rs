//! Changing which projects a workspace lists: what is found, what a change would do, and the change itself.
//!
//! Reads files and writes the one that lists them. Refuses to stop or move anything: a session does, around it.

mod apply;
mod error;
mod plan;

use std::collections::BTreeMap;
use std::path::Path;

use workspace::edit::Edit;
use workspace::{Kind, ReadOptions, Reading};

use crate::operations::basis;
use crate::present;
use api::{FoundProject, ProjectsChange, ProjectsFound, ProjectsPlan};

pub use error::ProjectsError;

/// A change that was worked out: what it would do, and the edit that does it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What it would do.
    pub plan: ProjectsPlan,
    /// The edit; `None` where nothing would change.
    pub edit: Option<Edit>,
}

/// Reads the workspace that a folder belongs to.
///
/// # Errors
/// If it is none whose list of projects can be changed.
pub fn read(
    folder: &Path,
    environment: BTreeMap<String, String>,
) -> Result<Reading, ProjectsError> {
    let options = ReadOptions {
        environment,
        ..ReadOptions::default()
    };
    // By its real path, as its owner knows it.
    let reading = workspace::read(&crate::folder::root_of(folder), &options);
    config_of(&reading)?;
    Ok(reading)
}

/// Looks for projects in a folder, and says of each whether it can be added.
pub fn find(reading: &Reading, folder: &Path) -> ProjectsFound {
    // A project that is reached by a link is the one that the workspace knows by its real path.
    let (found, cut) = workspace::find_projects(&workspace::real_path(folder));
    let projects = found
        .into_iter()
        .map(|one| FoundProject {
            listed: plan::listed(reading, &one.path).is_some(),
            refused: plan::refusal(reading, &one.path, one.kind),
            path: one.path.display().to_string(),
            name: one.name,
            kind: present::kind(one.kind),
        })
        .collect();
    ProjectsFound {
        folder: folder.display().to_string(),
        projects,
        cut,
    }
}

/// Works a change out. Paths in it are absolute.
///
/// # Errors
/// If the list of this workspace can't be changed, or a location is not in it.
pub fn plan(reading: &Reading, change: &ProjectsChange) -> Result<Planned, ProjectsError> {
    plan::plan(reading, config_of(reading)?, change)
}

/// Makes a change that was shown.
///
/// # Errors
/// If something in it blocks, it is another change than was shown, or the file can't be written. Nothing was written then.
pub fn apply(planned: &Planned, shown: &str) -> Result<(), ProjectsError> {
    if let Some(remark) = planned.plan.remarks.iter().find(|remark| remark.blocks) {
        return Err(ProjectsError::Blocked {
            remark: remark.message.clone(),
        });
    }
    basis::require(shown, &planned.plan.basis)?;
    let edit = planned.edit.as_ref().ok_or(ProjectsError::Nothing)?;
    Ok(edit.write()?)
}

/// The file that lists the projects.
fn config_of(reading: &Reading) -> Result<&Path, ProjectsError> {
    match (reading.kind, &reading.config) {
        (Kind::DgWorkspace, Some(config)) => Ok(config),
        (kind, _) => Err(ProjectsError::NoList {
            root: reading.root.clone(),
            kind,
        }),
    }
}

/// A file by its own name, for a sentence.
pub(crate) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::made_up;

    #[test]
    fn the_change_that_was_shown_is_made_and_another_is_refused_with_what_moved() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let config = root.join("dg.toml");
        let listed = "directory_type = \"workspace\"\n\n[workspace]\n\n[[workspace.projects]]\npath = \"etl\"\n";
        fs_err::write(&config, listed).unwrap();
        made_up::write(&root.join("etl"));
        let change = |trash| {
            let reading = read(root, BTreeMap::new()).unwrap();
            let change = ProjectsChange {
                remove: vec![reading.projects[0].id.clone()],
                trash,
                ..ProjectsChange::default()
            };
            plan(&reading, &change).unwrap()
        };
        let shown = change(false).plan.basis;

        fs_err::write(&config, format!("# mine\n{listed}")).unwrap();
        let moved = |change: &Planned| match apply(change, &shown) {
            Err(ProjectsError::Moved(moved)) => moved.parts,
            other => panic!("{other:?}"),
        };
        assert_eq!(moved(&change(false)), ["dg.toml"]);
        let mine = fs_err::read_to_string(&config).unwrap();
        assert!(mine.starts_with("# mine") && mine.contains("etl"), "{mine}");

        fs_err::write(&config, listed).unwrap();
        let parts = moved(&change(true));
        assert!(parts[0].contains("etl that goes to the trash"), "{parts:?}");

        apply(&change(false), &shown).unwrap();
        assert!(!fs_err::read_to_string(&config).unwrap().contains("etl"));
    }
}
