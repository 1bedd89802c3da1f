//! Processes of a Dagdeck that is gone: an app and its guard can both be killed. Ends only what carries our mark.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
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

/// The living processes of Dagdecks that are gone, by pid.
///
/// A living Dagdeck has a guard, which names its mark in its own command line and carries none itself.
#[must_use]
pub fn left_over() -> Vec<InFolder> {
    let pids = tree::pids();
    let marks: BTreeMap<u32, String> = pids
        .iter()
        .filter_map(|&pid| Some((pid, tree::mark_of(pid, TABLE_MARK)?)))
        .collect();
    let unmarked: Vec<String> = pids
        .iter()
        .filter(|pid| !marks.contains_key(pid))
        .map(|&pid| tree::command(pid))
        .collect();
    let guarded = |mark: &str| {
        let names = |command: &String| command.split(' ').any(|word| word == mark);
        unmarked.iter().any(names)
    };
    let left = marks
        .into_iter()
        .filter(|(pid, mark)| !guarded(mark) && tree::look(*pid).is_some_and(|seen| !seen.ended));
    left.map(|(pid, _)| InFolder {
        pid,
        command: tree::command(pid),
        folder: working_folder(pid).unwrap_or_default(),
    })
    .collect()
}

/// A process that runs in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFolder {
    /// Its pid.
    pub pid: u32,
    /// Its command line.
    pub command: String,
    /// The folder it runs in, absolute; empty where the system does not say.
    pub folder: PathBuf,
}

/// The living processes that run in a folder or below it and that no Dagdeck started, by pid. None on systems that are
/// not asked yet.
#[must_use]
pub fn running_in(folder: &Path) -> Vec<InFolder> {
    let mut pids = tree::pids();
    pids.sort_unstable();
    let inside = pids.into_iter().filter_map(|pid| {
        let works = working_folder(pid).filter(|works| works.starts_with(folder))?;
        let foreign = tree::mark_of(pid, TABLE_MARK).is_none();
        foreign.then(|| InFolder {
            pid,
            command: tree::command(pid),
            folder: works,
        })
    });
    inside.collect()
}

#[cfg(target_os = "linux")]
fn working_folder(pid: u32) -> Option<PathBuf> {
    fs_err::read_link(format!("/proc/{pid}/cwd")).ok()
}

#[cfg(not(target_os = "linux"))]
fn working_folder(_: u32) -> Option<PathBuf> {
    None
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
