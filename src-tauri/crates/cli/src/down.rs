//! `dagdeck down`: stops all that runs in a workspace, whoever started it and of whichever version its owner is.

use std::io::Write as _;

use crate::arguments;
use crate::error::{CliError, piped};
use crate::reached::ReachedWorkspace;
use crate::runtime;
use crate::stop::Stop;

pub(crate) fn run(what: &arguments::Down) -> Result<(), CliError> {
    runtime::run(async {
        let mut stop = Stop::listen()?;
        let place = ReachedWorkspace::of(&what.path)?;
        let stopped = tokio::select! {
            stopped = end(&place) => stopped?,
            // The owner goes on stopping.
            () = stop.told() => return Err(CliError::Interrupted),
        };
        let mut out = anstream::stdout().lock();
        let root = place.root.display();
        if what.json {
            let told = serde_json::json!({ "root": place.root, "stopped": stopped });
            piped(writeln!(out, "{told}"))
        } else if stopped {
            piped(writeln!(out, "stopped: nothing of {root} runs any more"))
        } else {
            piped(writeln!(out, "nothing of {root} runs"))
        }
    })
}

/// Stops all that the owner of a workspace runs, and the owner, of any version; whether there was one.
pub(crate) async fn end(place: &ReachedWorkspace) -> Result<bool, CliError> {
    match place.owner().await? {
        Some(owner) => {
            owner.end().await?;
            Ok(true)
        }
        None => Ok(false),
    }
}
