//! The commands of making a workspace or a project.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CommandResult, Deck, DeckError};
use crate::errors::UvMissing;
use crate::operations::create::{self, CreationJob};
use api::*;

/// What a form shows before anything is made.
///
/// # Errors
/// `create_plan` alone, when the thread that looks at the disk breaks down. Answers that can't be used, and an index that does
/// not answer, are part of what is shown.
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is described where it is declared, in with_commands; when it fails is told above for all"
)]
impl Deck {
    pub async fn create_form(&self, request: CreateFormRequest) -> CommandResult<CreateForm> {
        let open = self.open_root().await;
        Ok(create::form(&self.context, &request, open.as_deref()).await)
    }

    pub async fn create_versions(&self, _: Nothing) -> CommandResult<DagsterVersions> {
        let open = self.session.read().await.clone();
        let used = open.map(|session| create::used(&session.facts.reading()));
        let found = self.index.newest(&self.context, true).await;
        let (newest, skipped, unreachable) = match found {
            Ok(newest) => (Some(newest.version), newest.skipped, None),
            Err(error) => (None, None, Some(error.into())),
        };
        Ok(DagsterVersions {
            newest,
            skipped,
            used: used.unwrap_or_default(),
            unreachable,
        })
    }

    pub async fn create_plan(&self, spec: CreateSpec) -> CommandResult<CreatePlan> {
        let plan = create::Plan::of(&self.context, &self.index, spec).await?;
        Ok(plan.shown)
    }

    pub(super) async fn open_root(&self) -> Option<PathBuf> {
        let session = self.session.read().await;
        session.as_ref().map(|session| session.facts.root.clone())
    }
}

/// Making, retrying, taking back.
///
/// # Errors
/// `create_start` when something else is still being made, when what would be made is not what was shown or something speaks
/// against it, without uv, and when the trust that was asked for can't be kept. The others when nothing is being made;
/// `create_retry` also when no step failed or was cancelled, `create_remove` also while it runs, once all is made, and when
/// the trash or dg.toml refuses. `create_dismiss` never fails.
#[expect(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is described where it is declared, in with_commands; when it fails is told above for all"
)]
impl Deck {
    pub async fn create_start(&self, start: CreateStart) -> CommandResult<Nothing> {
        one_at_a_time(self.making.lock().await.as_ref())?;
        let plan = create::Plan::of(&self.context, &self.index, start.spec).await?;
        plan.require(&start.basis)?;
        self.context.uv().await.ok_or(UvMissing)?;
        if let Some(root) = plan.to_be_trusted() {
            self.trust(root).await?;
        }
        let making = Arc::new(CreationJob::new(Arc::clone(&self.context), plan));
        {
            let mut current = self.making.lock().await;
            one_at_a_time(current.as_ref())?;
            *current = Some(Arc::clone(&making));
            making.begin();
        }
        self.carry_on(making);
        Ok(Nothing {})
    }

    pub async fn create_retry(&self, _: Nothing) -> CommandResult<Nothing> {
        let current = self.making.lock().await;
        let making = current.as_ref().ok_or(DeckError::NothingMade)?;
        match making.state() {
            CreationState::Failed | CreationState::Cancelled => {}
            CreationState::Running | CreationState::Succeeded => {
                return Err(DeckError::NothingToRetry.into());
            }
        }
        making.begin();
        self.carry_on(Arc::clone(making));
        Ok(Nothing {})
    }

    pub async fn create_cancel(&self, _: Nothing) -> CommandResult<Nothing> {
        self.current().await?.cancel();
        Ok(Nothing {})
    }

    pub async fn create_remove(&self, _: Nothing) -> CommandResult<Nothing> {
        let making = self.current().await?;
        making.remove().await?;
        making.dismiss();
        *self.making.lock().await = None;
        self.refresh_if_open(making.root()).await;
        self.show_recent().await;
        Ok(Nothing {})
    }

    pub async fn create_dismiss(&self, _: Nothing) -> CommandResult<Nothing> {
        let mut current = self.making.lock().await;
        if let Some(making) = current.as_ref() {
            making.dismiss();
            if making.state() != CreationState::Running {
                *current = None;
            }
        }
        Ok(Nothing {})
    }

    /// Runs the steps that are left; the board tells how it goes.
    fn carry_on(&self, making: Arc<CreationJob>) {
        let deck = self.clone();
        tokio::spawn(async move {
            let running = Arc::clone(&making);
            if let Err(error) = tokio::spawn(async move { running.run().await }).await {
                making.broke(error);
            }
            deck.refresh_if_open(making.root()).await;
        });
    }

    /// Reads the open workspace again, if it is that one.
    async fn refresh_if_open(&self, root: &Path) {
        let open = self.session.read().await.clone();
        if let Some(session) = open.filter(|session| session.facts.root == root) {
            session.refresh().await;
        }
    }

    async fn current(&self) -> Result<Arc<CreationJob>, DeckError> {
        self.making
            .lock()
            .await
            .clone()
            .ok_or(DeckError::NothingMade)
    }

    /// Ends what is being made: nothing of it runs when this returns.
    pub(super) async fn stop_making(&self) {
        let making = self.making.lock().await.clone();
        if let Some(making) = making {
            making.cancel();
            making.idle().await;
        }
    }
}

/// Refuses to make something while something else is being made.
fn one_at_a_time(current: Option<&Arc<CreationJob>>) -> Result<(), DeckError> {
    match current {
        Some(other) if other.state() == CreationState::Running => {
            let root = other.root().to_owned();
            Err(DeckError::StillMaking { root })
        }
        _ => Ok(()),
    }
}
