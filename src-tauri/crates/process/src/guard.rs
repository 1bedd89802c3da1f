//! The guard: a small process of its own that ends everything when the app is gone, however it went.
//!
//! It reads a pipe that only the app holds. As long as the app lives, the pipe tells what runs; when it closes, whatever was
//! told and whatever carries the table's mark is ended. Knows nothing else and starts nothing.
//!
//! Locks that the app names it holds beside the app, until nothing is left: who gets one knows that all has ended.
//!
//! A program that the app forked an instant before its death holds the pipe too until it executes; so by the time the
//! pipe closes, every such program carries its mark and is found, or is just getting it and is waited for.

mod held;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use crate::tree::{self, Ending, Identity, TABLE_MARK};
use held::Held;
use words::{LockAnswer, Word};

/// How long programs may take to end by themselves once the app is gone.
const POLITE: Duration = Duration::from_millis(700);
/// How long the guard goes on at most, unless it holds locks; normally all is over shortly after the polite time.
const LIMIT: Duration = Duration::from_secs(20);
/// Between two tries to end what does not end, while locks are held for it.
const PAUSE: Duration = Duration::from_secs(1);

/// Is the guard until the app is gone, then ends what the app ran, and ends itself.
///
/// A host calls it first thing for its hidden `guard` mode, with the arguments behind that word.
pub fn guard_main(arguments: impl IntoIterator<Item = OsString>) -> ! {
    let mut arguments = arguments.into_iter();
    let (Some(mark), Some(run_file)) = (arguments.next(), arguments.next()) else {
        std::process::exit(2)
    };
    ignore_signals();
    let mut held = Held::default();
    let roots = listen(
        BufReader::new(std::io::stdin()),
        std::io::stdout(),
        &mut held,
    );
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
    while !held.is_empty() && !find().is_empty() {
        // Something that no signal reaches now. Whoever waits for a lock must not begin beside it.
        std::thread::sleep(PAUSE);
        let ending = Ending {
            polite: Duration::ZERO,
            limit: PAUSE,
            clean_looks: 1,
        };
        tree::end(&mut find, ending);
    }
    if find().is_empty() {
        crate::table::forget(Path::new(&run_file));
    }
    drop(held);
    std::process::exit(0)
}

/// Whether the command line of a process that carries no mark is that of the guard of what carries this one: it names the mark.
pub(crate) fn is_of(command: &str, mark: &str) -> bool {
    command.split(' ').any(|word| word == mark)
}

/// Reads until the app is gone; returns what ran then. What is asked about locks is done at once and answered.
fn listen(pipe: impl BufRead, mut answers: impl Write, held: &mut Held) -> BTreeSet<Identity> {
    let mut running = BTreeSet::new();
    for line in pipe.lines() {
        let Ok(line) = line else { break };
        let (number, result) = match Word::parse(&line) {
            Some(Word::Runs(id)) => {
                running.insert(id);
                continue;
            }
            Some(Word::Gone(id)) => {
                running.remove(&id);
                continue;
            }
            Some(Word::Hold(number, lock)) => (number, held.hold(lock)),
            Some(Word::LetGo(number, lock)) => {
                held.let_go(&lock);
                (number, Ok(()))
            }
            None => continue,
        };
        let answer = LockAnswer { number, result }.line();
        // Where nobody reads it the app is gone, which the pipe tells next.
        let _gone = answers
            .write_all(answer.as_bytes())
            .and_then(|()| answers.flush());
    }
    running
}

/// Ignores what ends an app from a terminal, keeps no folder busy, and takes a name of its own, so that `killall` of the
/// app leaves the guard to do its work.
#[cfg(unix)]
#[expect(unsafe_code, reason = "setting a signal's action is unsafe in nix")]
fn ignore_signals() {
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
fn ignore_signals() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_knows_what_ran_when_the_pipe_closed() {
        let told = b"+10 100\n+11 101\nnonsense\n+\n-10 100\n+12 1" as &[u8];
        let running = listen(told, std::io::sink(), &mut Held::default());
        let pids: Vec<u32> = running.into_iter().map(|id| id.pid).collect();
        assert_eq!(pids, [11, 12]);
    }

    #[test]
    fn a_lock_is_held_until_the_guard_is_told_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("lock");
        let other = fs_err::File::create(&lock).unwrap();
        let ask = |words: &[Word], held: &mut Held| {
            let told: String = words.iter().map(|word| word.line().unwrap()).collect();
            let mut answers = Vec::new();
            listen(told.as_bytes(), &mut answers, held);
            String::from_utf8(answers).unwrap()
        };
        let mut held = Held::default();
        let hold = [Word::Hold(1, lock.clone()), Word::Hold(2, lock.clone())];
        assert_eq!(ask(&hold, &mut held), "!1 done\n!2 done\n");
        assert!(other.file().try_lock().is_err());
        // Shared: the app holds it beside the guard.
        other.file().try_lock_shared().unwrap();
        other.file().unlock().unwrap();
        assert_eq!(ask(&[Word::LetGo(3, lock.clone())], &mut held), "!3 done\n");
        other.file().try_lock().unwrap();
        let refused = ask(&[Word::Hold(4, lock)], &mut held);
        assert_eq!(refused, "!4 another process has it to itself\n");
        let missing = ask(&[Word::Hold(5, folder.path().join("none"))], &mut held);
        assert!(missing.starts_with("!5 failed to open file"), "{missing}");
        assert!(held.is_empty());
    }
}
