//! One running program and its tree: knowing when it ended, and ending it. Refuses to decide whether it should run.

mod adopt;
mod begin;
mod launch;
mod pump;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::timeout;

pub(crate) use adopt::adopt;
#[cfg(unix)]
pub(crate) use begin::die_with_us;
pub(crate) use begin::{begin, prepare};
pub(crate) use launch::{Registrar, launch};
pub use pump::OutputSink;
pub(crate) use pump::{Captured, Output};

use crate::command::CommandLine;
use crate::exit::Exit;
use crate::tree::{self, Ending, Identity, KnownTree, Members, Signal};

/// How long a killed tree may take before we stop waiting for the system.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// How long those that a program left behind may take to end politely.
const POLITE: Duration = Duration::from_millis(600);
/// How late an exit may be known when somebody of the tree stays, or holds the pipes and says nothing.
const LATEST: Duration = Duration::from_secs(1);

/// A polite request to end. Whether the program took it shows by its ending.
pub type Asking = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How a program is stopped: asked, then told, then killed, each step with its grace.
pub struct StopPlan {
    /// The polite request, if the program understands one.
    pub ask: Option<Asking>,
    /// How long the request and its effect may take together.
    pub ask_grace: Duration,
    /// How long it may take after SIGTERM.
    pub term_grace: Duration,
}

impl StopPlan {
    /// SIGTERM at once, SIGKILL after `term_grace`.
    #[must_use]
    pub fn terminate(term_grace: Duration) -> Self {
        Self {
            ask: None,
            ask_grace: Duration::ZERO,
            term_grace,
        }
    }

    /// Asks first.
    #[must_use]
    pub fn ask(ask: Asking, ask_grace: Duration, term_grace: Duration) -> Self {
        Self {
            ask: Some(ask),
            ask_grace,
            term_grace,
        }
    }
}

/// A handle on one running program. Clones are the same program; dropping them all leaves it running.
#[derive(Clone)]
pub struct Child {
    pub(crate) tree: Arc<Tree>,
}

/// What is known of a running program, shared by its handles and the thread that waits for it.
pub(crate) struct Tree {
    pub(crate) root: Identity,
    /// What its members are marked with; none for one that was adopted.
    pub(crate) mark: Option<String>,
    /// The mark that the members of an adopted one carry from where it was forked.
    pub(crate) inherited: Option<String>,
    /// The root of the tree that it was adopted from.
    pub(crate) within: Mutex<Option<Identity>>,
    pub(crate) command: CommandLine,
    pub(crate) started_at: SystemTime,
    /// Set when we stop it: its end is then no crash.
    pub(crate) stopping: AtomicBool,
    /// Set when we kill it: nothing of it is asked politely any more.
    pub(crate) killing: AtomicBool,
    /// False once the system has forgotten the root and its pid may be anyone's. Held while a group is signalled.
    pub(crate) signallable: Mutex<bool>,
    /// The members seen so far that still live.
    pub(crate) known: Mutex<BTreeSet<Identity>>,
    /// Members whose environment does not tell that they are ours: the guard was told of these.
    pub(crate) unmarked: Mutex<BTreeSet<Identity>>,
    pub(crate) registrar: Arc<dyn Registrar>,
    pub(crate) exit: watch::Sender<Option<Exit>>,
}

impl Tree {
    /// What shows who belongs to it.
    pub(crate) fn target(&self) -> KnownTree {
        KnownTree {
            roots: vec![self.root],
            known: self.known.lock().clone(),
            mark: self.mark.clone(),
            inherited: self.inherited.clone(),
            within: *self.within.lock(),
        }
    }

    /// Ends what its root left behind: politely, unless it is being killed. For threads that may block.
    fn end_what_is_left(&self) {
        let killing = self.killing.load(Ordering::Acquire);
        let polite = if killing { Duration::ZERO } else { POLITE };
        tree::end(
            || self.members().all,
            Ending {
                polite,
                limit: LATEST,
                clean_looks: 1,
            },
        );
    }

    /// Looks for its members. For threads that may block.
    pub(crate) fn members(&self) -> Members {
        self.registrar.looks().wait().of(self.root)
    }

    /// Keeps who was seen to be a member, and returns who had not been before. Some are only given away by their parents,
    /// which works no longer than the parents live.
    pub(crate) fn keep(&self, members: &[Identity]) -> Vec<Identity> {
        let mut known = self.known.lock();
        let fresh = |id: &Identity| *id != self.root && !known.contains(id);
        let fresh: Vec<Identity> = members.iter().copied().filter(fresh).collect();
        let seen: BTreeSet<Identity> = members.iter().copied().collect();
        known.retain(|id| seen.contains(id) || tree::is_alive(*id));
        known.extend(&fresh);
        fresh
    }

    /// Signals the root's group, without those in it who belong to another tree.
    fn signal_group(&self, members: &Members, which: Signal) {
        let signallable = self.signallable.lock();
        if *signallable && members.has_group {
            tree::signal_group(self.root.pid, which);
            return;
        }
        drop(signallable);
        for &member in &members.group {
            tree::signal(member, which);
        }
    }

    fn kill(&self) {
        let mut last = Members::default();
        let halted = tree::freeze(&mut || {
            last = self.members();
            last.all.clone()
        });
        for member in halted {
            tree::signal(member, Signal::Kill);
        }
        // One that was forked while we looked is in it, too.
        self.signal_group(&last, Signal::Kill);
    }
}

impl Child {
    /// The pid of the program, which is also its group and its session unless it was adopted.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.tree.root.pid
    }

    /// When it was started.
    #[must_use]
    pub fn started_at(&self) -> SystemTime {
        self.tree.started_at
    }

    /// What was run.
    #[must_use]
    pub fn command(&self) -> &CommandLine {
        &self.tree.command
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        *self.tree.exit.borrow()
    }

    /// True once we began to stop it: an exit after that is no crash.
    #[must_use]
    pub fn was_stopped(&self) -> bool {
        self.tree.stopping.load(Ordering::Acquire)
    }

    /// How it ended in plain words, with a hint when the ending was not our doing.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let exit = self.exit()?;
        let hint = exit.hint().filter(|_| !self.was_stopped());
        Some(hint.map_or_else(|| exit.words(), |hint| format!("{exit}. {hint}")))
    }

    /// Waits for its end. Known only after all it printed has been read; something it left behind that holds the pipes
    /// delays that by about a second, and by more while that prints without a pause. Any number of callers may wait.
    pub async fn exited(&self) -> Exit {
        let mut exit = self.tree.exit.subscribe();
        let ended = exit
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|exit| *exit);
        // The sender lives as long as this handle, so there is always an answer.
        ended.unwrap_or(Exit::Signal(9))
    }

    /// Stops it: the polite request, SIGTERM to the group, SIGKILL to the whole tree. Ends when the tree is gone;
    /// a system too busy to end what was killed is waited for a few seconds.
    pub async fn stop(&self, plan: StopPlan) -> Exit {
        if let Some(exit) = self.exit() {
            return exit;
        }
        self.tree.stopping.store(true, Ordering::Release);
        if let Some(ask) = plan.ask {
            // For what it keeps: whoever ends first may leave somebody without a parent.
            self.tree.registrar.looks().take().await;
            if let Ok(exit) = timeout(plan.ask_grace, self.after_asking(ask)).await {
                return exit;
            }
        }
        let look = self.tree.registrar.looks().take().await;
        let members = look.of(self.tree.root);
        self.tree.signal_group(&members, Signal::Terminate);
        if let Ok(exit) = timeout(plan.term_grace, self.exited()).await {
            return exit;
        }
        self.kill_tree();
        timeout(KILL_LIMIT, self.exited())
            .await
            .unwrap_or(Exit::Signal(9))
    }

    /// Asks, then waits for the end.
    async fn after_asking(&self, ask: Asking) -> Exit {
        tokio::select! {
            () = ask => self.exited().await,
            exit = self.exited() => exit,
        }
    }

    /// Has the whole tree killed, strays included, without asking. Returns at once; [`Child::exited`] tells when it is gone.
    pub fn kill_tree(&self) {
        self.tree.stopping.store(true, Ordering::Release);
        self.tree.killing.store(true, Ordering::Release);
        let tree = Arc::clone(&self.tree);
        let thread = std::thread::Builder::new()
            .name(format!("kill {}", tree.root.pid))
            .stack_size(256 * 1024);
        if thread.spawn(move || tree.kill()).is_err() {
            // A system that has no thread left for us: better late than not at all.
            self.tree.kill();
        }
    }
}

impl std::fmt::Debug for Child {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Child")
            .field("pid", &self.pid())
            .field("exit", &self.exit())
            .finish_non_exhaustive()
    }
}
