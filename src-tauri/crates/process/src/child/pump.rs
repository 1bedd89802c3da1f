//! Carries what a program prints to where it is kept. Never makes the program wait for a reader of that.

use std::fs::File;
use std::io::{ErrorKind, Read};
#[cfg(unix)]
use std::os::fd::OwnedFd as Owned;
#[cfg(windows)]
use std::os::windows::io::OwnedHandle as Owned;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use logstore::{Stream, Writer};
use parking_lot::{Condvar, Mutex};

/// One read takes up to this much while little is printed.
const CHUNK: usize = 4 * 1024;
/// The same once a read was full: fewer wake-ups matter more than memory then.
const LARGE_CHUNK: usize = 64 * 1024;
/// Between two looks whether all has been given away.
const PAUSE: Duration = Duration::from_millis(20);
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
pub type OutputSink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// Where output goes.
#[derive(Clone, Default)]
pub(crate) struct Output {
    pub(crate) log: Option<Writer>,
    pub(crate) hear: Option<OutputSink>,
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
        if let Some(captured) = self.captured.as_deref() {
            captured.lock().take(stream, chunk);
        }
    }
}

/// One pipe, shared by the thread that carries it and the one that waits for its end.
struct Pipe {
    file: File,
    /// True while all that was read has been given away and the thread waits for more.
    idle: AtomicBool,
}

impl Pipe {
    /// Whether all that was printed before this call has been given away.
    ///
    /// Asks the pipe first: what is no longer in it has been read, and is given away once the thread is idle again.
    fn is_quiet(&self) -> bool {
        let empty = !is_ready(&self.file, Some(Duration::ZERO));
        empty && self.idle.load(Ordering::Acquire)
    }

    fn carry(&self, stream: Stream, output: &Output) {
        let mut chunk = vec![0u8; CHUNK];
        loop {
            self.idle.store(true, Ordering::Release);
            while !is_ready(&self.file, None) {}
            // Where pipes cannot be asked, waiting for more and reading are one.
            self.idle.store(cfg!(not(unix)), Ordering::Release);
            let read = (&self.file).read(&mut chunk);
            self.idle.store(false, Ordering::Release);
            match read {
                Ok(0) => return,
                Ok(length) => {
                    output.give(stream, &chunk[..length]);
                    if length == chunk.len() {
                        chunk.resize(LARGE_CHUNK, 0);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// The pipes that are still open.
#[derive(Default)]
pub(crate) struct Pumps {
    open: Mutex<Vec<Arc<Pipe>>>,
    closed: Condvar,
}

impl Pumps {
    /// Starts carrying one pipe, on a thread of its own.
    pub(crate) fn start(
        self: &Arc<Self>,
        pid: u32,
        stream: Stream,
        pipe: impl Into<Owned>,
        output: Output,
    ) -> std::io::Result<()> {
        let pipe = Arc::new(Pipe {
            file: File::from(pipe.into()),
            idle: AtomicBool::new(false),
        });
        self.open.lock().push(Arc::clone(&pipe));
        let name = if matches!(stream, Stream::Out) {
            "out"
        } else {
            "err"
        };
        // Dropped also when the thread does not start.
        let done = PumpGuard {
            pumps: Arc::clone(self),
            pipe,
        };
        let started = std::thread::Builder::new()
            .name(format!("{name} {pid}"))
            .stack_size(512 * 1024)
            .spawn(move || done.pipe.carry(stream, &output));
        started.map(|_| ())
    }

    /// Waits until all pipes are closed; false if they are not within `limit`.
    pub(crate) fn wait_closed(&self, limit: Duration) -> bool {
        let mut open = self.open.lock();
        self.closed
            .wait_while_for(&mut open, |open| !open.is_empty(), limit);
        open.is_empty()
    }

    /// Waits until all that was printed so far has been given away, whoever holds the pipes; at most `limit`.
    pub(crate) fn wait_given(&self, limit: Duration) {
        let begun = Instant::now();
        // Held weakly: a pipe that was read to its end is to go.
        let mut left: Vec<_> = self.open.lock().iter().map(Arc::downgrade).collect();
        loop {
            left.retain(|pipe| pipe.upgrade().is_some_and(|pipe| !pipe.is_quiet()));
            if left.is_empty() || begun.elapsed() >= limit || self.wait_closed(PAUSE) {
                return;
            }
        }
    }
}

/// Counts a pipe as closed when its thread ends, however it ends.
struct PumpGuard {
    pumps: Arc<Pumps>,
    pipe: Arc<Pipe>,
}

impl Drop for PumpGuard {
    fn drop(&mut self) {
        let mut open = self.pumps.open.lock();
        open.retain(|pipe| !Arc::ptr_eq(pipe, &self.pipe));
        drop(open);
        self.pumps.closed.notify_all();
    }
}

/// Waits until there is something to read or nobody writes any more; false when there is not within `limit`.
#[cfg(unix)]
fn is_ready(file: &File, limit: Option<Duration>) -> bool {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    let limit = limit.map_or(PollTimeout::NONE, |limit| {
        limit.try_into().unwrap_or(PollTimeout::MAX)
    });
    let asked = PollFd::new(file.as_fd(), PollFlags::POLLIN);
    match poll(&mut [asked], limit) {
        Ok(ready) => ready > 0,
        // A pipe that cannot be asked is read: that tells what is wrong with it.
        Err(error) => error != nix::errno::Errno::EINTR,
    }
}

/// Here a pipe cannot be asked: reading waits.
#[cfg(not(unix))]
fn is_ready(_: &File, limit: Option<Duration>) -> bool {
    limit.is_none()
}
