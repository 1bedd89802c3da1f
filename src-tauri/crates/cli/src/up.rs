//! `dagdeck up`: launches a workspace and stays until it is told to stop.

mod lines;
mod progress;
mod tail;

use std::future::Future;
use std::path::Path;
use std::time::Instant;

use api::{ErrorCode, Event, FolderRequest, LaunchRequest, Nothing, WorkspaceKind, WorkspaceView};
use dagdeck::{Deck, DeckOptions, Subscription};
use process::GuardProgram;

use crate::arguments::Up;
use crate::end::{End, words};
use crate::trust;
use progress::{Outcome, Progress};
use tail::Tail;

pub(crate) fn run(what: Up) -> Result<(), End> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| End::Failed(format!("can't begin: {error}")))?;
    runtime.block_on(up(what))
}

async fn up(what: Up) -> Result<(), End> {
    // Before anything is started, so that no signal finds us without an ear.
    let mut stop = Stop::listen()?;
    let deck = start().await?;
    let workspace = open(&deck, &what.path).await?;
    let leave = trust::leave(&workspace, what.trust)?;
    if leave.run {
        deck.workspace_trust(Nothing {}).await?;
    }
    let request = LaunchRequest {
        locations: what.locations.clone(),
        port: what.port,
        make_deployment: leave.make,
    };
    let progress = Progress::new(what.json, &workspace, &what.locations);
    let events = deck.subscribe();
    let tail = if what.json {
        None
    } else {
        Some(Tail::open(&deck).await?)
    };
    progress.started()?;
    let session = Session {
        deck: &deck,
        events,
        tail,
        progress,
    };
    let (end, told) = Box::pin(session.run(request, &mut stop)).await;
    let mut down = std::pin::pin!(deck.shut_down());
    let mut patience = u8::from(!told);
    loop {
        tokio::select! {
            () = &mut down => break,
            () = stop.told() => match patience.checked_sub(1) {
                Some(left) => {
                    patience = left;
                    progress::stopping();
                }
                // Told twice: we end at once, and the guard ends what still runs.
                None => std::process::exit(130),
            },
        }
    }
    progress::stopped(what.json)?;
    end
}

/// Dagdeck, with this program as its guard.
pub(crate) async fn start() -> Result<Deck, End> {
    let program = std::env::current_exe()
        .map_err(|error| End::Failed(format!("can't find its own program file: {error}")))?;
    let guard = GuardProgram {
        program,
        arguments: vec!["guard".into()],
    };
    Ok(Deck::start(DeckOptions::from_environment(guard)).await?)
}

/// Opens the workspace at a path; ends with 2 where there is none.
pub(crate) async fn open(deck: &Deck, path: &Path) -> Result<WorkspaceView, End> {
    // Says in its own words why a folder is no workspace, and what is nearby.
    crate::status::read(path, false)?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let request = FolderRequest {
        path: path.to_string_lossy().into_owned(),
    };
    let snapshot = deck
        .workspace_open(request)
        .await
        .map_err(|error| match error.code {
            ErrorCode::NotFound | ErrorCode::Invalid => End::NoWorkspace(words(&error)),
            _ => End::from(error),
        })?;
    match snapshot.workspace {
        Some(workspace) if workspace.kind != WorkspaceKind::NotAWorkspace => Ok(workspace),
        _ => Err(End::NoWorkspace(format!(
            "{} is not a Dagster workspace or project.",
            path.display()
        ))),
    }
}

/// From the launch on: prints what happens until it is over.
struct Session<'a> {
    deck: &'a Deck,
    events: Subscription,
    tail: Option<Tail>,
    progress: Progress,
}

impl Session<'_> {
    /// Goes on until it is over, or we are told to end; the second answer is whether we were told.
    async fn run(mut self, request: LaunchRequest, stop: &mut Stop) -> (Result<(), End>, bool) {
        let over = tokio::select! {
            end = self.follow(request) => Some(end),
            () = stop.told() => None,
        };
        match over {
            Some(end) => (end, false),
            None => {
                progress::stopping();
                (
                    if self.progress.over() {
                        Ok(())
                    } else {
                        Err(End::Interrupted)
                    },
                    true,
                )
            }
        }
    }

    /// Says what happens, until nothing is served.
    async fn follow(&mut self, request: LaunchRequest) -> Result<(), End> {
        let begun = Instant::now();
        let deck = self.deck.clone();
        let launch = deck.launch(request);
        tokio::pin!(launch);
        let mut launched = false;
        loop {
            tokio::select! {
                done = &mut launch, if !launched => {
                    done?;
                    launched = true;
                    self.look(launched, begun).await?;
                }
                batch = self.events.next() => {
                    let Some(batch) = batch else { return Err(End::Failed("Dagdeck's own part ended early.".to_owned())) };
                    let (mut changed, mut grew) = (false, false);
                    for envelope in &batch {
                        match envelope.event {
                            Event::LogGrew { .. } => grew = true,
                            Event::MetricsMeasured { .. } | Event::ErrorsCounted { .. } | Event::OperationChanged { .. } => {}
                            _ => changed = true,
                        }
                    }
                    if grew {
                        self.print().await?;
                    }
                    if changed {
                        self.look(launched, begun).await?;
                    }
                }
            }
        }
    }

    /// Prints what the logs gained.
    async fn print(&mut self) -> Result<(), End> {
        match &mut self.tail {
            Some(tail) => tail.print(self.deck, self.progress.names()).await,
            None => Ok(()),
        }
    }

    /// Looks at where everything stands, and says what is new.
    async fn look(&mut self, launched: bool, begun: Instant) -> Result<(), End> {
        let Some(workspace) = self.deck.snapshot_get(Nothing {}).await?.workspace else {
            return Ok(());
        };
        self.progress.see(&workspace)?;
        if !launched || workspace.launch.active || self.progress.over() {
            return Ok(());
        }
        self.print().await?;
        match self.progress.settled(&workspace, begun.elapsed())? {
            Outcome::Serving => Ok(()),
            Outcome::Nothing => Err(End::NothingServed),
        }
    }
}

/// The wish of a person or the system that we end.
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Stop {
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self, End> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let signals: std::io::Result<Vec<_>> = kinds.into_iter().map(signal).collect();
        let signals =
            signals.map_err(|error| End::Failed(format!("can't listen for Ctrl-C: {error}")))?;
        Ok(Self { signals })
    }

    /// Waits until we are told to end.
    #[cfg(unix)]
    pub(crate) fn told(&mut self) -> impl Future<Output = ()> + '_ {
        std::future::poll_fn(|context| {
            let told = self
                .signals
                .iter_mut()
                .any(|signal| signal.poll_recv(context).is_ready());
            if told {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> Result<Self, End> {
        Ok(Self {})
    }

    /// Waits until we are told to end.
    #[cfg(not(unix))]
    pub(crate) async fn told(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
