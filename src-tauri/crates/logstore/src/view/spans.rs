//! Rows as spans: stretches of records of one part that follow each other, and folds.
//!
//! Owns the arithmetic between rows, positions (records that are shown, folded or not) and records.
//! A log without folds is one span, however long it is.

use crate::record::{Kind, Record};

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanKind {
    /// One row for each record.
    Lines,
    /// One row for all records.
    Closed,
    /// One row for the fold, then one for each record.
    Open,
}

/// A stretch of records of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) row: u32,
    pub(super) position: u32,
    pub(super) part: u32,
    pub(super) record: u32,
    pub(super) len: u32,
    pub(super) frames: u32,
    pub(super) kind: SpanKind,
}

impl Span {
    pub(super) fn is_fold(&self) -> bool {
        self.kind != SpanKind::Lines
    }

    pub(super) fn is_open(&self) -> bool {
        self.kind == SpanKind::Open
    }

    fn rows(&self) -> u32 {
        match self.kind {
            SpanKind::Lines => self.len,
            SpanKind::Closed => 1,
            SpanKind::Open => self.len + 1,
        }
    }

    /// The record at a row, and how many records follow in the span. Not for the row of a fold itself.
    pub(super) fn records_from(&self, row: u32) -> (u32, u32) {
        let at = row - self.row - u32::from(self.is_open());
        (self.record + at, self.len - at)
    }
}

#[derive(Debug, Default)]
pub(super) struct Spans {
    spans: Vec<Span>,
}

impl Spans {
    pub(super) fn all(&self) -> &[Span] {
        &self.spans
    }

    pub(super) fn rows(&self) -> u32 {
        self.spans.last().map_or(0, |span| span.row + span.rows())
    }

    pub(super) fn positions(&self) -> u32 {
        self.spans.last().map_or(0, |span| span.position + span.len)
    }

    pub(super) fn at_row(&self, row: u32) -> Option<&Span> {
        let index = self
            .spans
            .partition_point(|span| span.row <= row)
            .checked_sub(1)?;
        self.spans
            .get(index)
            .filter(|span| row < span.row + span.rows())
    }

    /// The index of the span with a position.
    pub(super) fn at_position(&self, position: u32) -> usize {
        self.spans
            .partition_point(|span| span.position <= position)
            .saturating_sub(1)
    }

    pub(super) fn row_of(&self, position: u32) -> u32 {
        let Some(span) = self.spans.get(self.at_position(position)) else {
            return 0;
        };
        match span.kind {
            SpanKind::Lines => span.row + (position - span.position),
            SpanKind::Closed => span.row,
            SpanKind::Open => span.row + 1 + (position - span.position),
        }
    }

    /// Adds a record at the end; tells its position.
    pub(super) fn push(
        &mut self,
        part: u32,
        index: u32,
        record: &Record,
        opened: impl Fn(u32) -> bool,
    ) -> u32 {
        let (row, position) = (self.rows(), self.positions());
        let frame = u32::from(record.kind == Kind::LibraryFrame && !record.is_again());
        let last = self
            .spans
            .last_mut()
            .filter(|last| last.part == part && last.record + last.len == index);
        let fold = match (&last, record.kind) {
            (_, Kind::LibraryFrame) => true,
            // Code whose frame is elsewhere, because another stream came between, stands as it is.
            (Some(last), Kind::LibraryCode) => last.is_fold(),
            _ => false,
        };
        match last {
            Some(last) if last.is_fold() == fold => {
                last.len += 1;
                last.frames += frame;
            }
            _ => {
                let kind = match fold {
                    false => SpanKind::Lines,
                    true if opened(index) => SpanKind::Open,
                    true => SpanKind::Closed,
                };
                self.spans.push(Span {
                    row,
                    position,
                    part,
                    record: index,
                    len: 1,
                    frames: frame,
                    kind,
                });
            }
        }
        position
    }

    /// Opens or closes the fold with a row; tells which it is if that changed anything.
    pub(super) fn toggle(&mut self, row: u32, open: bool) -> Option<(usize, Span)> {
        let index = self
            .spans
            .partition_point(|span| span.row <= row)
            .checked_sub(1)?;
        let span = self.spans.get_mut(index)?;
        if !span.is_fold() || span.is_open() == open || row >= span.row + span.rows() {
            return None;
        }
        let before = span.rows();
        span.kind = if open {
            SpanKind::Open
        } else {
            SpanKind::Closed
        };
        let (span, after) = (*span, span.rows());
        for later in &mut self.spans[index + 1..] {
            later.row = later.row + after - before;
        }
        Some((index, span))
    }
}
