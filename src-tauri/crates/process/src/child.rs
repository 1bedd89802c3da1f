//! One running program and its tree: knowing when it ended, and ending it. Refuses to decide whether it should run.

mod launch;
mod pump;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::timeout;

#[cfg(unix)]
pub(crate) use launch::die_with_us;
pub(crate) use launch::{Registrar, begin, launch, prepare};
pub use pump::Hear;
pub(crate) use pump::{Captured, Output};

use crate::command::CommandLine;
use crate::exit::Exit;
use crate::tree::{self, Identity, Signal, TREE_MARK, Target};

/// How long a killed tree may take before we stop waiting for the system.
const KILL_LIMIT: Duration = Duration::from_secs(5);

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
    pub fn tell(term_grace: Duration) -> Self {
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
    pub(crate) mark: String,
    pub(crate) command: CommandLine,
    pub(crate) started_at: SystemTime,
    /// Set when we stop it: its end is then no crash.
    pub(crate) stopping: AtomicBool,
    /// Set when we kill it: nothing of it is asked politely any more.
    pub(crate) killing: AtomicBool,
    /// False once the system has forgotten the root and its pid may be anyone's. Held while a group is signalled.
    pub(crate) signallable: std::sync::Mutex<bool>,
    /// Members whose environment does not tell that they are.
    pub(crate) unmarked: std::sync::Mutex<BTreeSet<Identity>>,
    pub(crate) registrar: Arc<dyn Registrar>,
    pub(crate) exit: watch::Sender<Option<Exit>>,
}

impl Tree {
    pub(crate) fn target(&self) -> Target {
        let known = self
            .unmarked
            .lock()
            .map(|known| known.clone())
            .unwrap_or_default();
        Target {
            roots: vec![self.root],
            known,
            mark: Some(self.whole_mark()),
        }
    }

    fn signal_group(&self, which: Signal) {
        let Ok(signallable) = self.signallable.lock() else {
            return;
        };
        if *signallable {
            tree::signal_group(self.root.pid, which);
        }
    }

    pub(crate) fn kill(&self) {
        self.stopping.store(true, Ordering::Release);
        self.killing.store(true, Ordering::Release);
        let members = if self.exit.borrow().is_none() {
            tree::freeze(&self.target())
        } else {
            BTreeSet::new()
        };
        self.remember(&members);
        for member in members {
            tree::signal(member, Signal::Kill);
        }
        self.signal_group(Signal::Kill);
    }

    /// Keeps members that only their parents give away, which works no longer than the parents live. The guard is told,
    /// too: we may die before we have ended them.
    pub(crate) fn remember(&self, members: &BTreeSet<Identity>) {
        let mark = self.whole_mark();
        for &member in members.iter().filter(|member| **member != self.root) {
            if !tree::is_marked(member.pid, &mark)
                && self
                    .unmarked
                    .lock()
                    .is_ok_and(|mut unmarked| unmarked.insert(member))
            {
                self.registrar.remembered(member);
            }
        }
    }

    fn whole_mark(&self) -> String {
        format!("{TREE_MARK}={}", self.mark)
    }
}

impl Child {
    /// The pid of the program, which is also its group and its session.
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
        let note_unmarked = || {
            let members = tree::members(&self.tree.target());
            self.tree.remember(&members.into_iter().collect());
        };
        if let Some(ask) = plan.ask {
            note_unmarked();
            if let Ok(exit) = timeout(plan.ask_grace, self.after_asking(ask)).await {
                return exit;
            }
        }
        self.tree
            .remember(&tree::members(&self.tree.target()).into_iter().collect());
        self.tree.signal_group(Signal::Terminate);
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

    /// Kills the whole tree, strays included, without asking. [`Child::exited`] tells when it is gone.
    pub fn kill_tree(&self) {
        self.tree.kill();
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
