//! The views that windows have open on the logs, and the ticks that say a log grew.
//!
//! Rows stay in the log store; a view is a handle. A tick is told at most 20 times a second and only for views that
//! changed, so that a flood costs the window no more than a trickle.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use logstore::{Filter, LogKey, Query, Store, View, ViewOf, ViewStatus};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::board::Board;
use api::{
    CopyLogRequest, Event, FilterLogRequest, FoldLogRequest, LevelCounts, LogFilter, LogLevel,
    LogMarks, LogMatches, LogPrint, LogView, LogWindow, LogWindowRequest, Nothing, OpenLogRequest,
    PrintBlock, Row, RowKind, SearchLogRequest, Segment, Subject, Text, ViewRequest,
};

/// Why a view on a log has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogsError {
    /// The view was closed.
    #[error("this log view was closed")]
    Closed,
    /// The thread that reads ended early.
    #[error("reading the log ended early")]
    Reading(#[source] tokio::task::JoinError),
}

/// The name of all logs merged.
const ALL: &str = "all";
/// The pause between two ticks.
const TICK: Duration = Duration::from_millis(50);
/// The most rows that one request brings.
const WINDOW: u32 = 2_000;
/// The most rows that one copy brings.
const COPY: u32 = 100_000;

/// How long a search keeps a view from others at a time, about.
const SLICE: Duration = Duration::from_millis(30);

type Views = HashMap<u32, OpenView>;

struct OpenView {
    view: Arc<Mutex<View>>,
    told: ViewStatus,
}

/// The open views of one workspace's logs.
pub(crate) struct Logs {
    store: Store,
    views: Arc<Mutex<Views>>,
    next: AtomicU32,
    ticker: tokio::task::JoinHandle<()>,
    _subscription: Arc<logstore::Subscription>,
}

impl Drop for Logs {
    fn drop(&mut self) {
        self.ticker.abort();
    }
}

impl Logs {
    /// No views yet; growth is told on `board`.
    pub(crate) fn new(store: Store, board: Arc<Board>) -> Self {
        let grew = Arc::new(Notify::new());
        let notify = Arc::clone(&grew);
        let subscription = Arc::new(store.subscribe(move || notify.notify_one()));
        let views = Arc::new(Mutex::new(Views::new()));
        let ticker = tokio::spawn(tick(
            store.clone(),
            Arc::clone(&subscription),
            grew,
            Arc::clone(&views),
            board,
        ));
        Self {
            store,
            views,
            next: AtomicU32::new(1),
            ticker,
            _subscription: subscription,
        }
    }

    /// Opens a view.
    pub(crate) async fn open(&self, request: OpenLogRequest) -> Result<LogView, LogsError> {
        let of = match request.log.as_str() {
            ALL => ViewOf::All,
            one => ViewOf::One(LogKey(one.to_owned())),
        };
        let store = self.store.clone();
        let filter = filter(request.filter);
        let (view, status) = blocking(move || {
            let view = store.open_view(of, filter);
            let mut view = if request.unfolded {
                view.unfolded()
            } else {
                view
            };
            let status = view.status();
            (view, status)
        })
        .await?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let shown = shown(id, &status);
        let open = OpenView {
            view: Arc::new(Mutex::new(view)),
            told: status,
        };
        self.views.lock().insert(id, open);
        Ok(shown)
    }

    /// The last lines of a log as plain text; nothing of one that has none.
    pub(crate) async fn last(&self, log: &str, count: u32) -> String {
        let store = self.store.clone();
        let of = ViewOf::One(LogKey(log.to_owned()));
        let read = blocking(move || {
            let mut view = store.open_view(of, logstore::Filter::default());
            let rows = view.status().rows;
            view.copy(rows.saturating_sub(count), count)
        });
        // What can't be read now is not there.
        read.await.unwrap_or_default()
    }

    /// Changes what a view shows.
    pub(crate) async fn filter(&self, request: FilterLogRequest) -> Result<LogView, LogsError> {
        let filter = filter(request.filter);
        self.change(request.view, move |view| view.set_filter(filter))
            .await
    }

    /// The rows in sight.
    pub(crate) async fn window(&self, request: LogWindowRequest) -> Result<LogWindow, LogsError> {
        let (from, count) = (request.from, request.count.min(WINDOW));
        let window = self
            .with(request.view, move |view| view.window(from, count))
            .await?;
        Ok(LogWindow {
            rows: window.rows.into_iter().map(row).collect(),
            total: window.status.rows,
            counts: counts(window.status.counts),
        })
    }

    /// Rows to print, those that are alike together.
    pub(crate) async fn print(&self, request: LogWindowRequest) -> Result<LogPrint, LogsError> {
        let (from, count) = (request.from, request.count.min(WINDOW));
        self.with(request.view, move |view| {
            print(from, view.window(from, count).rows.into_iter().map(row))
        })
        .await
    }

    /// Finds the next or the previous match; whoever else wants the view has it in between.
    pub(crate) async fn search(&self, request: SearchLogRequest) -> Result<LogMatches, LogsError> {
        let query = Query {
            pattern: request.pattern,
            regex: request.regex,
            case_sensitive: request.case_sensitive,
        };
        let (from, backwards) = (request.from, request.backwards);
        let mut found = self
            .with(request.view, move |view| {
                view.search_for(&query, from, backwards, Some(SLICE))
            })
            .await?;
        while !found.complete {
            // None where it was given up meanwhile.
            let more = self.with(request.view, |view| view.found(Some(SLICE)));
            found = more.await?.unwrap_or_else(nothing_found);
        }
        Ok(LogMatches {
            count: found.count,
            row: found.row,
            ordinal: found.ordinal,
            invalid: found.invalid,
        })
    }

    /// Where errors and warnings are.
    pub(crate) async fn marks(&self, request: ViewRequest) -> Result<LogMarks, LogsError> {
        let marks = self.with(request.view, View::marks).await?;
        Ok(LogMarks {
            errors: marks.errors,
            warnings: marks.warnings,
        })
    }

    /// Opens or closes library frames.
    pub(crate) async fn fold(&self, request: FoldLogRequest) -> Result<LogView, LogsError> {
        self.change(request.view, move |view| {
            view.set_fold(request.row, request.open);
        })
        .await
    }

    /// Rows as plain text.
    pub(crate) async fn copy(&self, request: CopyLogRequest) -> Result<Text, LogsError> {
        let (from, count) = (request.from, request.count.min(COPY));
        let text = self
            .with(request.view, move |view| view.copy(from, count))
            .await?;
        Ok(Text { text })
    }

    /// Hides what was printed so far.
    pub(crate) async fn clear(&self, request: ViewRequest) -> Result<LogView, LogsError> {
        self.change(request.view, View::clear).await
    }

    /// Ends a view.
    pub(crate) fn close(&self, request: &ViewRequest) -> Nothing {
        self.views.lock().remove(&request.view);
        Nothing {}
    }

    /// Does something to a view off the async threads, and answers how it stands afterwards.
    async fn change<T: Send + 'static>(
        &self,
        id: u32,
        change: impl FnOnce(&mut View) -> T + Send + 'static,
    ) -> Result<LogView, LogsError> {
        let status = self
            .with(id, move |view| {
                change(view);
                view.status()
            })
            .await?;
        Ok(shown(id, &status))
    }

    /// Does something with a view off the async threads; others who ask for the same view wait.
    ///
    /// # Errors When the view was closed, or never was.
    async fn with<T: Send + 'static>(
        &self,
        id: u32,
        act: impl FnOnce(&mut View) -> T + Send + 'static,
    ) -> Result<T, LogsError> {
        let view = self
            .views
            .lock()
            .get(&id)
            .map(|open| Arc::clone(&open.view));
        let view = view.ok_or(LogsError::Closed)?;
        blocking(move || act(&mut view.lock())).await
    }
}

/// Tells of growth for as long as the logs live: when something was written, then after [`TICK`] at the earliest again.
/// Counts of all logs are told only where errors or warnings are more or fewer than before.
async fn tick(
    store: Store,
    subscription: Arc<logstore::Subscription>,
    grew: Arc<Notify>,
    views: Arc<Mutex<Views>>,
    board: Arc<Board>,
) {
    let mut told: BTreeMap<String, LevelCounts> = BTreeMap::new();
    loop {
        grew.notified().await;
        subscription.seen();
        let (store, views, board) = (store.clone(), Arc::clone(&views), Arc::clone(&board));
        let before = std::mem::take(&mut told);
        let looked = tokio::task::spawn_blocking(move || {
            for event in growth(&views) {
                board.announce(event);
            }
            let now: BTreeMap<String, LevelCounts> = store
                .keys()
                .into_iter()
                .map(|key| (key.0.clone(), counts(store.counts(&key))))
                .collect();
            let graver = now.iter().any(|(key, counts)| {
                let before = before.get(key).copied().unwrap_or_default();
                (before.error, before.warning) != (counts.error, counts.warning)
            });
            if graver {
                board.announce(Event::ErrorsCounted {
                    counts: now.clone(),
                });
            }
            now
        });
        told = looked.await.unwrap_or_default();
        tokio::time::sleep(TICK).await;
    }
}

/// The views that have other rows than were told last.
fn growth(views: &Mutex<Views>) -> Vec<Event> {
    let mut events = Vec::new();
    for (&view, open) in views.lock().iter_mut() {
        // A view that is busy is told at the next tick: it changed, so there is one.
        let Some(mut held) = open.view.try_lock() else {
            continue;
        };
        let status = held.status();
        if status != open.told {
            events.push(Event::LogGrew {
                view,
                rows: status.rows,
                counts: counts(status.counts),
            });
            open.told = status;
        }
    }
    events
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LogsError> {
    let worked = tokio::task::spawn_blocking(work).await;
    worked.map_err(LogsError::Reading)
}

fn shown(view: u32, status: &ViewStatus) -> LogView {
    LogView {
        view,
        rows: status.rows,
        counts: counts(status.counts),
        file: status.file.as_ref().map(|path| path.display().to_string()),
    }
}

fn filter(filter: LogFilter) -> Filter {
    let level = |level| match level {
        LogLevel::Debug => logstore::Level::Debug,
        LogLevel::Info => logstore::Level::Info,
        LogLevel::Warning => logstore::Level::Warning,
        LogLevel::Error => logstore::Level::Error,
    };
    Filter {
        levels: filter.levels.into_iter().map(level).collect(),
        sources: filter.sources.into_iter().map(LogKey).collect(),
    }
}

pub(crate) fn counts(counts: logstore::LevelCounts) -> LevelCounts {
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    LevelCounts {
        debug: narrow(counts.debug),
        info: narrow(counts.info),
        warning: narrow(counts.warning),
        error: narrow(counts.error),
    }
}

fn row(row: logstore::StoredRow) -> Row {
    Row {
        index: row.index,
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds fit a double for 285,000 years"
        )]
        time: row.time as f64,
        level: match row.level {
            logstore::Level::Debug => LogLevel::Debug,
            logstore::Level::Info => LogLevel::Info,
            logstore::Level::Warning => LogLevel::Warning,
            logstore::Level::Error => LogLevel::Error,
        },
        source: row.source,
        kind: kind(row.kind),
        logger: row.logger,
        segments: row
            .segments
            .into_iter()
            .map(|segment| Segment {
                text: segment.text,
                color: segment.color.map(|color| color.as_str().to_owned()),
                bold: segment.bold,
                marked: segment.marked,
            })
            .collect(),
        cut: row.cut,
    }
}

fn nothing_found() -> logstore::Matches {
    logstore::Matches {
        complete: true,
        ..logstore::Matches::default()
    }
}

/// Rows from one on, those that are alike together.
fn print(from: u32, rows: impl Iterator<Item = Row>) -> LogPrint {
    let (mut blocks, mut next) = (Vec::<PrintBlock>::new(), from);
    for row in rows {
        next = row.index + 1;
        match blocks.last_mut() {
            Some(block) if alike(&block.first, &row) => {
                let texts = row.segments.iter().map(|segment| segment.text.as_str());
                block.more.extend(texts);
                block.more.push('\n');
            }
            _ => blocks.push(PrintBlock {
                first: row,
                more: String::new(),
            }),
        }
    }
    LogPrint { blocks, next }
}

/// Whether a row is like the first of a block and can be told by its text alone.
fn alike(first: &Row, row: &Row) -> bool {
    let plain = |segment: &Segment| segment.color.is_none() && !segment.bold;
    (row.level, &row.source, &row.kind, &row.logger)
        == (first.level, &first.source, &first.kind, &first.logger)
        && !row.cut
        && row.segments.iter().all(plain)
}

fn kind(kind: logstore::RowKind) -> RowKind {
    match kind {
        logstore::RowKind::Line => RowKind::Line,
        logstore::RowKind::Continuation => RowKind::Continuation,
        logstore::RowKind::Fold { frames, open } => RowKind::Fold { frames, open },
        logstore::RowKind::OwnFrame { path, line } => RowKind::OwnFrame {
            subject: Subject {
                path,
                line: Some(line),
                column: None,
            },
        },
        logstore::RowKind::Frame => RowKind::Frame,
        logstore::RowKind::Exception => RowKind::Exception,
        logstore::RowKind::Note => RowKind::Note,
        logstore::RowKind::RunStart => RowKind::RunStart,
        logstore::RowKind::Gap => RowKind::Gap,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(index: u32, text: &str) -> Row {
        let segment = Segment {
            text: text.to_owned(),
            color: None,
            bold: false,
            marked: false,
        };
        Row {
            index,
            time: f64::from(index),
            level: LogLevel::Info,
            source: "location:etl".to_owned(),
            kind: RowKind::Line,
            logger: None,
            segments: vec![segment],
            cut: false,
        }
    }

    /// How many lines each block has.
    fn lengths(print: &LogPrint) -> Vec<usize> {
        let length = |block: &PrintBlock| 1 + block.more.lines().count();
        print.blocks.iter().map(length).collect()
    }

    #[test]
    fn rows_that_are_alike_come_together_and_nothing_of_them_is_lost() {
        let empty = Row {
            segments: Vec::new(),
            ..plain(8, "")
        };
        let rows = [plain(7, "one"), empty, plain(9, "three")];
        let printed = print(7, rows.into_iter());
        assert_eq!((lengths(&printed), printed.next), (vec![3], 10));
        assert_eq!(printed.blocks[0].first, plain(7, "one"));
        assert_eq!(printed.blocks[0].more, "\nthree\n");
        let nothing = print(7, std::iter::empty());
        assert_eq!((nothing.blocks, nothing.next), (Vec::new(), 7));
    }

    #[test]
    fn a_row_that_differs_begins_a_block_of_its_own() {
        let change: [fn(&mut Row); 7] = [
            |row| row.level = LogLevel::Error,
            |row| row.source = "daemon".to_owned(),
            |row| row.kind = RowKind::Continuation,
            |row| row.logger = Some("dagster".to_owned()),
            |row| row.segments[0].color = Some("red".to_owned()),
            |row| row.segments[0].bold = true,
            |row| row.cut = true,
        ];
        for (which, change) in change.iter().enumerate() {
            let mut other = plain(1, "other");
            change(&mut other);
            let rows = [plain(0, "one"), other.clone(), plain(2, "three")];
            let printed = print(0, rows.into_iter());
            assert_eq!(printed.blocks[1].first, other, "change {which}");
            let alone = [plain(0, "one"), other.clone(), other];
            // Two that are cut or have a style are told whole, each.
            let together = which < 4;
            let expected = if together { vec![1, 2] } else { vec![1, 1, 1] };
            assert_eq!(lengths(&print(0, alone.into_iter())), expected, "{which}");
        }
    }
}
