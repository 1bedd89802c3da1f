//! Processes of a Dagdeck that is gone: an app and its guard can both be killed. Ends only what carries our mark.

use std::io;
use std::time::Duration;

use crate::tree::{self, Ending, TABLE_MARK, Target};

/// How long ending one may take.
const LIMIT: Duration = Duration::from_secs(5);
/// How long it may take to end by itself once it was asked.
const POLITE: Duration = Duration::from_secs(2);

/// One process that some Dagdeck started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its pid.
    pub pid: u32,
    /// Its command line.
    pub command: String,
}

/// Every living process that some Dagdeck started, this one's included, by pid.
#[must_use]
pub fn marked() -> Vec<Marked> {
    let mut pids = tree::pids();
    pids.sort_unstable();
    let marked = pids
        .into_iter()
        .filter(|&pid| tree::mark_of(pid, TABLE_MARK).is_some());
    marked
        .map(|pid| Marked {
            pid,
            command: tree::command(pid),
        })
        .collect()
}

/// Ends a process that some Dagdeck started, with everything it started.
///
/// # Errors
/// When it is not one of ours, or still lives after all.
pub fn end_marked(pid: u32) -> io::Result<()> {
    let Some(seen) = tree::look(pid) else {
        return Ok(());
    };
    if tree::mark_of(pid, TABLE_MARK).is_none() {
        let words = format!("process {pid} was not started by Dagdeck");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    let target = Target {
        roots: vec![seen.id],
        ..Target::default()
    };
    let ending = Ending {
        polite: POLITE,
        limit: LIMIT,
        clean_looks: 2,
    };
    tree::end(&target, ending);
    if tree::is_alive(seen.id) {
        let words = format!("process {pid} does not end");
        return Err(io::Error::new(io::ErrorKind::TimedOut, words));
    }
    Ok(())
}
