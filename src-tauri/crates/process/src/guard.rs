//! The guard: a small process of its own that ends everything when the app is gone, however it went.
//!
//! It reads a pipe that only the app holds. As long as the app lives, the pipe tells what runs; when it closes, whatever was
//! told and whatever carries the table's mark is ended. Knows nothing else and starts nothing.
//!
//! A program that the app forked an instant before its death holds the pipe too until it executes; so by the time the
//! pipe closes, every such program carries its mark and is found, or is just getting it and is waited for.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use crate::tree::{self, Ending, Identity, TABLE_MARK};

/// How long programs may take to end by themselves once the app is gone.
const POLITE: Duration = Duration::from_millis(700);
/// How long the guard goes on at most; normally all is over shortly after the polite time.
const LIMIT: Duration = Duration::from_secs(20);

/// Is the guard until the app is gone, then ends what the app ran, and ends itself.
///
/// A host calls it first thing for its hidden `guard` mode, with the arguments behind that word.
pub fn guard_main(arguments: impl IntoIterator<Item = OsString>) -> ! {
    let mut arguments = arguments.into_iter();
    let (Some(mark), Some(run_file)) = (arguments.next(), arguments.next()) else {
        std::process::exit(2)
    };
    stand_firm();
    let roots = listen(BufReader::new(std::io::stdin()));
    let mark = mark.to_string_lossy();
    let mut find = tree::everything(roots.into_iter().collect(), Some((TABLE_MARK, &mark)));
    tree::end_with_starting(
        &mut find,
        Ending {
            polite: POLITE,
            limit: LIMIT,
            clean_looks: 2,
        },
    );
    if find().is_empty() {
        crate::table::forget(Path::new(&run_file));
    }
    std::process::exit(0)
}

/// Reads until the app is gone; returns what ran then.
fn listen(pipe: impl BufRead) -> BTreeSet<Identity> {
    let mut running = BTreeSet::new();
    for line in pipe.lines() {
        let Ok(line) = line else { break };
        match (line.get(..1), line.get(1..).and_then(parse)) {
            (Some("+"), Some(id)) => {
                running.insert(id);
            }
            (Some("-"), Some(id)) => {
                running.remove(&id);
            }
            _ => {}
        }
    }
    running
}

fn parse(text: &str) -> Option<Identity> {
    let (pid, start) = text.split_once(' ')?;
    Some(Identity {
        pid: pid.parse().ok()?,
        start: start.parse().ok()?,
    })
}

/// Ignores what ends an app from a terminal, keeps no folder busy, and takes a name of its own, so that `killall` of the
/// app leaves the guard to do its work.
#[cfg(unix)]
#[expect(unsafe_code, reason = "setting a signal's action is unsafe in nix")]
fn stand_firm() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    for which in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
        Signal::SIGPIPE,
    ] {
        // SAFETY: ignoring installs no handler, so no Rust code can run in a signal.
        let _kept = unsafe { signal(which, SigHandler::SigIgn) };
    }
    let _refused = std::env::set_current_dir("/");
    #[cfg(target_os = "linux")]
    let _unnamed = nix::sys::prctl::set_name(c"dagdeck-guard");
}

#[cfg(not(unix))]
fn stand_firm() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_knows_what_ran_when_the_pipe_closed() {
        let told = b"+10 100\n+11 101\nnonsense\n+\n-10 100\n+12 1" as &[u8];
        let pids: Vec<u32> = listen(told).into_iter().map(|id| id.pid).collect();
        assert_eq!(pids, [11, 12]);
    }
}
