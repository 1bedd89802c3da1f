//! The handle that hosts hold: one method per command, and the subscription to events.
//!
//! Owns the life of Dagdeck itself: its own state on disk, the process table, the open session. Decides nothing about
//! workspaces: [`crate::open_workspace`] does.

mod commands;
mod create;
mod error;
mod projects;
mod recent;
mod subscription;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod uv;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::RwLock;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use subscription::Subscription;

use crate::context::AppContext;
use crate::context::DeckOptions;
use crate::health::{Health, keep_checking};
use crate::open_workspace::OpenWorkspace;
use crate::operations::create::{CreationJob, Index};
use api::{ApiError, CreationState, Snapshot, StoppedBy};
pub(crate) use error::DeckError;

/// What a command answers: what was asked for, or why not.
type CommandResult<T> = Result<T, ApiError>;

/// Dagdeck, alive. Cheap to clone; all clones are the same deck.
#[derive(Clone)]
pub struct Deck {
    context: Arc<AppContext>,
    session: Arc<RwLock<Option<Arc<OpenWorkspace>>>>,
    /// The workspace that is open no more and of which what runs is still being stopped.
    closing: Arc<Mutex<Option<Arc<OpenWorkspace>>>>,
    /// Held by who opens or closes a workspace. What is asked meanwhile waits for neither.
    opening: Arc<tokio::sync::Mutex<()>>,
    index: Arc<Index>,
    health: Arc<Health>,
    /// Ends what goes on in the background when the last handle is dropped.
    background: Arc<DropGuard>,
    /// What is being made, or was made and not put away.
    making: Arc<tokio::sync::Mutex<Option<Arc<CreationJob>>>>,
}

impl std::fmt::Debug for Deck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deck")
            .field("state_folder", &self.context.state_folder)
            .finish_non_exhaustive()
    }
}

impl Deck {
    /// Starts Dagdeck: loads its own state, ends what a dead app left behind.
    ///
    /// Must be called on a tokio runtime.
    ///
    /// # Errors
    /// When nothing can keep track of what is started, in Dagdeck's own folder nor in a temporary one; and when one of the
    /// locks for the guard can't be held. What is remembered never keeps it from starting: what of that can't be read is
    /// said in the notices.
    pub async fn start(options: DeckOptions) -> Result<Self, ApiError> {
        let context = tokio::task::spawn_blocking(move || AppContext::start(options))
            .await
            .map_err(DeckError::Starting)??;
        let context = Arc::new(context);
        Ok(Self {
            health: Arc::new(Health::new(Arc::clone(&context))),
            background: Arc::new(CancellationToken::new().drop_guard()),
            context,
            session: Arc::default(),
            closing: Arc::default(),
            opening: Arc::default(),
            index: Arc::default(),
            making: Arc::default(),
        })
    }

    /// Reads a workspace once and answers how it stands while nothing runs: for a window that shows it before its owner is
    /// there. Runs nothing in it, watches nothing and keeps nothing open.
    ///
    /// # Errors
    /// The folder can't be read, or Dagdeck's own can't be written.
    pub async fn read_only(&self, root: &Path) -> CommandResult<Snapshot> {
        let looked = OpenWorkspace::read(Arc::clone(&self.context), root).await?;
        let snapshot = self.context.board.snapshot();
        // Nothing runs. Closing it would have what never ran remembered as stopped by that.
        drop(looked);
        Ok(snapshot)
    }

    /// Learns in the background what a first screen shows: the state of recent workspaces, and this machine's tools.
    ///
    /// For hosts that have such a screen; it asks every Python of the machine, which costs a launch beside it time.
    pub fn detect_tools(&self) {
        let deck = self.clone();
        tokio::spawn(async move {
            deck.show_recent().await;
            deck.context.until_background_may_begin().await;
            deck.context.look_at_machine().await;
        });
    }

    /// Makes the checks of machine and workspace from now on, again whenever something changed.
    ///
    /// For hosts that show them; others ask when they want to know.
    pub fn keep_checking(&self) {
        let ended = self.background.token().child_token();
        tokio::spawn(keep_checking(
            Arc::clone(&self.health),
            Arc::clone(&self.session),
            ended,
        ));
    }

    /// Shows from now on what other processes of Dagdeck change in the settings, which are the app's and not a workspace's.
    pub fn follow_others(&self) {
        let context = Arc::clone(&self.context);
        let ended = self.background.token().child_token();
        let follow = async move {
            let mut every = tokio::time::interval(OTHERS);
            loop {
                every.tick().await;
                let context = Arc::clone(&context);
                // Only a fault of ours ends it early, and the next turn looks again.
                let _looked = tokio::task::spawn_blocking(move || context.catch_up()).await;
            }
        };
        tokio::spawn(async move { ended.run_until_cancelled(follow).await });
    }

    /// Holds back what nobody waits for (looking at the machine, comparing environments with uv) until [`Self::begin_background`]:
    /// for hosts whose first screen would have to share the processor with it.
    pub fn defer_background(&self) {
        self.context.set_awake(false);
    }

    /// Lets begin what was held back.
    pub fn begin_background(&self) {
        self.context.set_awake(true);
    }

    /// Events from now on, in batches, with the snapshot they change.
    pub fn subscribe(&self) -> Subscription {
        Subscription::new(self.context.board.subscribe())
    }

    /// How many process trees live, those that a workspace which is being closed still ends among them.
    pub async fn running_processes(&self) -> usize {
        let open = self.session.read().await.clone();
        let open = open.or_else(|| self.closing.lock().clone());
        open.map_or(0, |session| session.running_processes())
    }

    /// Whether nothing runs, nothing is being made and no operation is under way: nothing is lost if it ends now.
    pub async fn is_idle(&self) -> bool {
        let making = self.making.lock().await.clone();
        let makes = making.is_some_and(|making| making.state() == CreationState::Running);
        let operates = makes || self.context.operations.are_under_way();
        !operates && self.running_processes().await == 0
    }

    /// Stops everything and closes the workspace. Nothing we started is left when this returns.
    pub async fn shut_down(&self) {
        self.stop_making().await;
        let turn = self.opening.lock().await;
        self.close_session().await;
        drop(turn);
        // What was only asked, of the machine or of an environment.
        self.context.table.close().await;
        // Not left to the last who knows the context: that may be a task that ends with the process.
        drop(self.context.run_folder.lock().take());
        self.context.state.flush().await;
    }

    /// Stops what runs in the open workspace and closes it. From the first moment on it is open no more.
    async fn close_session(&self) {
        let session = {
            let mut open = self.session.write().await;
            self.closing.lock().clone_from(&open);
            open.take()
        };
        if let Some(session) = session {
            session.close(StoppedBy::Closing).await;
            *self.closing.lock() = None;
        }
    }

    /// Trusts a workspace, the one that is open or another.
    async fn trust(&self, root: &Path) -> CommandResult<()> {
        self.context.set_trust(root, true).await?;
        let session = self.session.read().await.clone();
        if let Some(session) = session.filter(|session| session.facts.root == root) {
            session.refresh().await;
        }
        self.context.changes.add_all();
        Ok(())
    }

    /// The open session.
    async fn opened(&self) -> Result<Arc<OpenWorkspace>, DeckError> {
        let session = self.session.read().await.clone();
        session.ok_or(DeckError::NoWorkspace)
    }
}

/// How often it is asked whether another process changed the settings: one question to SQLite, of some microseconds.
const OTHERS: Duration = Duration::from_secs(2);
/// The pause between two batches of events: 20 a second at most.
pub(crate) const BATCH: Duration = Duration::from_millis(50);
