//! `dagdeck up`: launches a workspace and stays until it is told to stop.

mod joined;
mod leaving;
mod lines;
mod progress;
mod tail;

use std::time::Instant;

use api::{ApiError, ErrorCode, LaunchRequest, Nothing};
use attach::Attached;

use crate::arguments::Up;
use crate::error::CliError;
use crate::reached::{Current, New, Reached, ReachedWorkspace};
use crate::runtime;
use crate::stop::Stop;
use crate::trust;
use joined::{Joined, only_leaves};
use leaving::{AfterLeaving, Leaving};
use progress::{LaunchOutcome, LaunchProgress};
use tail::Tail;

/// Another host has all stopped: an owner that goes closes its workspace first.
fn stopped_elsewhere() -> CliError {
    CliError::Failed("It was stopped: by `dagdeck down`, or where else it is shown.".to_owned())
}

/// Why a log can't be read on: it is closed with its workspace.
fn refused(error: ApiError) -> CliError {
    match error.code {
        ErrorCode::NotFound => stopped_elsewhere(),
        _ => error.into(),
    }
}

pub(crate) fn run(what: Up) -> Result<(), CliError> {
    runtime::wait_for(up(what))?
}

async fn up(what: Up) -> Result<(), CliError> {
    // Before anything is started, so that no signal finds us without an ear.
    let mut stop = Stop::listen()?;
    let joining = Joined::to(&what.path, what.restart);
    let joined = tokio::select! {
        joined = joining => joined?,
        () = stop.requested() => return Err(CliError::Interrupted),
    };
    joined.print_joined(&what);
    let leave = tokio::select! {
        leave = trust::leave(&joined.reached.workspace, what.trust) => leave?,
        () = stop.requested() => return Err(CliError::Interrupted),
    };
    if leave.run {
        joined.reached.trust().await?;
    }
    let request = LaunchRequest {
        locations: what.locations.clone(),
        port: what.port.filter(|_| !joined.serves()),
        make_deployment: leave.make,
    };
    let joins = joined.joins;
    let Reached {
        attached,
        current,
        workspace,
        ..
    } = joined.reached;
    let progress = LaunchProgress::new(what.json, &workspace, &what.locations);
    let tail = if what.json {
        None
    } else {
        Some(Tail::open(&attached).await?)
    };
    progress.started()?;
    let foreground = ForegroundUp {
        attached: &attached,
        current,
        tail,
        progress,
        detach: what.detach,
        joins,
        launched: false,
    };
    let followed = Box::pin(foreground.run(request, &mut stop)).await;
    if matches!(followed.end, Ok(LeftBehind::Detached)) {
        attached.detach().await?;
        progress::print_goes_on(what.json, &workspace)?;
        return Ok(());
    }
    let leaving = Leaving {
        place: ReachedWorkspace::of(&what.path)?,
        attached,
        joins,
        interrupted: followed.interrupted,
    };
    match leaving.leave(&mut stop).await? {
        AfterLeaving::Stopped if followed.launched => progress::stopped(what.json)?,
        // Nothing had been started.
        AfterLeaving::Stopped => {}
        AfterLeaving::GoesOn => progress::print_goes_on(what.json, &workspace)?,
        AfterLeaving::Unknown(pid) => progress::note(&format!(
            "The process that runs it (pid {pid}) does not answer: this terminal leaves."
        )),
    }
    followed.end.map(drop)
}

/// What is left behind where nothing went wrong.
enum LeftBehind {
    /// What runs goes on without this terminal.
    Detached,
    /// We were told to end.
    Interrupted,
}

/// From the launch on: prints what happens until it is over.
struct ForegroundUp<'a> {
    attached: &'a Attached,
    current: Current,
    tail: Option<Tail>,
    progress: LaunchProgress,
    /// Whether to go as soon as all have settled.
    detach: bool,
    /// Whether it ran before, so that it goes on without this terminal.
    joins: bool,
    /// Whether the launch has begun.
    launched: bool,
}

/// How it went until it was over.
struct Followed {
    end: Result<LeftBehind, CliError>,
    /// Whether we were told to end.
    interrupted: bool,
    /// Whether the launch had begun.
    launched: bool,
}

impl ForegroundUp<'_> {
    /// Goes on until it is over, or we are told to end.
    async fn run(mut self, request: LaunchRequest, stop: &mut Stop) -> Followed {
        let over = tokio::select! {
            end = self.follow(request) => Some(end),
            () = stop.requested() => None,
        };
        let launched = self.launched;
        match over {
            Some(end) => Followed {
                end: end.map(|()| LeftBehind::Detached),
                interrupted: false,
                launched,
            },
            None => {
                match only_leaves(self.joins, self.current.hosts) {
                    None => progress::stopping(),
                    Some("") => {}
                    Some(why) => progress::note(why),
                }
                Followed {
                    end: if self.joins || self.progress.over() {
                        Ok(LeftBehind::Interrupted)
                    } else {
                        Err(CliError::Interrupted)
                    },
                    interrupted: true,
                    launched: true,
                }
            }
        }
    }

    /// Says what happens, until nothing is served, or all have settled and we are to go.
    async fn follow(&mut self, request: LaunchRequest) -> Result<(), CliError> {
        let begun = Instant::now();
        let attached = self.attached.clone();
        let launch = attached.launch(request);
        tokio::pin!(launch);
        loop {
            let new = tokio::select! {
                done = &mut launch, if !self.launched => {
                    done?;
                    self.launched = true;
                    // The launch is over once it shows that it began.
                    self.current.shown = attached.snapshot_get(Nothing {}).await?;
                    New { changed: true, grew: false }
                }
                new = self.current.next() => new?,
            };
            if new.grew {
                self.print().await?;
            }
            if new.changed && self.print_changes(begun).await? && self.detach {
                return Ok(());
            }
        }
    }

    /// Prints what the logs gained.
    async fn print(&mut self) -> Result<(), CliError> {
        match &mut self.tail {
            Some(tail) => tail.print(self.attached, self.progress.names()).await,
            None => Ok(()),
        }
    }

    /// Looks at where everything stands, and says what is new; whether all have settled.
    async fn print_changes(&mut self, begun: Instant) -> Result<bool, CliError> {
        let Some(workspace) = self.current.shown.workspace.clone() else {
            return Err(stopped_elsewhere());
        };
        self.progress.see(&workspace)?;
        if !self.launched || workspace.launch.active || self.progress.over() {
            return Ok(self.progress.over());
        }
        self.print().await?;
        match self.progress.settled(&workspace, begun.elapsed())? {
            LaunchOutcome::Serving => Ok(true),
            LaunchOutcome::Nothing => Err(CliError::NothingServed),
        }
    }
}
