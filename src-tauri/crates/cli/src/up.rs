//! `dagdeck up`: launches a workspace and stays until it is told to stop.

mod joined;
mod lines;
mod progress;
mod tail;

use std::time::Instant;

use api::{LaunchRequest, Nothing};
use attach::Attached;

use crate::arguments::Up;
use crate::error::CliError;
use crate::reached::{Current, New, Reached};
use crate::runtime;
use crate::stop::Stop;
use crate::trust;
use joined::{Joined, only_leaves};
use progress::{LaunchOutcome, LaunchProgress};
use tail::Tail;

pub(crate) fn run(what: Up) -> Result<(), CliError> {
    runtime::run(up(what))
}

async fn up(what: Up) -> Result<(), CliError> {
    // Before anything is started, so that no signal finds us without an ear.
    let mut stop = Stop::listen()?;
    let joining = Joined::to(&what.path, what.restart);
    let joined = tokio::select! {
        joined = joining => joined?,
        () = stop.told() => return Err(CliError::Interrupted),
    };
    let leave = trust::leave(&joined.reached.workspace, what.trust)?;
    if leave.run {
        joined.reached.trust().await?;
    }
    joined.print_joined(&what);
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
    let session = ForegroundUp {
        attached: &attached,
        current,
        tail,
        progress,
        detach: what.detach,
        joins,
    };
    let (end, told) = Box::pin(session.run(request, &mut stop)).await;
    if matches!(end, Ok(LeftBehind::Detached)) {
        attached.detach().await?;
        progress::print_goes_on(what.json, &workspace)?;
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
        progress::print_goes_on(what.json, &workspace)?;
    }
    end.map(drop)
}

/// What is left behind where nothing went wrong.
enum LeftBehind {
    /// What runs goes on without this terminal.
    Detached,
    /// We were told to end.
    Told,
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
}

impl ForegroundUp<'_> {
    /// Goes on until it is over, or we are told to end; the second answer is whether we were told.
    async fn run(
        mut self,
        request: LaunchRequest,
        stop: &mut Stop,
    ) -> (Result<LeftBehind, CliError>, bool) {
        let over = tokio::select! {
            end = self.follow(request) => Some(end),
            () = stop.told() => None,
        };
        match over {
            Some(end) => (end.map(|()| LeftBehind::Detached), false),
            None => {
                match only_leaves(self.joins, self.current.hosts) {
                    None => progress::stopping(),
                    Some("") => {}
                    Some(why) => progress::note(why),
                }
                (
                    if self.joins || self.progress.over() {
                        Ok(LeftBehind::Told)
                    } else {
                        Err(CliError::Interrupted)
                    },
                    true,
                )
            }
        }
    }

    /// Says what happens, until nothing is served, or all have settled and we are to go.
    async fn follow(&mut self, request: LaunchRequest) -> Result<(), CliError> {
        let begun = Instant::now();
        let attached = self.attached.clone();
        let launch = attached.launch(request);
        tokio::pin!(launch);
        let mut launched = false;
        loop {
            let new = tokio::select! {
                done = &mut launch, if !launched => {
                    done?;
                    launched = true;
                    // The launch is over once it shows that it began.
                    self.current.shown = attached.snapshot_get(Nothing {}).await?;
                    New { changed: true, grew: false }
                }
                new = self.current.next() => new?,
            };
            if new.grew {
                self.print().await?;
            }
            if new.changed && self.look(launched, begun).await? && self.detach {
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
    async fn look(&mut self, launched: bool, begun: Instant) -> Result<bool, CliError> {
        let Some(workspace) = self.current.shown.workspace.clone() else {
            return Ok(false);
        };
        self.progress.see(&workspace)?;
        if !launched || workspace.launch.active || self.progress.over() {
            return Ok(self.progress.over());
        }
        self.print().await?;
        match self.progress.settled(&workspace, begun.elapsed())? {
            LaunchOutcome::Serving => Ok(true),
            LaunchOutcome::Nothing => Err(CliError::NothingServed),
        }
    }
}
