//! Has the system start a program: in a session of its own, with the signal settings that a shell would give it.
//!
//! Knows nothing of trees and of what is told of a program; who begins one sees to its end.

use std::io;
use std::process::{Child as Started, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program file may be busy, and how often we try meanwhile.
const BUSY: Duration = Duration::from_secs(2);
const TRY_AGAIN: Duration = Duration::from_millis(20);

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
