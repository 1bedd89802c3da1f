//! What a run prints, taken as it comes.
//!
//! Owns the bytes that have no line end yet, at most one long line per stream. Refuses to wait: no reader holds a lock
//! that a writer needs.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::ansi;
use crate::entry::StreamState;
use crate::inner::Inner;
use crate::record::Kind;
use crate::row::{Level, Stream};
use crate::segment;
use crate::series::Series;

/// What is written at once.
const BATCH: usize = 256 * 1024;

/// What is known of a run when it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunMeta {
    /// The text of the row that begins the run.
    pub title: String,
}

impl RunMeta {
    /// A run with a title.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
        }
    }
}

/// What of a stream has no line end yet, and what its next line may belong to.
#[derive(Default)]
struct Pending {
    bytes: Vec<u8>,
    joined: bool,
    entry: StreamState,
}

/// What all clones of a writer share; the last to go ends the run's last line.
struct RunState {
    store: Arc<Inner>,
    series: Arc<Series>,
    run: u32,
    out: Mutex<Pending>,
    err: Mutex<Pending>,
}

/// Appends what one run prints. Cheap to clone; the run's last line is ended when the last clone goes.
#[derive(Clone)]
pub struct Writer {
    state: Arc<RunState>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("log", &self.state.series.key)
            .field("run", &self.state.run)
            .finish()
    }
}

impl Writer {
    pub(crate) fn new(store: Arc<Inner>, series: Arc<Series>, run: u32) -> Self {
        let (out, err) = (Mutex::default(), Mutex::default());
        Self {
            state: Arc::new(RunState {
                store,
                series,
                run,
                out,
                err,
            }),
        }
    }

    /// Takes bytes as they came from a pipe, cut anywhere. What has a line end is on disk when this returns.
    ///
    /// A disk that refuses makes no error here: the lines that are missing are said in a row of their own once it
    /// takes lines again, and the program that prints goes on.
    pub fn bytes(&self, stream: Stream, chunk: &[u8]) {
        let mut pending = self.state.pending(stream).lock();
        for piece in chunk.chunks(BATCH) {
            pending.bytes.extend_from_slice(piece);
            self.state.flush(stream, &mut pending, false);
        }
        drop(pending);
        self.state.store.changes.happened();
    }

    /// Adds a row of the app's own words.
    pub fn note(&self, text: &str) {
        self.note_at(Level::Info, text);
    }

    /// Adds a row of the app's own words, at a level.
    pub fn note_at(&self, level: Level, text: &str) {
        let state = &self.state;
        let time = (state.store.options.clock)();
        state.series.append(|appender| {
            for line in text.lines() {
                appender.append_notice(Kind::Note, level, line, state.run, time);
            }
        });
        state.store.changes.happened();
    }

    /// How many records the log has had: what is written next is at this position.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.state.series.position()
    }

    /// The last lines that this run printed, oldest first, without colours; a line that has no end yet included.
    #[must_use]
    pub fn last_lines(&self, count: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(&ansi::strip(ansi::last_state(bytes))).into_owned()
        };
        for stream in [Stream::Err, Stream::Out] {
            let pending = self.state.pending(stream).lock();
            if !pending.bytes.is_empty() && lines.len() < count {
                lines.push(text(&pending.bytes));
            }
        }
        self.state.series.backwards(|part, record| {
            if record.run == self.state.run && record.kind == Kind::RunStart {
                return false;
            }
            if record.run == self.state.run && !record.kind.is_ours() && lines.len() < count {
                part.each(&[*record], |_, bytes| {
                    lines.push(text(bytes.unwrap_or_default()));
                });
            }
            lines.len() < count
        });
        lines.reverse();
        lines
    }

    /// Ends lines that have no line end yet; for when the program has ended but clones of the writer live on.
    pub fn finish(&self) {
        self.state.finish();
    }
}

impl RunState {
    fn pending(&self, stream: Stream) -> &Mutex<Pending> {
        match stream {
            Stream::Out => &self.out,
            Stream::Err => &self.err,
        }
    }

    /// Writes the lines that are whole, or all there is. A line longer than [`segment::LONGEST`] is written in parts, so
    /// that what is kept in memory has an end.
    fn flush(&self, stream: Stream, pending: &mut Pending, all: bool) {
        let Pending {
            bytes,
            joined,
            entry,
        } = pending;
        let whole = memchr::memchr(b'\n', bytes).is_some();
        if bytes.is_empty() || !(all || whole || bytes.len() >= segment::LONGEST) {
            return;
        }
        let time = (self.store.options.clock)();
        let mut records = Vec::new();
        let used = segment::split(bytes, all, joined, |line, continued| {
            let class = segment::classify(entry, line, continued, time);
            records.push(segment::draft(
                line.len(),
                class,
                continued,
                stream,
                self.run,
                time,
            ));
        });
        self.series
            .append(|appender| appender.lines(&bytes[..used], &mut records, time));
        bytes.drain(..used);
        if bytes.capacity() > 2 * BATCH {
            bytes.shrink_to(BATCH);
        }
    }

    fn finish(&self) {
        for stream in [Stream::Out, Stream::Err] {
            self.flush(stream, &mut self.pending(stream).lock(), true);
        }
        self.store.changes.happened();
    }
}

impl Drop for RunState {
    fn drop(&mut self) {
        self.finish();
    }
}
