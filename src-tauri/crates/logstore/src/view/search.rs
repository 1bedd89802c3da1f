//! Finding rows, and going on where the last look ended.
//!
//! Owns the positions that match. Refuses to look at a line twice, but for a fold that was opened or closed.

use std::time::{Duration, Instant};

use regex::bytes::{Regex, RegexBuilder};

use super::spans::{SpanKind, Spans};
use super::{BLOCK, Matches, Part, Query, View, render};
use crate::row::Segment;

/// A search as far as it has come. What was looked at stays looked at when rows are added.
pub(super) struct Search {
    query: Query,
    regex: Regex,
    /// Positions that match, rising; of a closed fold the first.
    found: Vec<u32>,
    scanned: u32,
    current: Option<u32>,
    /// Where to go when all rows have been looked at: row, backwards, past the row itself.
    aim: Option<(u32, bool, bool)>,
    pub(super) wants_more: bool,
}

impl View {
    /// Finds rows. The first call with a query goes to the match at `from` or the next one; a further call with the same
    /// query goes on from there. Both begin again at the other end when there is none.
    pub fn search(&mut self, query: &Query, from: u32, backwards: bool) -> Matches {
        self.search_for(query, from, backwards, None)
    }

    /// As [`View::search`], for no longer than `limit`: an answer that is not complete is to be asked for again with
    /// [`View::found`], so that others can have the view in between.
    pub fn search_for(
        &mut self,
        query: &Query,
        from: u32,
        backwards: bool,
        limit: Option<Duration>,
    ) -> Matches {
        self.take_in();
        if query.pattern.is_empty() {
            self.search = None;
            return Matches {
                complete: true,
                ..Matches::default()
            };
        }
        let fresh = self
            .search
            .as_ref()
            .is_none_or(|search| search.query != *query);
        if fresh {
            match compile(query) {
                Ok(regex) => {
                    let query = query.clone();
                    let search = Search {
                        query,
                        regex,
                        found: Vec::new(),
                        scanned: 0,
                        current: None,
                        aim: None,
                        wants_more: true,
                    };
                    self.search = Some(search);
                }
                Err(reason) => {
                    let matches = self.found(Some(Duration::ZERO)).unwrap_or_default();
                    return Matches {
                        invalid: Some(reason),
                        complete: true,
                        ..matches
                    };
                }
            }
        }
        let Some(search) = &mut self.search else {
            return Matches::default();
        };
        search.scan(&self.spans, &self.parts, limit);
        search.aim = Some((from, backwards, !fresh));
        search.go(&self.spans);
        search.matches(&self.spans)
    }

    /// Tells where the search stands now, with what was written since; none without a search. Goes nowhere.
    pub fn found(&mut self, limit: Option<Duration>) -> Option<Matches> {
        self.take_in();
        let search = self.search.as_mut()?;
        search.scan(&self.spans, &self.parts, limit);
        search.go(&self.spans);
        Some(search.matches(&self.spans))
    }
}

/// The expression of a query, plain text escaped. Its matching takes linear time, whatever a person types.
fn compile(query: &Query) -> Result<Regex, String> {
    let pattern = if query.regex {
        query.pattern.clone()
    } else {
        regex::escape(&query.pattern)
    };
    RegexBuilder::new(&pattern)
        .case_insensitive(!query.case_sensitive)
        .build()
        .map_err(|error| {
            // The last line says what is wrong, those above draw the pattern.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        })
}

impl Search {
    /// Marks what matches in a row's segments, which are split where a match begins or ends; it may span several.
    pub(super) fn mark(&self, segments: &mut Vec<Segment>) {
        let whole: String = segments.iter().map(|one| one.text.as_str()).collect();
        let matches = self.regex.find_iter(whole.as_bytes());
        let mut matches = matches
            .map(|found| found.range())
            // An expression over bytes may end inside a character.
            .filter(|range| !range.is_empty() && whole.get(range.clone()).is_some())
            .peekable();
        let mut split = Vec::with_capacity(segments.len());
        let (mut at, mut end) = (0, 0);
        for segment in segments.drain(..) {
            end += segment.text.len();
            while at < end {
                while matches.next_if(|range| range.end <= at).is_some() {}
                let (to, marked) = match matches.peek() {
                    Some(range) if range.start <= at => (range.end.min(end), true),
                    Some(range) => (range.start.min(end), false),
                    None => (end, false),
                };
                split.push(Segment {
                    text: whole[at..to].to_owned(),
                    marked,
                    ..segment
                });
                at = to;
            }
        }
        *segments = split;
    }

    /// Forgets what was found: rows are others than before.
    pub(super) fn restart(&mut self) {
        self.found.clear();
        self.scanned = 0;
        self.current = None;
        self.aim = None;
        self.wants_more = true;
    }

    /// Looks at the rows that were not looked at yet, until the time is over; a block at least, so that every call gets on.
    fn scan(&mut self, spans: &Spans, parts: &[Part], limit: Option<Duration>) {
        if !self.wants_more {
            return;
        }
        let until = limit.map(|limit| Instant::now() + limit);
        while self.scanned < spans.positions() {
            let span = &spans.all()[spans.at_position(self.scanned)];
            let at = self.scanned - span.position;
            let count = (span.len - at).min(BLOCK);
            let closed = span.kind == SpanKind::Closed;
            let mut found = std::mem::take(&mut self.found);
            self.each_match(
                &parts[span.part as usize],
                span.record + at,
                count,
                |index| {
                    let position = if closed {
                        span.position
                    } else {
                        self.scanned + index
                    };
                    if found.last() != Some(&position) {
                        found.push(position);
                    }
                },
            );
            self.found = found;
            self.scanned += count;
            // After a block, so that every call gets on.
            if until.is_some_and(|until| Instant::now() >= until)
                && self.scanned < spans.positions()
            {
                return;
            }
        }
        self.wants_more = false;
    }

    /// Hands over which of some records match, by their number from `from` on.
    fn each_match(&self, part: &Part, from: u32, count: u32, mut hit: impl FnMut(u32)) {
        let mut records = Vec::new();
        if part.segment.records(from, count, &mut records).is_err() {
            return;
        }
        part.segment.each(&records, |at, bytes| {
            if bytes.is_some_and(|bytes| {
                render::searched(&records[at], bytes, |text| self.regex.is_match(text))
            }) {
                hit(at as u32);
            }
        });
    }

    /// Looks at a fold again: closed it is one row, open it is many.
    pub(super) fn fold_changed(&mut self, spans: &Spans, index: usize, parts: &[Part]) {
        let span = spans.all()[index];
        let end = (span.position + span.len).min(self.scanned);
        if end <= span.position {
            return;
        }
        let mut inside = Vec::new();
        self.each_match(
            &parts[span.part as usize],
            span.record,
            end - span.position,
            |at| inside.push(span.position + at),
        );
        if span.kind == SpanKind::Closed && !inside.is_empty() {
            inside = vec![span.position];
        }
        let from = self
            .found
            .partition_point(|position| *position < span.position);
        let to = self.found.partition_point(|position| *position < end);
        let kept = self
            .current
            .filter(|current| (span.position..end).contains(current));
        if kept.is_some() {
            self.current = inside.first().copied();
        }
        self.found.splice(from..to, inside);
    }

    /// Goes to where the last look aimed; what is found before all rows have been looked at may still change.
    fn go(&mut self, spans: &Spans) {
        let Some((from, backwards, on)) = self.aim else {
            return;
        };
        if !self.wants_more {
            self.aim = None;
        }
        let row = |position: &u32| spans.row_of(*position);
        let next = if backwards {
            let before = self
                .found
                .partition_point(|at| if on { row(at) < from } else { row(at) <= from });
            before
                .checked_sub(1)
                .or_else(|| self.found.len().checked_sub(1))
        } else {
            let next = self
                .found
                .partition_point(|at| if on { row(at) <= from } else { row(at) < from });
            if next < self.found.len() {
                Some(next)
            } else {
                (!self.found.is_empty()).then_some(0)
            }
        };
        self.current = next.map(|next| self.found[next]);
    }

    /// Where the search stands.
    fn matches(&self, spans: &Spans) -> Matches {
        let before = self
            .current
            .map(|current| self.found.partition_point(|at| *at < current));
        Matches {
            count: self.found.len() as u32,
            row: self.current.map(|current| spans.row_of(current)),
            ordinal: before.map_or(0, |before| before as u32 + 1),
            invalid: None,
            complete: !self.wants_more,
        }
    }
}
