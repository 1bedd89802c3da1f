//! Makes a tree of its own of a process that another of our programs forked. Starts nothing, and carries no output.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::launch::Registrar;
use super::{Child, Tree};
use crate::command::CommandLine;
use crate::exit::Exit;
use crate::tree::{self, Identity, TREE_MARK};

/// Registers a process as a root and waits for its end, on a thread of its own. None if it is gone.
pub(crate) fn adopt(
    root: Identity,
    within: Identity,
    command: &CommandLine,
    registrar: Arc<dyn Registrar>,
) -> io::Result<Option<Child>> {
    let Some(watched) = tree::watch(root)? else {
        return Ok(None);
    };
    let tree = Arc::new(Tree {
        root,
        mark: None,
        inherited: tree::mark_of(root.pid, TREE_MARK),
        within: Mutex::new(Some(within)),
        command: command.clone(),
        started_at: SystemTime::now(),
        stopping: AtomicBool::new(false),
        killing: AtomicBool::new(false),
        // The one that forked it decides when the system forgets its pid, so its group is never signalled as one.
        signallable: Mutex::new(false),
        known: Mutex::default(),
        unmarked: Mutex::default(),
        registrar,
        exit: watch::Sender::new(None),
    });
    let child = Child {
        tree: Arc::clone(&tree),
    };
    tree.registrar.entered(&tree);
    let thread = std::thread::Builder::new()
        .name(format!("wait {}", root.pid))
        .stack_size(512 * 1024);
    let waiting = thread.spawn(move || {
        watched.wait();
        end(&tree);
    });
    if let Err(error) = waiting {
        // It stays what it was: a member of the tree around it.
        child.tree.registrar.left(&child.tree);
        return Err(error);
    }
    Ok(Some(child))
}

/// Ends what it left behind, and tells.
fn end(tree: &Tree) {
    let ours = || tree.stopping.load(Ordering::Acquire);
    let tell = || {
        tree.exit.send_replace(Some(Exit::Untold));
    };
    let told = !ours();
    if told {
        tell();
    }
    tree.end_what_is_left();
    tree.registrar.left(tree);
    if !told {
        tell();
    }
}
