//! What does the work of a command: a workspace's owner, or a Dagdeck of this command's own where there is no workspace to
//! run, or it is only looked at.

use std::path::Path;

use api::*;
use attach::{Attached, News};
use dagdeck::{Deck, DeckOptions, InTheWay};
use process::GuardProgram;

use crate::error::{CliError, closed, words};
use crate::reached::{Reached, ReachedWorkspace, goes_on_alone, tell_notices};
use crate::stop::Stop;

/// What does the work of a command.
pub(crate) enum Hand {
    /// A Dagdeck of this command's own, which runs no workspace.
    Own(Deck),
    /// A workspace's owner.
    Owner(Attached),
}

/// What happens, as one of them tells it.
pub(crate) enum Ear {
    /// Of one's own.
    Own(dagdeck::Subscription),
    /// Of an owner.
    Owner(attach::Subscription),
}

macro_rules! calls {
    ($($name:ident: $request:ty => $response:ty, $about:literal;)*) => {
        #[expect(dead_code, reason = "the list is whole; not every command is one for a terminal")]
        impl Hand {
            $(
                #[doc = $about]
                pub(crate) async fn $name(&self, request: $request) -> Result<$response, ApiError> {
                    match self {
                        Self::Own(deck) => Box::pin(deck.$name(request)).await,
                        Self::Owner(attached) => attached.$name(request).await,
                    }
                }
            )*
        }
    };
}

api::with_commands!(calls);

impl Hand {
    /// Dagdeck in this process, with this program as its guard.
    pub(crate) async fn own() -> Result<Self, CliError> {
        Self::own_beside(None).await
    }

    /// The same where something is in the way of whoever would run the workspace.
    async fn own_beside(in_the_way: Option<InTheWay>) -> Result<Self, CliError> {
        let program = std::env::current_exe().map_err(|error| {
            CliError::Failed(format!("can't find its own program file: {error}"))
        })?;
        let guard = GuardProgram {
            program,
            arguments: vec!["guard".into()],
        };
        let options = DeckOptions {
            in_the_way,
            ..DeckOptions::from_environment(guard)
        };
        let deck = Deck::start(options).await?;
        Ok(Self::Own(deck))
    }

    /// Has this process look at the workspace at a path, with what is in the way of whoever would run it; ends with 2 where there
    /// is no workspace.
    pub(crate) async fn looking_at(
        path: &Path,
        in_the_way: Option<InTheWay>,
    ) -> Result<Self, CliError> {
        crate::expected::workspace(path)?;
        let own = Self::own_beside(in_the_way).await?;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let request = FolderRequest {
            path: path.to_string_lossy().into_owned(),
        };
        let opened = own.workspace_open(request).await;
        if let Err(error) = opened {
            own.end().await;
            return Err(match error.code {
                ErrorCode::NotFound | ErrorCode::Invalid => CliError::NoWorkspace(words(&error)),
                _ => CliError::from(error),
            });
        }
        tell_notices(&own.snapshot_get(Nothing {}).await?);
        Ok(own)
    }

    /// Who says what would change in the workspace at a path: its owner where it has one, for that knows what would stop; else
    /// this process, so that no owner is started for a look.
    pub(crate) async fn to_look(path: &Path) -> Result<Self, CliError> {
        match Reached::if_owned(path).await? {
            Some(reached) => {
                reached.tell_first();
                Ok(Self::Owner(reached.attached))
            }
            None => Self::looking_at(path, None).await,
        }
    }

    /// The same for what runs, or ran: a project that lies in a workspace is run by that one, unless it is run alone.
    pub(crate) async fn to_look_at_what_runs(path: &Path) -> Result<Self, CliError> {
        crate::expected::workspace(path)?;
        let place = ReachedWorkspace::that_runs(path).await?;
        Self::to_look(&place.root).await
    }

    /// The workspace that is open.
    pub(crate) async fn workspace(&self) -> Result<WorkspaceView, CliError> {
        let open = self.snapshot_get(Nothing {}).await?.workspace;
        open.ok_or_else(closed)
    }

    /// Ends what is this command's own; an owner sees to itself.
    pub(crate) async fn end(&self) {
        if let Self::Own(deck) = self {
            deck.shut_down().await;
        }
    }

    /// The same, unless we are told to end before that is done: it ends with this process then.
    pub(crate) async fn end_or(&self, stop: &mut Stop) -> Result<(), CliError> {
        let end = async {
            self.end().await;
            Ok::<_, CliError>(())
        };
        stop.or(end).await
    }

    /// What is said where this terminal ends at once: what becomes of what it began.
    pub(crate) fn last_words(&self) -> String {
        match self {
            Self::Own(_) => {
                "This ends, and all that it ran. What was made so far is kept.".to_owned()
            }
            Self::Owner(attached) => goes_on_alone(attached.owner(), "with what it was told"),
        }
    }

    /// What happens from now on.
    pub(crate) async fn listen(&self) -> Result<Ear, ApiError> {
        Ok(match self {
            Self::Own(deck) => Ear::Own(deck.subscribe()),
            Self::Owner(attached) => Ear::Owner(attached.subscribe().await?.1),
        })
    }
}

impl Ear {
    /// Waits until something happened that `counts`; fails when nothing will any more.
    pub(crate) async fn until(&mut self, counts: impl Fn(&Event) -> bool) -> Result<(), CliError> {
        loop {
            let happened = match self {
                Self::Own(events) => events.next().await,
                Self::Owner(news) => match news.next().await {
                    // It may stand differently in any way.
                    Some(News::Snapshot(_)) => return Ok(()),
                    Some(News::Hosts(_)) => Some(Vec::new()),
                    Some(News::Events(events)) => Some(events),
                    None => None,
                },
            };
            let Some(happened) = happened else {
                return Err(CliError::Failed(
                    "Dagdeck's own part ended early.".to_owned(),
                ));
            };
            if happened.iter().any(|envelope| counts(&envelope.event)) {
                return Ok(());
            }
        }
    }
}
