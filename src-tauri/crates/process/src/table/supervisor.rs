//! Keeps the guard running and tells it what runs and which locks to hold. The pipe to it is the app's sign of life.

mod locks;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::GuardProgram;
use crate::child::{begin, prepare};
use crate::guard::words::{LockAnswer, Word};
use crate::tree::Identity;
use locks::Locks;
use parking_lot::{Condvar, Mutex, MutexGuard};

/// The first wait before a guard that ended is started again; doubled up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(30);
/// A guard that lived this long was sound.
const SOUND: Duration = Duration::from_secs(10);
/// How long a guard may take to answer, its own start and that of a successor in it.
const ANSWERED: Duration = Duration::from_secs(10);

/// The app's side of the guard.
pub(super) struct GuardSupervisor {
    shared: Arc<Shared>,
}

/// What the app and the thread that watches the guard share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pipe: Option<ChildStdin>,
    running: BTreeSet<Identity>,
    locks: Locks,
    closed: bool,
}

impl GuardSupervisor {
    /// Starts the guard, and waits until it holds `locks`.
    pub(super) fn start(
        guard: GuardProgram,
        mark: &str,
        run_file: &Path,
        locks: &BTreeSet<PathBuf>,
    ) -> io::Result<Self> {
        let arguments = [OsString::from(mark), run_file.into()];
        let (started, pipe) = start(&guard, &arguments)?;
        let shared = Arc::new(Shared::default());
        shared.state.lock().pipe = pipe;
        let watched = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("guard".into())
            .stack_size(256 * 1024)
            .spawn(move || watch(started, &guard, &arguments, &watched))?;
        let supervisor = Self { shared };
        for lock in locks {
            if let Err(error) = supervisor.hold(lock) {
                supervisor.close();
                let why = format!("it must hold {}, but {error}", lock.display());
                return Err(io::Error::new(error.kind(), why));
            }
        }
        Ok(supervisor)
    }

    /// Tells the guard that a tree runs, before anybody else hears of it.
    pub(super) fn enter(&self, id: Identity) {
        let mut state = self.shared.state.lock();
        state.running.insert(id);
        state.send(Word::Runs(id).line());
    }

    /// Tells the guard that a tree is gone: its pid may be another's from now on.
    pub(super) fn leave(&self, id: Identity) {
        let mut state = self.shared.state.lock();
        state.running.remove(&id);
        state.send(Word::Gone(id).line());
    }

    /// Asks the guard to hold a lock, and waits until it has it.
    pub(super) fn hold(&self, lock: &Path) -> io::Result<()> {
        let mut state = self.shared.state.lock();
        let line = state.locks.hold(lock)?;
        state.send(Ok(line));
        let state = self.shared.wait_while(state, |state| {
            state.locks.answer(lock).is_none() && !state.closed
        });
        let result = match state.locks.answer(lock) {
            Some(Ok(())) => return Ok(()),
            Some(Err(why)) => Err(io::Error::other(why)),
            None => Err(silent()),
        };
        drop(state);
        // It may come to have it yet.
        let mut state = self.shared.state.lock();
        if let Ok(Some((_, line))) = state.locks.let_go(lock) {
            state.send(Ok(line));
        }
        result
    }

    /// Has the guard let go of a lock, and waits until it has.
    pub(super) fn let_go(&self, lock: &Path) -> io::Result<()> {
        let mut state = self.shared.state.lock();
        let Some((number, line)) = state.locks.let_go(lock)? else {
            return Ok(());
        };
        state.send(Ok(line));
        let state = self
            .shared
            .wait_while(state, |state| state.locks.is_leaving(number));
        if state.locks.is_leaving(number) {
            return Err(silent());
        }
        Ok(())
    }

    /// Lets the guard go: it makes a last check and ends.
    pub(super) fn close(&self) {
        let mut state = self.shared.state.lock();
        state.closed = true;
        state.pipe = None;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    /// Waits for the guard to answer, but not for ever.
    fn wait_while<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        mut holds: impl FnMut(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        self.changed
            .wait_while_for(&mut state, |state| holds(state), ANSWERED);
        state
    }
}

impl State {
    /// Says a line, where there is one. Each that tells of a process can be said, and a guard that just died is told
    /// everything by its successor's start.
    fn send(&mut self, line: io::Result<String>) {
        if let (Some(pipe), Ok(line)) = (&mut self.pipe, line) {
            let _dead = pipe.write_all(line.as_bytes());
        }
    }
}

/// That the guard lives and says nothing.
fn silent() -> io::Error {
    let why = format!("it did not answer within {} s", ANSWERED.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, why)
}

/// Starts a guard, without any mark: what it ends must not be itself.
fn start(guard: &GuardProgram, arguments: &[OsString]) -> io::Result<(Child, Option<ChildStdin>)> {
    let mut command = prepare(&guard.program);
    command.args(&guard.arguments).args(arguments);
    command
        .env_remove(crate::tree::TABLE_MARK)
        .env_remove(crate::tree::TREE_MARK);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut started = begin(&mut command)?;
    let pipe = started.stdin.take();
    Ok((started, pipe))
}

/// Hears what the guard answers, and starts it again whenever it ends while the table is open.
fn watch(mut started: Child, guard: &GuardProgram, arguments: &[OsString], shared: &Shared) {
    let mut wait = FIRST_WAIT;
    let mut since = Instant::now();
    loop {
        hear(&mut started, shared);
        let _ended = started.wait();
        if since.elapsed() > SOUND {
            wait = FIRST_WAIT;
        }
        loop {
            let mut state = shared.state.lock();
            state.pipe = None;
            shared
                .changed
                .wait_while_for(&mut state, |state| !state.closed, wait);
            if state.closed {
                return;
            }
            wait = (wait * 2).min(LAST_WAIT);
            since = Instant::now();
            if let Ok((again, pipe)) = start(guard, arguments) {
                started = again;
                state.pipe = pipe;
                // First, so that it holds them before it knows of anything that runs.
                let mut lines = state.locks.again();
                let running = state.running.iter();
                lines.extend(running.filter_map(|id| Word::Runs(*id).line().ok()));
                state.send(Ok(lines));
                shared.changed.notify_all();
                break;
            }
        }
    }
}

/// Takes in what the guard answers until it ends.
fn hear(started: &mut Child, shared: &Shared) {
    let Some(answers) = started.stdout.take() else {
        return;
    };
    for line in BufReader::new(answers).lines().map_while(Result::ok) {
        if let Some(answer) = LockAnswer::parse(&line) {
            shared.state.lock().locks.heard(answer);
            shared.changed.notify_all();
        }
    }
}
