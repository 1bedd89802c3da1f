//! A window onto one log or all of them: which rows there are, and those that are in sight.
//!
//! Owns the choice and order of rows: filter, folds, search, marks. Keeps spans of rows, never text; reads text for the
//! rows asked for. Refuses to write.
//!
//! A row is a record, or a fold of library frames that stands for several. What a view keeps grows with the number of
//! spans, not of rows, so that a log of millions of lines costs little until it is filtered finely. Rows are counted from 0
//! and move when a fold above them is turned, so that a reader names them by the status that it was told.

mod render;
mod search;
mod spans;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::inner::Inner;
use crate::key::LogKey;
use crate::record::{Kind, Record};
use crate::row::{Level, LevelCounts, StoredRow};
use crate::segment::Segment;
use search::Search;
use spans::{SpanKind, Spans};

/// Records that are read at once.
const BLOCK: u32 = 16 * 1024;
/// Marks of one level, at most.
const MARKS: usize = 500;

/// What a view is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewOf {
    /// One log.
    One(LogKey),
    /// All logs, merged by time.
    All,
}

/// What a view shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only these levels; empty means all. The lines of an entry share its level.
    pub levels: Vec<Level>,
    /// Only these logs; empty means all.
    pub sources: Vec<LogKey>,
}

/// Where a view stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewStatus {
    /// How many rows it has.
    pub rows: u32,
    /// Entries of each level since the last clear, in the logs shown, before the level filter.
    pub counts: LevelCounts,
    /// The file on disk, for a view of one log.
    pub file: Option<PathBuf>,
}

/// Rows asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window {
    /// The rows from the asked one on, as many as there are.
    pub rows: Vec<StoredRow>,
    /// Where the view stood when they were read.
    pub status: ViewStatus,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The text or expression; empty ends the search.
    pub pattern: String,
    /// Whether the pattern is a regular expression.
    pub regex: bool,
    /// Whether upper and lower case differ.
    pub case_sensitive: bool,
}

/// Where a search stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matches {
    /// How many rows match; a closed fold matches when one of its lines does.
    pub count: u32,
    /// The row to go to; none where nothing matches.
    pub row: Option<u32>,
    /// Which of the matches it is, from 1; 0 without a row.
    pub ordinal: u32,
    /// Why the pattern can't be used; the older matches stay.
    pub invalid: Option<String>,
    /// Whether all rows have been looked at; false only where a time limit was given.
    pub complete: bool,
}

/// Rows with errors and warnings, thinned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Rows with an error, at most 500.
    pub errors: Vec<u32>,
    /// Rows with a warning, at most 500.
    pub warnings: Vec<u32>,
}

/// A file of a log, as far as the view has read its index.
struct Part {
    source: LogKey,
    segment: Arc<Segment>,
    /// The first record that was not cleared away.
    from: u32,
    /// The next record to take in.
    next: u32,
    shown: bool,
}

/// A view. It takes in what was written since at every call; nothing happens between calls.
pub struct View {
    store: Arc<Inner>,
    of: ViewOf,
    filter: Filter,
    parts: Vec<Part>,
    spans: Spans,
    counts: LevelCounts,
    errors: Vec<u32>,
    warnings: Vec<u32>,
    /// Folds that were opened: part and first record.
    opened: HashSet<(u32, u32)>,
    /// Whether folds are open from the beginning.
    unfolded: bool,
    search: Option<Search>,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View")
            .field("of", &self.of)
            .field("rows", &self.spans.rows())
            .finish_non_exhaustive()
    }
}

impl View {
    pub(crate) fn new(store: Arc<Inner>, of: ViewOf, filter: Filter) -> Self {
        Self {
            store,
            of,
            filter,
            parts: Vec::new(),
            spans: Spans::default(),
            counts: LevelCounts::default(),
            errors: Vec::new(),
            warnings: Vec::new(),
            opened: HashSet::new(),
            unfolded: false,
            search: None,
        }
    }

    /// The same with every fold open from the beginning.
    #[must_use]
    pub fn unfolded(mut self) -> Self {
        self.unfolded = true;
        self
    }

    /// Tells how many rows there are now.
    pub fn status(&mut self) -> ViewStatus {
        self.take_in();
        let file = match &self.of {
            ViewOf::One(key) => self.store.series(key).and_then(|series| series.file()),
            ViewOf::All => None,
        };
        ViewStatus {
            rows: self.spans.rows(),
            counts: self.counts,
            file,
        }
    }

    /// Reads the rows from `from` on, `count` at most, with what a search finds in them marked.
    pub fn window(&mut self, from: u32, count: u32) -> Window {
        let status = self.status();
        let mut rows = Vec::new();
        let end = from.saturating_add(count).min(status.rows);
        let mut row = from;
        let mut records = Vec::new();
        while row < end {
            let Some(span) = self.spans.at_row(row) else {
                break;
            };
            let part = &self.parts[span.part as usize];
            let source = part.source.as_str();
            if span.is_fold() && row == span.row {
                if part.segment.records(span.record, 1, &mut records).is_ok() {
                    rows.extend(records.first().map(|first| {
                        render::fold(row, source, first, span.frames, span.is_open())
                    }));
                }
                row += 1;
                if !span.is_open() || row == end {
                    continue;
                }
            }
            let (first, length) = span.records_from(row);
            let length = length.min(end - row);
            if part.segment.records(first, length, &mut records).is_err() {
                records.clear();
            }
            part.segment.each(&records, |at, bytes| {
                rows.push(render::row(row + at as u32, source, &records[at], bytes));
            });
            // A damaged index must not shift what comes after.
            for missing in records.len() as u32..length {
                rows.push(render::unreadable(row + missing, source));
            }
            row += length;
        }
        if let Some(search) = &self.search {
            for row in &mut rows {
                search.mark(&mut row.segments);
            }
        }
        Window { rows, status }
    }

    /// Shows something else; folds that were opened stay open, and what was cleared stays hidden.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.rebuild();
    }

    /// Hides everything that was printed so far; the file stays.
    pub fn clear(&mut self) {
        self.find_parts();
        for part in &mut self.parts {
            part.from = part.segment.published();
        }
        self.opened.clear();
        self.rebuild();
    }

    /// Opens or closes the fold at a row, or around it. Rows behind it move.
    pub fn set_fold(&mut self, row: u32, open: bool) {
        self.take_in();
        let Some((index, span)) = self.spans.toggle(row, open) else {
            return;
        };
        let key = (span.part, span.record);
        if open {
            self.opened.insert(key);
        } else {
            self.opened.remove(&key);
        }
        if let Some(search) = &mut self.search {
            search.fold_changed(&self.spans, index, &self.parts);
        }
    }

    /// Where errors and warnings begin.
    pub fn marks(&mut self) -> Marks {
        self.take_in();
        let thin = |positions: &[u32]| {
            let count = positions.len().min(MARKS);
            (0..count)
                .map(|at| self.spans.row_of(positions[at * positions.len() / count]))
                .collect()
        };
        Marks {
            errors: thin(&self.errors),
            warnings: thin(&self.warnings),
        }
    }

    /// The row of a record that a writer's position named, or of the next one that is shown.
    pub fn row_of(&mut self, key: &LogKey, position: u64) -> Option<u32> {
        self.take_in();
        self.spans.all().iter().find_map(|span| {
            let part = &self.parts[span.part as usize];
            let first = part.segment.base + u64::from(span.record);
            let within = u32::try_from(position.saturating_sub(first)).ok()?;
            (part.source == *key && first + u64::from(span.len) > position)
                .then(|| self.spans.row_of(span.position + within))
        })
    }

    /// The raw text of rows, whole, without colours; a closed fold gives the lines it stands for.
    pub fn copy(&mut self, from: u32, count: u32) -> String {
        self.take_in();
        let mut text = String::new();
        let end = from.saturating_add(count).min(self.spans.rows());
        let mut row = from;
        let mut records = Vec::new();
        while row < end {
            let Some(span) = self.spans.at_row(row) else {
                break;
            };
            let part = &self.parts[span.part as usize];
            let (mut first, mut left, rows) = match span.kind {
                SpanKind::Closed => (span.record, span.len, 1),
                SpanKind::Open if row == span.row => (0, 0, 1),
                _ => {
                    let (first, length) = span.records_from(row);
                    let length = length.min(end - row);
                    (first, length, length)
                }
            };
            while left > 0 {
                let some = left.min(BLOCK);
                if part.segment.records(first, some, &mut records).is_err() || records.is_empty() {
                    break;
                }
                part.segment.each(&records, |at, bytes| {
                    render::copy(&records[at], bytes, &mut text);
                });
                (first, left) = (first + some, left - some);
            }
            row += rows;
        }
        text
    }

    /// Works all rows out anew from the indexes, as after another filter.
    fn rebuild(&mut self) {
        self.spans = Spans::default();
        self.counts = LevelCounts::default();
        self.errors.clear();
        self.warnings.clear();
        for part in &mut self.parts {
            part.next = part.from;
            part.shown =
                self.filter.sources.is_empty() || self.filter.sources.contains(&part.source);
        }
        if let Some(search) = &mut self.search {
            search.restart();
        }
        self.take_in();
    }

    /// Takes in the files that came since.
    fn find_parts(&mut self) {
        let all = match &self.of {
            ViewOf::One(key) => self.store.series(key).into_iter().collect(),
            ViewOf::All => self.store.all(),
        };
        for series in all {
            for segment in series.parts() {
                if !self
                    .parts
                    .iter()
                    .any(|part| Arc::ptr_eq(&part.segment, &segment))
                {
                    let source = series.key.clone();
                    let shown =
                        self.filter.sources.is_empty() || self.filter.sources.contains(&source);
                    self.parts.push(Part {
                        source,
                        segment,
                        from: 0,
                        next: 0,
                        shown,
                    });
                }
            }
        }
    }

    /// Takes in what was written since the last time, merged by time. Rows that are already there never move: what
    /// comes late is shown late.
    fn take_in(&mut self) {
        self.find_parts();
        let mut heads: Vec<Head> = Vec::new();
        for (index, part) in self.parts.iter().enumerate().filter(|(_, part)| part.shown) {
            let end = part.segment.published();
            let mut head = Head {
                part: index,
                end,
                next: part.next,
                records: Vec::new(),
                at: 0,
            };
            if head.fill(&part.segment) {
                heads.push(head);
            }
        }
        while !heads.is_empty() {
            // The first part with the least time, and how far it may go before another one's turn comes.
            let time = |head: &Head| (head.time(), head.part);
            let first = (0..heads.len())
                .min_by_key(|at| time(&heads[*at]))
                .unwrap_or(0);
            let limit = heads
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != first)
                .map(|(_, head)| time(head))
                .min();
            let mut head = heads.swap_remove(first);
            let mut more = true;
            while more && limit.is_none_or(|limit| time(&head) < limit) {
                let record = head.records[head.at];
                self.push(head.part, head.next, &record);
                more = head.step(&self.parts[head.part].segment);
            }
            self.parts[head.part].next = head.next;
            if more {
                heads.push(head);
            }
        }
        if let Some(search) = &mut self.search {
            search.wants_more = true;
        }
    }

    /// Takes one record in: as a row, into a fold, or not at all where it is filtered.
    fn push(&mut self, part: usize, index: u32, record: &Record) {
        self.counts.add(record.level, u64::from(record.is_head()));
        if record.kind != Kind::Gap
            && !self.filter.levels.is_empty()
            && !self.filter.levels.contains(&record.level)
        {
            return;
        }
        let part = part as u32;
        let open = |first| self.unfolded || self.opened.contains(&(part, first));
        let position = self.spans.push(part, index, record, open);
        if record.is_head() {
            match record.level {
                Level::Error => self.errors.push(position),
                Level::Warning => self.warnings.push(position),
                Level::Info | Level::Debug => {}
            }
        }
    }
}

/// The records of one part that wait for their turn.
struct Head {
    part: usize,
    end: u32,
    next: u32,
    records: Vec<Record>,
    at: usize,
}

impl Head {
    fn fill(&mut self, segment: &Segment) -> bool {
        self.at = 0;
        let count = self.end.saturating_sub(self.next).min(BLOCK);
        count > 0
            && segment.records(self.next, count, &mut self.records).is_ok()
            && !self.records.is_empty()
    }

    fn time(&self) -> i64 {
        self.records
            .get(self.at)
            .map_or(i64::MAX, |record| record.time)
    }

    /// Goes to the next record; tells whether there is one.
    fn step(&mut self, segment: &Segment) -> bool {
        self.at += 1;
        self.next += 1;
        self.at < self.records.len() || self.fill(segment)
    }
}
