//! The commands that change which projects the open workspace lists.

use super::Deck;
use api::*;

/// Finding, planning, applying.
///
/// # Errors
/// `NotFound` when no workspace is open or a folder that is named is not there; the others when the change can't be made, or
/// dg.toml or pyproject.toml can't be read or edited, and `projects_apply` when they moved since the plan was shown.
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is described where it is declared, in with_commands; when it fails is told above for all"
)]
impl Deck {
    pub async fn projects_find(&self, request: FolderRequest) -> Result<ProjectsFound, ApiError> {
        let folder = self.folder(&request.path)?;
        Ok(self.opened().await?.find_projects(folder).await?)
    }

    pub async fn projects_plan(&self, change: ProjectsChange) -> Result<ProjectsPlan, ApiError> {
        let change = self.with_folders(change)?;
        Ok(self.opened().await?.plan_projects(change).await?)
    }

    pub async fn projects_apply(&self, apply: ProjectsApply) -> Result<Nothing, ApiError> {
        let change = self.with_folders(apply.change)?;
        let apply = ProjectsApply { change, ..apply };
        self.opened().await?.apply_projects(apply).await?;
        Ok(Nothing {})
    }

    /// The same with every folder absolute and there.
    fn with_folders(&self, mut change: ProjectsChange) -> Result<ProjectsChange, ApiError> {
        let moved = change.moved.iter_mut().map(|moved| &mut moved.path);
        for path in change.add.iter_mut().chain(moved) {
            *path = self.folder(path)?.display().to_string();
        }
        Ok(change)
    }
}
