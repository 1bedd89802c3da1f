//! Processes of a Dagdeck that is gone: an app and its guard can both be killed. Ends only what carries our mark.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::guard;
use crate::tree::{self, Ending, TABLE_MARK};

/// How long ending one may take.
const LIMIT: Duration = Duration::from_secs(5);
/// How long it may take to end by itself once it was asked.
const POLITE: Duration = Duration::from_secs(2);
/// How long we look again while a program is just being started, and how often.
const UNSURE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(25);

/// One process that some Dagdeck started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its pid at the time of the look: it may be another's a moment later.
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

/// The living processes of Dagdecks that are gone, by pid. May wait for a second, for a guard that is just being started.
///
/// A living Dagdeck has a guard.
#[must_use]
pub fn left_over() -> Vec<InFolder> {
    let left = settled(UNSURE, MarkSurvey::take);
    let living = left
        .into_iter()
        .filter(|&pid| tree::process(pid).is_some_and(|seen| !seen.ended));
    living
        .map(|pid| InFolder {
            pid,
            command: tree::command(pid),
            folder: working_folder(pid).unwrap_or_default(),
        })
        .collect()
}

/// What one look at all processes found.
struct MarkSurvey {
    /// The marks that processes carry, by pid.
    marks: BTreeMap<u32, String>,
    /// The command lines of those that carry none.
    unmarked: Vec<String>,
    /// Whether one is just being started: it may be a guard, or guarded.
    unsure: bool,
}

impl MarkSurvey {
    fn take() -> Self {
        let marks: BTreeMap<u32, String> = tree::pids()
            .into_iter()
            .filter_map(|pid| Some((pid, tree::mark_of(pid, TABLE_MARK)?)))
            .collect();
        // Listed anew: a guard is started before what it guards, so it is there by now.
        let others = tree::pids()
            .into_iter()
            .filter(|pid| !marks.contains_key(pid));
        let (mut unmarked, mut unsure) = (Vec::new(), false);
        for pid in others {
            let command = tree::command(pid);
            unsure |= command.is_empty() && tree::runs_program(pid);
            unmarked.push(command);
        }
        Self {
            marks,
            unmarked,
            unsure,
        }
    }

    /// Those that no guard guards.
    fn left(&self) -> Vec<u32> {
        let guards = |command: &String, mark: &str| guard::is_of(command, mark);
        let guarded = |mark: &str| self.unmarked.iter().any(|command| guards(command, mark));
        let left = self.marks.iter().filter(|(_, mark)| !guarded(mark));
        left.map(|(&pid, _)| pid).collect()
    }
}

/// Looks until nothing is left or all can be told; at most `limit`.
fn settled(limit: Duration, mut look: impl FnMut() -> MarkSurvey) -> Vec<u32> {
    let begun = Instant::now();
    loop {
        let seen = look();
        let left = seen.left();
        if left.is_empty() || !seen.unsure || begun.elapsed() >= limit {
            return left;
        }
        std::thread::sleep(PAUSE);
    }
}

/// A process that runs in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFolder {
    /// Its pid at the time of the look: it may be another's a moment later.
    pub pid: u32,
    /// Its command line.
    pub command: String,
    /// The folder it runs in, absolute; empty where the system does not say.
    pub folder: PathBuf,
}

/// The living processes that run in a folder or below it and that no Dagdeck started, by pid. One that is just being
/// started is not told yet. None on systems that are not asked yet.
#[must_use]
pub fn running_in(folder: &Path) -> Vec<InFolder> {
    let mut pids = tree::pids();
    pids.sort_unstable();
    let inside = pids.into_iter().filter_map(|pid| {
        let works = working_folder(pid).filter(|works| works.starts_with(folder))?;
        // The command line first: one that is started meanwhile is then still told as what it was.
        let command = tree::command(pid);
        let foreign = tree::is_unmarked(pid, TABLE_MARK);
        foreign.then_some(InFolder {
            pid,
            command,
            folder: works,
        })
    });
    inside.collect()
}

#[cfg(target_os = "linux")]
pub(crate) fn working_folder(pid: u32) -> Option<PathBuf> {
    fs_err::read_link(format!("/proc/{pid}/cwd")).ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn working_folder(_: u32) -> Option<PathBuf> {
    None
}

/// Ends a process that some Dagdeck started, with everything it started.
///
/// # Errors
/// When it is not one of ours, or still lives after all.
pub fn end_marked(pid: u32) -> io::Result<()> {
    let Some(seen) = tree::process(pid) else {
        return Ok(());
    };
    if tree::mark_of(pid, TABLE_MARK).is_none() {
        let words = format!("process {pid} was not started by Dagdeck");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, words));
    }
    let ending = Ending {
        polite: POLITE,
        limit: LIMIT,
        clean_looks: 2,
    };
    tree::end(tree::everything(vec![seen.id], None), ending);
    if tree::is_alive(seen.id) {
        let words = format!("process {pid} does not end");
        return Err(io::Error::new(io::ErrorKind::TimedOut, words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(unmarked: &[&str], unsure: bool) -> MarkSurvey {
        MarkSurvey {
            marks: BTreeMap::from([(7, "mark".to_owned())]),
            unmarked: unmarked.iter().map(|&command| command.into()).collect(),
            unsure,
        }
    }

    #[test]
    fn what_no_guard_names_is_left() {
        assert_eq!(look(&["dagdeck guard other list"], false).left(), [7]);
        assert_eq!(look(&["dagdeck guard mark list"], false).left(), [0; 0]);
    }

    #[test]
    fn a_guard_that_is_just_being_started_is_waited_for() {
        let mut looks = [look(&[""], true), look(&["dagdeck guard mark list"], false)].into_iter();
        assert_eq!(settled(UNSURE * 60, || looks.next().unwrap()), [0; 0]);
        assert_eq!(looks.len(), 0);
    }

    #[test]
    fn one_that_never_tells_what_it_is_is_not_waited_for_long() {
        let mut looks = 0;
        let left = settled(PAUSE, || {
            looks += 1;
            look(&[""], true)
        });
        assert_eq!(left, [7]);
        assert!(looks > 1);
    }
}
