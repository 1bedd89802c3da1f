//! The commands that change which projects the open workspace lists.

use super::Deck;
use api::*;

#[expect(
    missing_docs,
    reason = "each is described where it is declared, in with_commands"
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
