//! Projects in and out of the open workspace: the list changes, what runs follows, folders go to the trash last.
//!
//! Folders go last, for a list that could not be written must leave them where they are. A folder that the trash refuses
//! stays on disk, out of the list, and the error says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use workspace::Touched;

use super::ProjectsError;
use crate::open_workspace::OpenWorkspace;
use crate::operations::projects::{self, Planned};
use crate::record::{NewOperation, state_of};
use api::{ApiError, ProjectsApply, ProjectsChange, ProjectsFound, ProjectsPlan};

impl OpenWorkspace {
    /// Looks for projects in a folder.
    pub(crate) async fn find_projects(
        &self,
        folder: PathBuf,
    ) -> Result<ProjectsFound, ProjectsError> {
        let reading = self.facts.reading();
        off_thread(move || Ok(projects::find(&reading, &folder))).await
    }

    /// What a change of the list would do.
    pub(crate) async fn plan_projects(
        &self,
        change: ProjectsChange,
    ) -> Result<ProjectsPlan, ProjectsError> {
        let planned = self.work_out(&change).await?;
        let stops = change.remove.iter().filter(|id| {
            let unit = self.location(id);
            unit.is_ok_and(|unit| !unit.shown().trees.is_empty())
        });
        let reading = self.facts.reading();
        let names = stops.filter_map(|id| reading.project(id).map(|project| project.name.clone()));
        Ok(ProjectsPlan {
            stops: names.collect(),
            ..planned.plan
        })
    }

    /// Reads the workspace anew and works the change out, so that what is compared with the basis is what is on disk now.
    async fn work_out(&self, change: &ProjectsChange) -> Result<Planned, ProjectsError> {
        let reading = self.facts.read_again(false, Touched::All).await?;
        let change = change.clone();
        off_thread(move || projects::plan(&reading, &change)).await
    }

    /// Makes a change that was shown: writes the list, stops what is no longer on it, moves folders to the trash.
    pub(crate) async fn apply_projects(
        self: &Arc<Self>,
        apply: ProjectsApply,
    ) -> Result<(), ProjectsError> {
        let planned = self.work_out(&apply.change).await?;
        let folders: Vec<PathBuf> = planned
            .plan
            .trash
            .iter()
            .map(|folder| PathBuf::from(&folder.path))
            .collect();
        let (begun, done) = titles(&apply.change);
        let operations = &self.facts.context.operations;
        let operation = operations.begin(NewOperation {
            title: begun,
            ..NewOperation::default()
        });
        let written = off_thread(move || projects::apply(&planned, &apply.basis)).await;
        let outcome = match written {
            Ok(()) => {
                // The units of what went are stopped here, so that nothing runs in a folder that moves.
                self.refresh().await;
                into_trash(folders).await
            }
            Err(error) => Err(error),
        };
        let failed = outcome.as_ref().err().map(ApiError::from);
        let state = state_of(failed.as_ref());
        operations.end(operation, state, outcome.is_ok().then_some(done));
        outcome
    }
}

/// How the record names a change while it is made, and then.
fn titles(change: &ProjectsChange) -> (String, String) {
    let count = |list: &[String]| match list {
        [one] => Path::new(one)
            .file_name()
            .map_or_else(|| one.clone(), |name| name.to_string_lossy().into_owned()),
        many => format!("{} projects", many.len()),
    };
    match (change.add.as_slice(), change.remove.as_slice()) {
        ([], []) => {
            let moved: Vec<String> = change
                .moved
                .iter()
                .map(|one| one.location.clone())
                .collect();
            (
                format!("Changing the path of {}", count(&moved)),
                format!("Changed the path of {}", count(&moved)),
            )
        }
        ([], gone) if change.trash => (
            format!("Removing {}", count(gone)),
            format!("Removed {}, its folder is in the trash", count(gone)),
        ),
        ([], gone) => (
            format!("Taking {} out of the workspace", count(gone)),
            format!("Took {} out of the workspace", count(gone)),
        ),
        (new, _) => (
            format!("Adding {}", count(new)),
            format!("Added {}", count(new)),
        ),
    }
}

/// Moves folders to the trash, one after the other; those before the first that is refused are gone.
async fn into_trash(folders: Vec<PathBuf>) -> Result<(), ProjectsError> {
    off_thread(move || {
        for folder in folders {
            if let Err(source) = trash::delete(&folder) {
                return Err(ProjectsError::NotTrashed { folder, source });
            }
        }
        Ok(())
    })
    .await
}

/// Does what reads or writes disks on a thread of its own.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ProjectsError> + Send + 'static,
) -> Result<T, ProjectsError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(ProjectsError::Reading)?
}
