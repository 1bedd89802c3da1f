//! `dagdeck up`: launches a workspace and stays until it is told to stop.

mod joined;
mod lines;
mod progress;
mod tail;

use std::future::Future;
use std::path::Path;
use std::time::Instant;

use api::{
    ErrorCode, Event, FolderRequest, LaunchRequest, Nothing, Snapshot, Step, WorkspaceKind,
    WorkspaceView,
};
use attach::{Attached, News, Subscription};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;

use crate::arguments::Up;
use crate::end::{End, words};
use crate::trust;
use joined::Joined;
use progress::{Outcome, Progress};
use tail::Tail;

/// What is said when the owner ends while this terminal watches.
const GONE: &str =
    "The Dagdeck process that runs this workspace has ended, and with it all that it ran.";

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
    let joining = Joined::to(&what.path);
    let joined = tokio::select! {
        joined = joining => joined?,
        () = stop.told() => return Err(End::Interrupted),
    };
    let leave = trust::leave(&joined.workspace, what.trust)?;
    let attached = &joined.attached;
    if leave.run {
        attached.workspace_trust(Nothing {}).await?;
    }
    joined.say(&what)?;
    let request = LaunchRequest {
        locations: what.locations.clone(),
        port: what.port.filter(|_| !joined.serves()),
        make_deployment: leave.make,
    };
    let joins = joined.joins();
    let progress = Progress::new(what.json, &joined.workspace, &what.locations);
    let tail = if what.json {
        None
    } else {
        Some(Tail::open(attached).await?)
    };
    progress.started()?;
    let session = Session {
        attached,
        news: joined.news,
        shown: joined.shown,
        tail,
        progress,
        detach: what.detach,
        joins,
    };
    let (end, told) = Box::pin(session.run(request, &mut stop)).await;
    if matches!(end, Ok(Kept::Detached)) {
        attached.detach().await?;
        progress::goes_on(what.json, &joined.workspace)?;
        return Ok(());
    }
    let mut left = std::pin::pin!(attached.leave());
    let mut patience = u8::from(!told);
    let stopped = loop {
        tokio::select! {
            left = &mut left => match left {
                Ok(stopped) => break stopped,
                // The owner is gone, and with it everything.
                Err(_) => break true,
            },
            () = stop.told() => match patience.checked_sub(1) {
                Some(left) => {
                    patience = left;
                    progress::stopping();
                }
                // Told twice: we end at once, and the owner goes on stopping.
                None => std::process::exit(130),
            },
        }
    };
    if stopped {
        progress::stopped(what.json)?;
    } else {
        progress::goes_on(what.json, &joined.workspace)?;
    }
    end.map(drop)
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

/// What is left behind where nothing went wrong.
enum Kept {
    /// What runs goes on without this terminal.
    Detached,
    /// We were told to end.
    Told,
}

/// From the launch on: prints what happens until it is over.
struct Session<'a> {
    attached: &'a Attached,
    news: Subscription,
    /// How everything stands.
    shown: Snapshot,
    tail: Option<Tail>,
    progress: Progress,
    /// Whether to go as soon as all have settled.
    detach: bool,
    /// Whether it ran before, so that it goes on without this terminal.
    joins: bool,
}

impl Session<'_> {
    /// Goes on until it is over, or we are told to end; the second answer is whether we were told.
    async fn run(mut self, request: LaunchRequest, stop: &mut Stop) -> (Result<Kept, End>, bool) {
        let over = tokio::select! {
            end = self.follow(request) => Some(end),
            () = stop.told() => None,
        };
        match over {
            Some(end) => (end.map(|()| Kept::Detached), false),
            None => {
                if !self.joins {
                    progress::stopping();
                }
                (
                    if self.joins || self.progress.over() {
                        Ok(Kept::Told)
                    } else {
                        Err(End::Interrupted)
                    },
                    true,
                )
            }
        }
    }

    /// Says what happens, until nothing is served, or all have settled and we are to go.
    async fn follow(&mut self, request: LaunchRequest) -> Result<(), End> {
        let begun = Instant::now();
        let attached = self.attached.clone();
        let launch = attached.launch(request);
        tokio::pin!(launch);
        let mut launched = false;
        loop {
            let (mut changed, mut grew) = (false, false);
            tokio::select! {
                done = &mut launch, if !launched => {
                    done?;
                    launched = true;
                    changed = true;
                    // The launch is over once it shows that it began.
                    self.shown = attached.snapshot_get(Nothing {}).await?;
                }
                news = self.news.next() => match news {
                    Some(News::Snapshot(snapshot)) => {
                        self.shown = *snapshot;
                        (changed, grew) = (true, true);
                    }
                    Some(News::Events(events)) => {
                        for envelope in events {
                            match envelope.event {
                                Event::LogGrew { .. } => grew = true,
                                Event::MetricsMeasured { .. }
                                | Event::ErrorsCounted { .. }
                                | Event::OperationChanged { .. } => {}
                                _ => changed = true,
                            }
                            if api::step(&self.shown, &envelope) == Step::Next {
                                api::apply(&mut self.shown, envelope);
                            }
                        }
                    }
                    Some(News::Hosts(_)) => {}
                    None => return Err(End::Failed(GONE.to_owned())),
                },
            }
            if grew {
                self.print().await?;
            }
            if changed && self.look(launched, begun).await? && self.detach {
                return Ok(());
            }
        }
    }

    /// Prints what the logs gained.
    async fn print(&mut self) -> Result<(), End> {
        match &mut self.tail {
            Some(tail) => tail.print(self.attached, self.progress.names()).await,
            None => Ok(()),
        }
    }

    /// Looks at where everything stands, and says what is new; whether all have settled.
    async fn look(&mut self, launched: bool, begun: Instant) -> Result<bool, End> {
        let Some(workspace) = self.shown.workspace.clone() else {
            return Ok(false);
        };
        self.progress.see(&workspace)?;
        if !launched || workspace.launch.active || self.progress.over() {
            return Ok(self.progress.over());
        }
        self.print().await?;
        match self.progress.settled(&workspace, begun.elapsed())? {
            Outcome::Serving => Ok(true),
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
