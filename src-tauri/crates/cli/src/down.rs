//! `dagdeck down`: stops all that runs in a workspace, whoever started it and of whichever version its owner is.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use serve::Leftovers;

use crate::arguments;
use crate::control::{GOES_ON_STOPPING, told_of_the_rest};
use crate::error::{CliError, piped};
use crate::reached::{ReachedWorkspace, down_command};
use crate::runtime;
use crate::stop::Stop;

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Ended {
    /// The workspace's folder.
    root: String,
    /// Whether there was anything to stop.
    stopped: bool,
}

pub(crate) fn run(what: &arguments::Down) -> Result<(), CliError> {
    runtime::wait_for(async {
        let mut stop = Stop::listen()?;
        let place = ReachedWorkspace::of(&what.path)?;
        let stopped = tokio::select! {
            stopped = end(&place) => stopped?,
            // The owner goes on stopping.
            () = stop.requested() => {
                return told_of_the_rest(Err(CliError::Interrupted), GOES_ON_STOPPING);
            }
        };
        if !stopped {
            // What is gone may still run; what never was is a slip of the pen.
            stop.or(nothing_else_is_meant(&what.path)).await?;
        }
        let mut out = anstream::stdout().lock();
        let root = place.root.display();
        if what.json {
            crate::json::print(&Ended {
                root: place.root.display().to_string(),
                stopped,
            })
        } else if stopped {
            piped(writeln!(out, "stopped: nothing of {root} runs any more"))
        } else {
            piped(writeln!(out, "nothing of {root} runs"))
        }
    })?
}

/// Says where nothing runs that the path is not there, or that what is there runs as part of another workspace.
async fn nothing_else_is_meant(path: &Path) -> Result<(), CliError> {
    if !path.exists() {
        return crate::expected::workspace(path);
    }
    let (place, running) = (
        ReachedWorkspace::of(path)?,
        ReachedWorkspace::that_runs(path).await?,
    );
    if place.root == running.root {
        return Ok(());
    }
    let (project, around) = (place.root.display(), running.root.display());
    let stops = down_command(&running.root);
    Err(CliError::Failed(format!(
        "{project} does not run alone, but as part of {around}: `{stops}` stops that."
    )))
}

/// Stops all that the owner of a workspace runs, and the owner, of any version; and where none answers, what one left. Whether
/// there was anything.
pub(crate) async fn end(place: &ReachedWorkspace) -> Result<bool, CliError> {
    let mut ended = false;
    loop {
        if let Some(owner) = place.owner().await? {
            owner.end().await?;
            ended = true;
        }
        match place.leave_nothing().await? {
            Leftovers::None => return Ok(ended),
            Leftovers::Ended => return Ok(true),
            // One that had only begun when it was looked for.
            Leftovers::Owned => {}
        }
    }
}
