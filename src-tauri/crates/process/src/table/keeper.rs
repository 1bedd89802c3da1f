//! Keeps the guard running and tells it what runs. The pipe to it is the app's sign of life.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::GuardProgram;
use crate::child::{begin, prepare};
use crate::tree::Identity;

/// The first wait before a guard that ended is started again; doubled up to the last.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(30);
/// A guard that lived this long was sound.
const SOUND: Duration = Duration::from_secs(10);

/// The app's side of the guard.
pub(super) struct Keeper {
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    pipe: Option<ChildStdin>,
    running: BTreeSet<Identity>,
    closed: bool,
}

impl Keeper {
    pub(super) fn start(guard: GuardProgram, mark: &str, run_file: &Path) -> std::io::Result<Self> {
        let arguments = [OsString::from(mark), run_file.into()];
        let (started, pipe) = start(&guard, &arguments)?;
        let state = Arc::new((
            Mutex::new(State {
                pipe,
                ..State::default()
            }),
            Condvar::new(),
        ));
        let watched = Arc::clone(&state);
        std::thread::Builder::new()
            .name("guard".into())
            .stack_size(256 * 1024)
            .spawn(move || watch(started, &guard, &arguments, &watched))?;
        Ok(Self { state })
    }

    pub(super) fn enter(&self, id: Identity) {
        self.tell(|state| {
            state.running.insert(id);
            format!("+{} {}\n", id.pid, id.start)
        });
    }

    pub(super) fn leave(&self, id: Identity) {
        self.tell(|state| {
            state.running.remove(&id);
            format!("-{} {}\n", id.pid, id.start)
        });
    }

    fn tell(&self, change: impl FnOnce(&mut State) -> String) {
        if let Ok(mut state) = self.state.0.lock() {
            let line = change(&mut state);
            if let Some(pipe) = &mut state.pipe {
                // A guard that just died is told everything by its successor's start.
                let _dead = pipe.write_all(line.as_bytes());
            }
        }
    }

    /// Lets the guard go: it makes a last check and ends.
    pub(super) fn close(&self) {
        if let Ok(mut state) = self.state.0.lock() {
            state.closed = true;
            state.pipe = None;
        }
        self.state.1.notify_all();
    }
}

fn start(
    guard: &GuardProgram,
    arguments: &[OsString],
) -> std::io::Result<(Child, Option<ChildStdin>)> {
    let mut command = prepare(&guard.program);
    command.args(&guard.arguments).args(arguments);
    command
        .env_remove(crate::tree::TABLE_MARK)
        .env_remove(crate::tree::TREE_MARK);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut started = begin(&mut command)?;
    let pipe = started.stdin.take();
    Ok((started, pipe))
}

/// Starts the guard again whenever it ends while the table is open.
fn watch(
    mut started: Child,
    guard: &GuardProgram,
    arguments: &[OsString],
    shared: &(Mutex<State>, Condvar),
) {
    let mut wait = FIRST_WAIT;
    let mut since = Instant::now();
    loop {
        let _ended = started.wait();
        if since.elapsed() > SOUND {
            wait = FIRST_WAIT;
        }
        loop {
            let Ok(mut state) = shared.0.lock() else {
                return;
            };
            state.pipe = None;
            let Ok((mut state, _)) = shared
                .1
                .wait_timeout_while(state, wait, |state| !state.closed)
            else {
                return;
            };
            if state.closed {
                return;
            }
            wait = (wait * 2).min(LAST_WAIT);
            since = Instant::now();
            if let Ok((again, pipe)) = start(guard, arguments) {
                started = again;
                state.pipe = pipe;
                let lines: String = state
                    .running
                    .iter()
                    .map(|id| format!("+{} {}\n", id.pid, id.start))
                    .collect();
                if let Some(pipe) = &mut state.pipe {
                    let _dead = pipe.write_all(lines.as_bytes());
                }
                break;
            }
        }
    }
}
