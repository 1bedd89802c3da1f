//! The commands about uv itself.

use super::Deck;
use crate::operations::uv;
use api::*;

#[expect(
    missing_docs,
    reason = "each is described where it is declared, in with_commands"
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
