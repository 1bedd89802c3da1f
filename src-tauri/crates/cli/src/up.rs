//! `dagdeck up`: launches a workspace and stays until it is told to stop.

mod joined;
mod leaving;
mod lines;
mod output;
mod progress;
mod services;
mod tail;

pub(crate) use lines::{Names, lines, row_line, row_text};
#[cfg(test)]
pub(crate) use progress::Said;
pub(crate) use progress::ready_line;
pub(crate) use services::ServiceLine;

use std::time::Instant;

use api::{ApiError, ErrorCode, LaunchRequest, Nothing};
use attach::Attached;

use crate::arguments::Up;
use crate::error::CliError;
use crate::names::known;
use crate::reached::{Current, New, Reached, ReachedWorkspace, goes_on_alone};
use crate::runtime;
use crate::stop::Stop;
use crate::trust;
use joined::{Joined, only_leaves};
use leaving::{AfterLeaving, Leaving};
use output::Output;
use progress::{LaunchOutcome, LaunchProgress};
use tail::Tail;

/// Another host has all stopped: an owner that goes closes its workspace first.
fn stopped_elsewhere() -> CliError {
    CliError::Failed(
        "It was stopped: by `dagdeck down`, from another window or terminal, or because the one that held it ended."
            .to_owned(),
    )
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
    let mut joined = stop.or(joining).await?;
    stop.or(joined.reached.read_folder()).await?;
    known(&joined.reached.workspace, &what.locations)?;
    joined.print_joined(&what);
    let asking = trust::leave(&joined.reached.workspace, what.trust);
    let leave = stop.or(asking).await?;
    if leave.run {
        stop.or(joined.reached.trust()).await?;
    }
    let request = LaunchRequest {
        locations: what.locations.clone(),
        port: what.port.filter(|_| !joined.serves()),
        same_port: false,
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
        Some(stop.or(Tail::open(&attached)).await?)
    };
    let output = Output::begin()?;
    stop.or(progress.started(&output)).await?;
    let foreground = ForegroundUp {
        attached: &attached,
        output: &output,
        current,
        tail,
        progress,
        detach: what.detach,
        joins,
        launched: false,
        behind: false,
    };
    let mut followed = Box::pin(foreground.run(request, &mut stop)).await;
    if matches!(followed.end, Ok(LeftBehind::Detached)) {
        detach(&attached, &mut stop, &output).await?;
        let goes_on = progress::goes_on(what.json, &workspace)?;
        return output.end(goes_on).await;
    }
    let place = ReachedWorkspace::of(&what.path)?;
    // What is stopped while it is launched is not served either.
    if matches!(followed.end, Err(CliError::NothingServed))
        && place.has_ended(attached.owner()).await
    {
        followed.end = Err(stopped_elsewhere());
    }
    let leaving = Leaving {
        place,
        attached,
        joins,
        interrupted: followed.interrupted,
    };
    let last = match leaving.leave(&mut stop, &output).await? {
        AfterLeaving::Stopped if followed.launched => progress::stopped(what.json)?,
        // Nothing had been started.
        AfterLeaving::Stopped => String::new(),
        AfterLeaving::GoesOn => progress::goes_on(what.json, &workspace)?,
        AfterLeaving::Unknown(pid) => {
            output.note(&format!(
                "The process that runs it (pid {pid}) does not answer: this terminal leaves."
            ));
            String::new()
        }
    };
    output.end(last).await?;
    followed.end.map(drop)
}

/// Says that what runs shall go on without this terminal. Told to end meanwhile, we can't know whether that was heard, and end.
async fn detach(attached: &Attached, stop: &mut Stop, output: &Output) -> Result<(), CliError> {
    tokio::select! {
        detached = attached.detach() => Ok(detached?),
        () = stop.requested() => {
            let last_words = goes_on_alone(attached.owner(), "with what it runs");
            output.end_at_once(&last_words).await
        }
    }
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
    output: &'a Output,
    current: Current,
    tail: Option<Tail>,
    progress: LaunchProgress,
    /// Whether to go as soon as all have settled.
    detach: bool,
    /// Whether it ran before, so that it goes on without this terminal.
    joins: bool,
    /// Whether the launch has begun.
    launched: bool,
    /// Whether the logs may hold more than was printed.
    behind: bool,
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
                    None => self.output.note(progress::STOPPING),
                    Some("") => {}
                    Some(why) => self.output.note(why),
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
                biased;
                done = &mut launch, if !self.launched => {
                    done?;
                    self.launched = true;
                    // The launch is over once it shows that it began.
                    self.current.shown = attached.snapshot_get(Nothing {}).await?;
                    New { changed: true, grew: false }
                }
                new = self.current.next() => new?,
                // Nothing else is new.
                () = std::future::ready(()), if self.behind => New::default(),
            };
            self.behind |= new.grew;
            self.print_some().await?;
            if new.changed && self.print_changes(begun).await? && self.detach {
                return Ok(());
            }
        }
    }

    /// Prints some of what the logs gained. Not all at once: what is printed faster than it can be shown holds up no news.
    async fn print_some(&mut self) -> Result<(), CliError> {
        self.behind = match &mut self.tail {
            Some(tail) if self.behind => {
                let names = self.progress.names();
                tail.print_some(self.attached, names, self.output).await?
            }
            _ => false,
        };
        Ok(())
    }

    /// Looks at where everything stands, and says what is new; whether all have settled.
    async fn print_changes(&mut self, begun: Instant) -> Result<bool, CliError> {
        let Some(workspace) = self.current.shown.workspace.clone() else {
            return Err(stopped_elsewhere());
        };
        self.progress.see(&workspace, self.output).await?;
        if !self.launched || workspace.launch.active || self.progress.over() {
            return Ok(self.progress.over());
        }
        // What was printed on the way comes first.
        self.behind = true;
        self.print_some().await?;
        let elapsed = begun.elapsed();
        let settled = self.progress.settled(&workspace, elapsed, self.output);
        match settled.await? {
            LaunchOutcome::Serving => Ok(true),
            LaunchOutcome::Nothing => Err(CliError::NothingServed),
        }
    }
}
