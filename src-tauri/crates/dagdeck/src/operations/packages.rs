//! Changing what a project asks for, with `uv add` and `uv remove`.
//!
//! What it would do is not guessed: the same command runs first in a copy of the project's settings and lockfile. Carried
//! out, it changes the two files and nothing else; then the environment is synced.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dagster::packages::{self, RequirementChange};
use process::CommandLine;
use workspace::{EnvironmentSource, Project};

use super::preview;
use super::refusal::{Refusal, refused_alike};
use crate::errors::{FileError, UvMissing};
use crate::open::FactsError;
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis::{self, Basis, Moved};
use crate::operations::diff;
use crate::operations::sync::SyncError;
use crate::present::command_view;
use crate::record::{NewOperation, OnceError, OneShot};
use api::{
    PackageChange, PackagesChange, PackagesPlan, PackagesRequest, PackagesStart, PlannedEdit,
    ProjectPackages, Requirements, SyncRequest,
};

/// How long uv may take to choose versions, on a slow network.
const LIMIT: Duration = Duration::from_secs(600);
/// The files that uv changes.
const FILES: [&str; 2] = ["pyproject.toml", "uv.lock"];
/// What is done before uv is asked, for the case that it can't be.
const COPYING: &str = "copy the project's settings";

/// Why what a project asks for can't be read or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackagesError {
    /// What other operations say alike.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The sync that follows does not begin.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The project is a member of a uv workspace: its packages are locked with the others'.
    #[error("{project} is a member of a uv workspace")]
    Member {
        /// The project's name.
        project: String,
        folder: PathBuf,
    },
}

refused_alike!(PackagesError: FactsError, UvMissing, Moved, OnceError, FileError);

impl OpenWorkspace {
    /// What a location's project asks for now.
    pub(crate) fn requirements(&self, id: &str) -> Result<Requirements, PackagesError> {
        let project = self.facts.project(id)?;
        let found = workspace::requirements(&project.folder).map_err(FileError::of(
            "read pyproject.toml",
            project.folder.join(FILES[0]),
        ))?;
        Ok(Requirements {
            packages: found.packages,
            dev: found.dev,
        })
    }

    /// What a change would do to each project.
    pub(crate) async fn packages_plan(
        &self,
        request: &PackagesRequest,
    ) -> Result<PackagesPlan, PackagesError> {
        self.facts.require_trust()?;
        let uv = self.uv_and_pythons().await?;
        let change = change_of(&request.change);
        let mut projects = Vec::new();
        let mut basis = Basis::default();
        for id in &request.locations {
            let project = self.facts.project(id)?;
            let name = &project.name;
            let real = self.change_command(&uv, &project, &project.folder, &change);
            for file in FILES {
                basis.file(format!("{file} of {name}"), &project.folder.join(file));
            }
            let plan = self.plan_in_copy(&uv, &project, &change).await;
            let (edits, locked, fault) = match plan {
                Ok((edits, locked)) => (edits, locked, None),
                Err(error) => (Vec::new(), Vec::new(), Some(error.into())),
            };
            let command = command_view(&real);
            basis.runs(format!("the command for {name}"), &command);
            let said = (fault.is_some(), &edits);
            basis.comes(format!("the change of {} of {name}", FILES[0]), &said);
            basis.comes(format!("the versions that uv chooses for {name}"), &locked);
            projects.push(ProjectPackages {
                location: id.clone(),
                command: fault.is_none().then_some(command),
                fault,
                edits,
                locked,
            });
        }
        Ok(PackagesPlan {
            projects,
            basis: basis.to_string(),
        })
    }

    /// Carries a change that was shown out in each project, then syncs the environments of those that changed. Stops at the
    /// first project that uv refuses: it is then as it was. Answers the syncs, by number.
    ///
    /// # Errors
    /// When one of the projects would be changed in another way by now than was shown, or uv refuses one.
    pub(crate) async fn packages_change(
        self: &Arc<Self>,
        PackagesStart { request, basis }: &PackagesStart,
    ) -> Result<Vec<u32>, PackagesError> {
        let now = self.packages_plan(request).await?;
        basis::require(basis, &now.basis)?;
        let uv = self.uv_and_pythons().await?;
        let change = change_of(&request.change);
        let mut locations = Vec::new();
        let mut outcome = Ok(());
        for id in &request.locations {
            outcome = self.change_one(&uv, id, &change).await;
            if outcome.is_err() {
                break;
            }
            locations.push(id.clone());
        }
        let mut syncs = Vec::new();
        if !locations.is_empty() {
            let deployment = false;
            let request = SyncRequest {
                locations,
                deployment,
            };
            syncs = self.sync(request).await?;
        }
        outcome.map(|()| syncs)
    }

    /// Changes what one project asks for, in its own files. Its environment is left to the sync that follows.
    async fn change_one(
        &self,
        uv: &Path,
        id: &str,
        change: &RequirementChange,
    ) -> Result<(), PackagesError> {
        let project = self.facts.project(id)?;
        alone(&project)?;
        let command = self.change_command(uv, &project, &project.folder, change);
        let title = format!("Changing what {} asks for", project.name);
        let done = format!("Changed what {} asks for", project.name);
        self.ask_uv_for(&project, title, Some(done), &command, false)
            .await?;
        Ok(())
    }

    pub(crate) async fn uv_and_pythons(&self) -> Result<PathBuf, UvMissing> {
        let context = &self.facts.context;
        let uv = context.uv().await.ok_or(UvMissing)?;
        context.learn_pythons().await;
        Ok(uv)
    }

    /// The `uv add` or `uv remove` for a folder, the project's own or a copy, resolved for the environment's Python where
    /// that runs, else for one that fits.
    fn change_command(
        &self,
        uv: &Path,
        project: &Project,
        folder: &Path,
        change: &RequirementChange,
    ) -> CommandLine {
        let fitting = self
            .facts
            .context
            .python_for(&project.folder, &project.environment);
        let python = project
            .environment
            .interpreter
            .clone()
            .filter(|_| project.environment.can_run())
            .or(fitting);
        packages::change(uv, folder, change, python.as_deref())
    }

    /// What the change would write, found by making it in a copy of the project's settings: the difference of
    /// pyproject.toml, and of the lockfile by package.
    async fn plan_in_copy(
        &self,
        uv: &Path,
        project: &Project,
        change: &RequirementChange,
    ) -> Result<(Vec<PlannedEdit>, Vec<PackageChange>), PackagesError> {
        alone(project)?;
        let (folder, own) = (&project.folder, &self.facts.context.state_folder);
        let copy = preview::copy(folder, &FILES, own).map_err(FileError::of(COPYING, folder))?;
        let command = self.change_command(uv, project, copy.path(), change);
        let title = format!("Previewing what {} would ask for", project.name);
        let done = format!("Previewed what {} would ask for", project.name);
        self.ask_uv_for(project, title, Some(done), &command, true)
            .await?;
        let text = |folder: &Path| {
            let file = folder.join(FILES[0]);
            fs_err::read_to_string(&file).map_err(FileError::of(COPYING, file))
        };
        let (before, after) = (text(folder)?, text(copy.path())?);
        let diff = diff::lines(&before, &after);
        let path = project.folder.join(FILES[0]).display().to_string();
        let edits = (!diff.is_empty()).then_some(PlannedEdit { path, diff });
        let locked = lock_changes(folder, copy.path())
            .map_err(FileError::of(COPYING, folder.join(FILES[1])))?;
        Ok((edits.into_iter().collect(), locked))
    }

    /// Runs uv on the record. `passing` is for a preview, which takes no turn at the environment and is not kept.
    async fn ask_uv_for(
        &self,
        project: &Project,
        title: String,
        done: Option<String>,
        command: &CommandLine,
        passing: bool,
    ) -> Result<(), OnceError> {
        let once = OneShot {
            begun: NewOperation {
                title,
                location: Some(project.id.clone()),
                passing,
                ..NewOperation::default()
            },
            done,
            command,
            writer: None,
            limit: LIMIT,
            environment: (!passing).then(|| project.environment.path.clone()),
        };
        let context = &self.facts.context;
        context
            .operations
            .run(&context.table, once, &self.ended)
            .await
            .map(drop)
    }
}

/// Refuses a member of a uv workspace: its packages are locked with those of the others, in the root's lockfile, which a
/// copy of this project alone does not show.
fn alone(project: &Project) -> Result<(), PackagesError> {
    if project.environment.source != EnvironmentSource::UvWorkspace {
        return Ok(());
    }
    Err(PackagesError::Member {
        project: project.name.clone(),
        folder: project.folder.clone(),
    })
}

fn change_of(change: &PackagesChange) -> RequirementChange {
    match change.clone() {
        PackagesChange::Add { requirement, dev } => RequirementChange::Add { requirement, dev },
        PackagesChange::Remove { package, dev } => RequirementChange::Remove { package, dev },
        PackagesChange::Dagster { version } => RequirementChange::Dagster { version },
    }
}

/// What is locked at another version; everything, where there was no lockfile.
fn lock_changes(before: &Path, after: &Path) -> std::io::Result<Vec<PackageChange>> {
    let locked = |folder: &Path| {
        let lock = folder.join(FILES[1]);
        if lock.is_file() {
            workspace::locked_versions(&lock)
        } else {
            Ok(Default::default())
        }
    };
    let (before, after) = (locked(before)?, locked(after)?);
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    Ok(names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| PackageChange {
            name: name.clone(),
            from: before.get(name).cloned(),
            to: after.get(name).cloned(),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::made_up;

    #[test]
    fn a_member_of_a_uv_workspace_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let member = root.join("members/etl");
        fs_err::create_dir_all(root.join(".venv/bin")).unwrap();
        fs_err::write(root.join(".venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        let workspace = "[project]\nname = \"root\"\nversion = \"0.1\"\n\
            [tool.uv.workspace]\nmembers = [\"members/*\"]\n";
        fs_err::write(root.join("pyproject.toml"), workspace).unwrap();
        made_up::write(&member);
        let mut project = made_up::read(&member);
        assert_eq!(project.environment.source, EnvironmentSource::UvWorkspace);
        let refused = alone(&project).unwrap_err();
        let of_it = |refused: &PackagesError| matches!(refused, PackagesError::Member { folder, .. } if *folder == project.folder);
        assert!(of_it(&refused), "{refused:?}");
        project.environment.source = EnvironmentSource::Own;
        alone(&project).unwrap();
    }
}
