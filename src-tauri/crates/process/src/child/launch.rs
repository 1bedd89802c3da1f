//! Starts a program as a tree of its own and waits for it. The only place in Dagdeck that starts programs.

use std::process::{Child as Started, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use logstore::Stream;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::begin::{begin, prepare};
use super::pump::{Output, Pumps};
use super::{Child, LATEST, Tree};
use crate::command::CommandLine;
use crate::exit::Exit;
use crate::looks::Looks;
use crate::table::SpawnError;
use crate::tree::{self, Identity, TABLE_MARK, TREE_MARK, TreeWalk};

/// How long the pipes may stay open behind a program before we look who holds them.
const DRAIN: Duration = Duration::from_millis(40);
/// How long what was printed may take to be read and kept: a busy machine may let our own threads stand still.
const CARRY: Duration = Duration::from_secs(40);
/// Pipe room on Linux: enough that a flood costs few switches, little enough for the per-person limit on pipes.
#[cfg(target_os = "linux")]
const PIPE_ROOM: i32 = 256 * 1024;

/// Who keeps the list of what runs.
pub(crate) trait Registrar: Send + Sync {
    /// A program runs.
    fn entered(&self, tree: &Arc<Tree>);
    /// The looks that all trees share.
    fn looks(&self) -> &Looks<TreeWalk>;
    /// It and all it left behind are gone.
    fn left(&self, tree: &Tree);
}

/// Starts a program and the threads that carry its output and wait for its end.
pub(crate) fn launch(
    line: &CommandLine,
    table_mark: &str,
    tree_mark: String,
    output: &Output,
    registrar: Arc<dyn Registrar>,
) -> Result<Child, SpawnError> {
    if !line.folder.is_dir() {
        return Err(SpawnError::Folder {
            folder: line.folder.clone(),
        });
    }
    let piped = || {
        if output.wanted() {
            Stdio::piped()
        } else {
            Stdio::null()
        }
    };
    let mut command = prepare(&line.program);
    command
        .args(&line.arguments)
        .current_dir(&line.folder)
        .env_clear()
        .envs(line.full_environment())
        .env(TABLE_MARK, table_mark)
        .env(TREE_MARK, &tree_mark)
        .stdout(piped())
        .stderr(piped());
    let mut started =
        begin(&mut command).map_err(|source| SpawnError::from_system(line, source))?;
    let pid = started.id();
    let start = tree::process(pid).map_or(0, |seen| seen.id.start);
    let tree = Arc::new(Tree {
        root: Identity { pid, start },
        mark: Some(tree_mark),
        inherited: None,
        within: Mutex::default(),
        command: line.clone(),
        started_at: SystemTime::now(),
        stopping: AtomicBool::new(false),
        killing: AtomicBool::new(false),
        signallable: Mutex::new(true),
        known: Mutex::default(),
        unmarked: Mutex::default(),
        registrar,
        exit: watch::Sender::new(None),
    });
    tree.registrar.entered(&tree);
    let child = Child {
        tree: Arc::clone(&tree),
    };
    let pumps = Arc::new(Pumps::default());
    let threads = start_pumps(&mut started, &pumps, output).and_then(|()| {
        let waiter = std::thread::Builder::new()
            .name(format!("wait {pid}"))
            .stack_size(512 * 1024);
        waiter
            .spawn(move || wait(started, &tree, &pumps))
            .map(|_| ())
    });
    if let Err(source) = threads {
        child.kill_tree();
        child.tree.registrar.left(&child.tree);
        return Err(SpawnError::from_system(line, source));
    }
    Ok(child)
}

/// One thread per pipe, so that a program never waits for a reader.
fn start_pumps(started: &mut Started, pumps: &Arc<Pumps>, output: &Output) -> std::io::Result<()> {
    let pid = started.id();
    if let Some(pipe) = started.stdout.take() {
        #[cfg(target_os = "linux")]
        widen(&pipe);
        pumps.start(pid, Stream::Out, pipe, output.clone())?;
    }
    if let Some(pipe) = started.stderr.take() {
        #[cfg(target_os = "linux")]
        widen(&pipe);
        pumps.start(pid, Stream::Err, pipe, output.clone())?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn widen(pipe: &impl std::os::fd::AsFd) {
    // A system that grants less still works, only with more switches.
    let _granted = nix::fcntl::fcntl(pipe, nix::fcntl::FcntlArg::F_SETPIPE_SZ(PIPE_ROOM));
}

/// Waits for the end, lets the pipes drain, ends what was left behind, and tells.
fn wait(mut started: Started, tree: &Arc<Tree>, pumps: &Pumps) {
    let exit = wait_for_end(&mut started);
    // Elsewhere the wait itself made the system forget the pid.
    #[cfg(not(target_os = "linux"))]
    {
        *tree.signallable.lock() = false;
    }
    let ended = Instant::now();
    let ours = || tree.stopping.load(Ordering::Acquire);
    let tell = || {
        tree.exit.send_replace(Some(exit));
    };
    let drained = pumps.wait_closed(DRAIN);
    // One that ended by itself and left nobody on its pipes is told at once; the rest of its tree is seen to after.
    let told = drained && !ours();
    if told {
        tell();
    }
    tree.end_what_is_left();
    if !pumps.wait_closed(LATEST.saturating_sub(ended.elapsed())) {
        pumps.wait_given(CARRY);
    }
    {
        let mut signallable = tree.signallable.lock();
        *signallable = false;
        // Only now may the system give the pid to another program.
        let _reaped = started.wait();
    }
    tree.registrar.left(tree);
    if !told {
        tell();
    }
}

/// Waits without letting the system forget the pid: until then no other process can have it, nor its group.
#[cfg(target_os = "linux")]
fn wait_for_end(started: &mut Started) -> Exit {
    use nix::errno::Errno;
    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
    let Ok(pid) = i32::try_from(started.id()) else {
        return wait_and_forget(started);
    };
    loop {
        match waitid(
            Id::Pid(nix::unistd::Pid::from_raw(pid)),
            WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT,
        ) {
            Ok(WaitStatus::Exited(_, code)) => return Exit::Code(code),
            Ok(WaitStatus::Signaled(_, signal, _)) => return Exit::Signal(signal as i32),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return wait_and_forget(started),
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn wait_for_end(started: &mut Started) -> Exit {
    wait_and_forget(started)
}

/// Waits for the end and has the system forget the process: its pid is free from then on.
fn wait_and_forget(started: &mut Started) -> Exit {
    let Ok(status) = started.wait() else {
        return Exit::Signal(9);
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Exit::Signal(signal);
    }
    Exit::Code(status.code().unwrap_or(1))
}
