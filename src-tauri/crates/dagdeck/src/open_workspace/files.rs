//! The files of a project, and its definitions by name: what the location screen lists.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::OpenWorkspace;
use crate::open::FactsError;
use crate::state::LocationMemory;
use api::{DefinitionNames, ProjectFile, ProjectFiles};

/// The most files that are listed.
const MOST: usize = 2000;

/// Why nothing of a project is listed or remembered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    /// The open workspace refuses.
    #[error(transparent)]
    Refused(#[from] FactsError),
    /// The thread that lists ended early.
    #[error("listing the files ended early")]
    Listing(#[source] tokio::task::JoinError),
}

impl OpenWorkspace {
    /// The names of a location's definitions as last read.
    pub(crate) fn definitions(&self, id: &str) -> Result<DefinitionNames, FilesError> {
        self.facts.project(id)?;
        Ok(self
            .facts
            .definitions_of(id)
            .map(|known| known.names.clone())
            .unwrap_or_default())
    }

    /// Remembers something of a location that exists.
    pub(crate) fn remember_location(
        &self,
        id: &str,
        change: impl FnOnce(&mut LocationMemory),
    ) -> Result<(), FilesError> {
        self.facts.project(id)?;
        self.facts.remember_of(id, change);
        Ok(())
    }

    /// The files of a location's project.
    pub(crate) async fn files(&self, id: &str) -> Result<ProjectFiles, FilesError> {
        let project = self.facts.project(id)?;
        let listed = tokio::task::spawn_blocking(move || {
            let (paths, cut) = workspace::project_files(&project.folder, MOST);
            let files = paths
                .iter()
                .filter_map(|path| file(&project.folder, path))
                .collect();
            ProjectFiles { files, cut }
        });
        listed.await.map_err(FilesError::Listing)
    }
}

/// `None` for a file that went away meanwhile.
fn file(folder: &Path, path: &Path) -> Option<ProjectFile> {
    let metadata = fs_err::metadata(path).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let relative = path
        .strip_prefix(folder)
        .unwrap_or(path)
        .display()
        .to_string()
        .replace('\\', "/");
    #[expect(
        clippy::cast_precision_loss,
        reason = "no file of a project has 8 petabytes"
    )]
    let bytes = metadata.len() as f64;
    Some(ProjectFile {
        role: role(&relative).map(str::to_owned),
        path: relative,
        bytes,
        modified_at: modified.as_secs_f64() * 1000.0,
    })
}

fn role(relative: &str) -> Option<&'static str> {
    match relative {
        "pyproject.toml" => Some("project settings and packages"),
        "dg.toml" => Some("Dagster settings"),
        "uv.lock" => Some("exact versions of all packages"),
        ".env" => Some("environment variables, often secrets"),
        ".python-version" => Some("the Python that uv picks"),
        "README.md" => Some("what this project is"),
        _ if relative.ends_with("/definitions.py") => Some("what Dagster loads"),
        _ => None,
    }
}
