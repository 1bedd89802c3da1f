//! The commands about uv itself.

use super::Deck;
use crate::operations::uv;
use api::*;

/// Bringing and picking it.
///
/// # Errors
/// `uv_bring` when the package index can't be reached, has no uv for this machine, or the folder can't be written;
/// `uv_pick` when what was typed is no program that answers as uv does.
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is described where it is declared, in with_commands; when it fails is told above for all"
)]
impl Deck {
    pub async fn uv_bring(&self, _: Nothing) -> Result<Nothing, ApiError> {
        let path = uv::bring(&self.context).await?;
        self.use_uv(&path.display().to_string()).await;
        Ok(Nothing {})
    }

    pub async fn uv_pick(&self, request: FolderRequest) -> Result<Nothing, ApiError> {
        let typed = request.path.trim();
        if typed.is_empty() {
            self.use_uv("").await;
            return Ok(Nothing {});
        }
        let path = uv::named(&self.context, typed).await?;
        self.use_uv(&path.display().to_string()).await;
        Ok(Nothing {})
    }

    async fn use_uv(&self, path: &str) {
        self.context.choose_uv(path).await;
        if let Ok(session) = self.opened().await {
            session.refresh().await;
        }
    }
}
