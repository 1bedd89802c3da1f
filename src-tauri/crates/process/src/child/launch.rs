//! Starts a program as a tree of its own and waits for it. The only place in Dagdeck that starts programs.

use std::io;
use std::process::{Child as Started, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use logstore::Stream;
use tokio::sync::watch;

use super::pump::{Output, Pumps};
use super::{Child, Tree};
use crate::command::CommandLine;
use crate::exit::Exit;
use crate::looks::Looks;
use crate::table::SpawnError;
use crate::tree::{self, Ending, Identity, Look, TABLE_MARK, TREE_MARK};

/// How long the pipes may stay open behind a program before we look who holds them.
const DRAIN: Duration = Duration::from_millis(40);
/// How long those left behind may take to end politely.
pub(super) const POLITE: Duration = Duration::from_millis(600);
/// How late an exit may be known when somebody holds the pipes and says nothing.
pub(super) const LATEST: Duration = Duration::from_secs(1);
/// How long what was printed may take to be read and kept: a busy machine may let our own threads stand still.
const CARRY: Duration = Duration::from_secs(40);
/// How long a program file may be busy, and how often we try meanwhile.
const BUSY: Duration = Duration::from_secs(2);
const TRY_AGAIN: Duration = Duration::from_millis(20);
/// Pipe room on Linux: enough that a flood costs few switches, little enough for the per-person limit on pipes.
#[cfg(target_os = "linux")]
const PIPE_ROOM: i32 = 256 * 1024;

/// Who keeps the list of what runs.
pub(crate) trait Registrar: Send + Sync {
    /// A program runs.
    fn entered(&self, tree: &Arc<Tree>);
    /// The looks that all trees share.
    fn looks(&self) -> &Looks<Look>;
    /// It and all it left behind are gone.
    fn left(&self, tree: &Tree);
}

/// A program as the system is to start it: own session, no input, no inherited signal settings.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that starts programs"
)]
pub(crate) fn prepare(program: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    #[cfg(unix)]
    own_session(&mut command);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        command.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
    }
    command
}

/// Makes a program die with the thread that starts it: only for one that this thread waits for.
#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "pre_exec is the only way to set up a child between fork and exec"
)]
pub(crate) fn die_with_us(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    let set_up = || {
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
        Ok(())
    };
    // SAFETY: only prctl is called, which is async-signal-safe.
    unsafe { command.pre_exec(set_up) };
}

/// Gives a program a session of its own and the signal settings that a shell would give it.
///
/// A program that inherits an ignored SIGINT may ignore SIGTERM for good (Dagster maps one on the other).
#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "pre_exec is the only way to set up a child between fork and exec"
)]
fn own_session(command: &mut Command) {
    use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
    use std::os::unix::process::CommandExt;

    const RESET: [Signal; 10] = [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGPIPE,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGCHLD,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGTTIN,
        Signal::SIGTTOU,
    ];
    let set_up = || {
        nix::unistd::setsid()?;
        for which in RESET {
            // SAFETY: the default action installs no handler, so no Rust code can run in a signal.
            unsafe { signal(which, SigHandler::SigDfl) }?;
        }
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
        Ok(())
    };
    // SAFETY: between fork and exec only setsid, sigaction and sigprocmask are called, all async-signal-safe; nothing
    // allocates, locks or touches memory that another thread may have held.
    unsafe { command.pre_exec(set_up) };
}

/// Has the system start a program. One whose file was just written may be busy for a moment: a program that was forked
/// meanwhile keeps the file open for writing until it executes.
pub(crate) fn begin(command: &mut Command) -> io::Result<Started> {
    let begun = Instant::now();
    loop {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                if begun.elapsed() >= BUSY {
                    return Err(error);
                }
                std::thread::sleep(TRY_AGAIN);
            }
            done => return done,
        }
    }
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
    let start = tree::look(pid).map_or(0, |seen| seen.id.start);
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
    #[cfg(not(target_os = "linux"))]
    if let Ok(mut signallable) = tree.signallable.lock() {
        // Here the wait itself made the system forget the pid.
        *signallable = false;
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
    let killing = tree.killing.load(Ordering::Acquire);
    let polite = if killing { Duration::ZERO } else { POLITE };
    tree::end(
        || tree.look().all,
        Ending {
            polite,
            limit: LATEST,
            clean_looks: 1,
        },
    );
    if !pumps.wait_closed(LATEST.saturating_sub(ended.elapsed())) {
        pumps.wait_given(CARRY);
    }
    if let Ok(mut signallable) = tree.signallable.lock() {
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
