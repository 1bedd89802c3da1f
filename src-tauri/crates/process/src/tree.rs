//! Which processes belong together, and ending them. Owns the view of the system's process list; starts nothing.
//!
//! A process belongs to a tree when it is the root (same pid and same start time), is in the root's group or session,
//! descends from a member, or carries the tree's mark in its environment. The mark is what finds a grandchild that made
//! itself a session of its own and lost its parent. Which of several trees has it says [`membership`].

mod listed;
mod membership;
mod walk;

#[cfg(not(target_os = "linux"))]
#[path = "tree/elsewhere.rs"]
mod system;
#[cfg(target_os = "linux")]
#[path = "tree/linux.rs"]
mod system;

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime};

pub(crate) use listed::{Identity, KnownTree, ListedProcess};
pub(crate) use membership::owners;
pub(crate) use system::{
    age, all, boot, command, executable, is_unmarked, mark_of, pids, process, second_in_ticks,
    watch,
};
pub(crate) use walk::{Members, TreeWalk, take};

/// The variable that every process of one table carries.
pub(crate) const TABLE_MARK: &str = "DAGDECK_MARK";
/// The variable that every process of one tree carries.
pub(crate) const TREE_MARK: &str = "DAGDECK_TREE";
/// Between two looks at the process list.
const PAUSE: Duration = Duration::from_millis(25);
/// How long halting goes on while members keep appearing.
const FREEZE_LIMIT: Duration = Duration::from_millis(500);
/// How far two clocks may be apart about the start of a process.
const CLOCKS: Duration = Duration::from_secs(2);
/// How long an ending goes on for programs that are just being started. Some programs hide their command line for good.
const STARTING_LIMIT: Duration = Duration::from_secs(2);

/// How an ending goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    /// How long members may take after a polite signal; zero kills at once.
    pub(crate) polite: Duration,
    /// When to give up.
    pub(crate) limit: Duration,
    /// How many looks in a row must find nothing.
    pub(crate) clean_looks: u32,
}

/// Looks for everything that descends from these roots or carries this mark (its name and value), ourselves never among it.
///
/// Each look is a walk of its own, for what ends whole tables and what no table knows: trees inside one another make no
/// difference to it.
pub(crate) fn everything(
    roots: Vec<Identity>,
    mark: Option<(&'static str, &str)>,
) -> impl FnMut() -> Vec<Identity> {
    let name = mark.map(|(name, _)| name);
    let mut targets = [KnownTree {
        roots,
        mark: mark.map(|(_, value)| value.to_owned()),
        ..KnownTree::default()
    }];
    move || {
        let listed = all();
        let mark_of = |pid| mark_of(pid, name?);
        let owners = owners(&listed, &targets, std::process::id(), mark_of);
        let members: Vec<Identity> = listed
            .iter()
            .zip(owners)
            .filter(|(seen, owner)| !seen.ended && owner.is_some())
            .map(|(seen, _)| seen.id)
            .collect();
        targets[0].known.extend(&members);
        members
    }
}

/// Halts all members, so that none can start another while we look, and returns them.
pub(crate) fn freeze(find: &mut impl FnMut() -> Vec<Identity>) -> BTreeSet<Identity> {
    let mut halted: BTreeSet<Identity> = BTreeSet::new();
    let begun = Instant::now();
    loop {
        let fresh: Vec<Identity> = find()
            .into_iter()
            .filter(|id| !halted.contains(id))
            .collect();
        if fresh.is_empty() || begun.elapsed() > FREEZE_LIMIT {
            return halted;
        }
        for id in fresh {
            signal(id, Signal::Halt);
            halted.insert(id);
        }
    }
}

/// Ends all members, repeating until as many looks as asked for find none. `find` looks for the living ones and must itself
/// remember whom it found: one that lost its parent may show no more whose it is.
///
/// Each time they are halted first: one that starts a child while we look could else leave it behind without a parent.
pub(crate) fn end(mut find: impl FnMut() -> Vec<Identity>, ending: Ending) {
    let begun = Instant::now();
    let mut known: BTreeSet<Identity> = BTreeSet::new();
    let mut asked: BTreeSet<Identity> = BTreeSet::new();
    let mut clean = 0;
    loop {
        let polite = begun.elapsed() < ending.polite;
        let unasked = !polite || find().iter().any(|id| !asked.contains(id));
        if unasked {
            known.append(&mut freeze(&mut find));
        }
        let alive: Vec<Identity> = known.iter().copied().filter(|&id| is_alive(id)).collect();
        clean = if alive.is_empty() { clean + 1 } else { 0 };
        if clean >= ending.clean_looks {
            return;
        }
        for id in alive {
            if !polite {
                signal(id, Signal::Kill);
            } else if unasked {
                if asked.insert(id) {
                    signal(id, Signal::Terminate);
                }
                signal(id, Signal::Continue);
            }
        }
        if begun.elapsed() >= ending.limit {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}

/// Ends all members as [`end`] does, and again as long as programs are just being started: those carry no mark yet.
pub(crate) fn end_with_starting(mut find: impl FnMut() -> Vec<Identity>, ending: Ending) {
    let starting = || {
        let mut pids = pids().into_iter();
        pids.any(|pid| command(pid).is_empty() && runs_program(pid))
    };
    let mut unsure = starting();
    end(&mut find, ending);
    let ended = Instant::now();
    while unsure && ended.elapsed() < STARTING_LIMIT {
        unsure = starting();
        end(&mut find, ending);
    }
}

/// Whether this lives and runs a program of this person's. Where it has no command line, it is just being started: nobody
/// can tell yet whose it is.
pub(crate) fn runs_program(pid: u32) -> bool {
    // The system's own threads have no command line either, and no program.
    executable(pid).is_some() && process(pid).is_some_and(|seen| !seen.ended)
}

/// Whether exactly this process runs.
pub(crate) fn is_alive(id: Identity) -> bool {
    process(id.pid).is_some_and(|seen| seen.id == id && !seen.ended)
}

/// Whether a process of this pid lives that was started by then: a pid is another's once its process has ended.
pub fn lives_since(pid: u32, since: SystemTime) -> bool {
    let held = since.elapsed().unwrap_or_default();
    process(pid)
        .filter(|seen| !seen.ended)
        .and_then(|seen| age(seen.id.start))
        .is_some_and(|age| age + CLOCKS >= held)
}

/// What can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Halt,
    Continue,
    Terminate,
    Kill,
}

/// Signals one process, if it is still the one that was seen.
pub(crate) fn signal(id: Identity, which: Signal) {
    if id.pid <= 1 || id.pid == std::process::id() || !is_alive(id) {
        return;
    }
    system_signal(id.pid, which, false);
}

/// Signals a whole group. The caller must know that the group's leader has not been taken note of yet.
pub(crate) fn signal_group(leader: u32, which: Signal) {
    if leader > 1 {
        system_signal(leader, which, true);
    }
}

#[cfg(unix)]
fn system_signal(pid: u32, which: Signal, group: bool) {
    use nix::sys::signal::{self, Signal as S};
    let Ok(pid) = i32::try_from(pid) else { return };
    let pid = nix::unistd::Pid::from_raw(pid);
    let which = match which {
        Signal::Halt => S::SIGSTOP,
        Signal::Continue => S::SIGCONT,
        Signal::Terminate => S::SIGTERM,
        Signal::Kill => S::SIGKILL,
    };
    // A process that ended in between is what was wanted.
    let _gone = if group {
        signal::killpg(pid, which)
    } else {
        signal::kill(pid, which)
    };
}

#[cfg(not(unix))]
fn system_signal(pid: u32, which: Signal, _group: bool) {
    if which == Signal::Kill {
        system::terminate(pid);
    }
}
