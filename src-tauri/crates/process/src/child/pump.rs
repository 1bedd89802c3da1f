//! Carries what a program prints to where it is kept. Never makes the program wait for a reader of that.

use std::io::{ErrorKind, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use log::{Stream, Writer};

/// One read takes up to this much; fewer wake-ups matter more than memory here.
const CHUNK: usize = 64 * 1024;
/// What is kept of one stream of a one-shot program.
const KEPT: usize = 16 * 1024 * 1024;

/// What a one-shot program printed, up to a bound.
#[derive(Debug, Default)]
pub(crate) struct Captured {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    /// True if the bound cut something off.
    pub(crate) cut: bool,
}

impl Captured {
    fn take(&mut self, stream: Stream, chunk: &[u8]) {
        let kept = match stream {
            Stream::Out => &mut self.stdout,
            Stream::Err => &mut self.stderr,
        };
        let room = KEPT.saturating_sub(kept.len());
        self.cut |= chunk.len() > room;
        kept.extend(chunk.iter().take(room));
    }
}

/// Hears what a program prints, as it comes and cut anywhere. Called on the thread that carries it: it must not wait.
pub type Hear = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Where output goes.
#[derive(Clone, Default)]
pub(crate) struct Output {
    pub(crate) log: Option<Writer>,
    pub(crate) hear: Option<Hear>,
    pub(crate) captured: Option<Arc<Mutex<Captured>>>,
}

impl Output {
    /// Whether anybody wants it at all.
    pub(crate) fn wanted(&self) -> bool {
        self.log.is_some() || self.hear.is_some() || self.captured.is_some()
    }

    fn give(&self, stream: Stream, chunk: &[u8]) {
        if let Some(log) = &self.log {
            log.bytes(stream, chunk);
        }
        if let Some(hear) = &self.hear {
            hear(chunk);
        }
        if let Some(Ok(mut captured)) = self.captured.as_deref().map(Mutex::lock) {
            captured.take(stream, chunk);
        }
    }
}

/// Counts the pipes that are still open.
#[derive(Default)]
pub(crate) struct Pumps {
    open: Mutex<u32>,
    closed: Condvar,
}

impl Pumps {
    /// Starts carrying one pipe, on a thread of its own.
    pub(crate) fn start(
        self: &Arc<Self>,
        pid: u32,
        stream: Stream,
        pipe: impl Read + Send + 'static,
        output: Output,
    ) -> std::io::Result<()> {
        self.count(1);
        let pumps = Arc::clone(self);
        let name = if matches!(stream, Stream::Out) {
            "out"
        } else {
            "err"
        };
        let started = std::thread::Builder::new()
            .name(format!("{name} {pid}"))
            .stack_size(512 * 1024)
            .spawn(move || {
                let _done = Done(pumps);
                carry(pipe, stream, &output);
            });
        if started.is_err() {
            self.count(-1);
        }
        started.map(|_| ())
    }

    /// Waits until all pipes are closed; false if they are not within `limit`.
    pub(crate) fn wait_closed(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        let Ok(mut open) = self.open.lock() else {
            return true;
        };
        while *open > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            match self.closed.wait_timeout(open, left) {
                Ok((again, _)) => open = again,
                Err(_) => return true,
            }
        }
        true
    }

    fn count(&self, change: i32) {
        if let Ok(mut open) = self.open.lock() {
            *open = open.saturating_add_signed(change);
            self.closed.notify_all();
        }
    }
}

/// Counts a pipe as closed when its thread ends, however it ends.
struct Done(Arc<Pumps>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.count(-1);
    }
}

fn carry(mut pipe: impl Read, stream: Stream, output: &Output) {
    let mut chunk = vec![0u8; CHUNK];
    loop {
        match pipe.read(&mut chunk) {
            Ok(0) => return,
            Ok(length) => output.give(stream, &chunk[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
