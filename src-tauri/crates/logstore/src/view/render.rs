//! A record and its bytes become a row.
//!
//! Owns the text that is shown and searched. Refuses to choose rows.

use std::borrow::Cow;

use crate::ansi;
use crate::entry;
use crate::header::{self, Body};
use crate::record::{Kind, Record};
use crate::row::{Level, RowKind, Segment, StoredRow, Stream};

/// Characters that are shown of a line.
const SHOWN: usize = 4_000;

/// One row as it is drawn: what the entry says, with date, level and logger taken out where they have columns of their own.
/// Of a line that overwrote itself (`\r`) the last state is shown. At most [`SHOWN`] characters; `cut` says that there are
/// more.
pub(super) fn row(index: u32, source: &str, record: &Record, bytes: Option<&[u8]>) -> StoredRow {
    let Some(bytes) = bytes else {
        return unreadable(index, source);
    };
    let mut row = blank(index, source, record);
    if record.kind.is_ours() {
        let text = String::from_utf8_lossy(bytes);
        row.segments = vec![Segment {
            text: text.chars().take(SHOWN).collect(),
            ..Segment::default()
        }];
        row.cut = text.chars().nth(SHOWN).is_some();
        return row;
    }
    let state = ansi::last_state(bytes);
    let text = ansi::strip(state);
    let header = if record.is_head() {
        header::read(&text)
    } else {
        None
    };
    let (from, to) = match header.as_ref().map(|header| &header.body) {
        Some(Body::Text(body)) => {
            row.segments = vec![Segment {
                text: body.chars().take(SHOWN).map(visible).collect(),
                ..Segment::default()
            }];
            row.cut = body.chars().nth(SHOWN).is_some();
            (0, 0)
        }
        Some(Body::Range(from, to)) => (*from, *to),
        None => (0, text.len()),
    };
    if to > 0 {
        (row.segments, row.cut) = ansi::segments(state, from, to, SHOWN);
    }
    row.logger = header.and_then(|header| header.logger).map(Cow::into_owned);
    if record.kind == Kind::OwnFrame
        && let Some((path, line)) = entry::place(&text)
    {
        row.kind = RowKind::OwnFrame {
            path: String::from_utf8_lossy(path).into_owned(),
            line,
        };
    }
    row
}

/// A row is one line.
fn visible(character: char) -> char {
    if character == '\n' || character == '\r' {
        ' '
    } else {
        character
    }
}

/// The row that stands for library frames.
pub(super) fn fold(index: u32, source: &str, first: &Record, frames: u32, open: bool) -> StoredRow {
    let text = match frames {
        // It holds what was told already.
        0 => "The same error again".to_owned(),
        1 => "1 library frame".to_owned(),
        _ => format!("{frames} library frames"),
    };
    let mut row = blank(index, source, first);
    row.kind = RowKind::Fold { frames, open };
    row.segments = vec![Segment {
        text,
        ..Segment::default()
    }];
    row
}

/// The row of a line that the disk does not give any more: said rather than left out, so that no row changes its number.
pub(super) fn unreadable(index: u32, source: &str) -> StoredRow {
    StoredRow {
        index,
        time: 0,
        level: Level::Warning,
        source: source.to_owned(),
        stream: Stream::Out,
        kind: RowKind::Gap,
        logger: None,
        segments: vec![Segment {
            text: "This line can't be read from the disk any more.".to_owned(),
            ..Segment::default()
        }],
        cut: false,
    }
}

/// A row with all that its record says, still without text.
fn blank(index: u32, source: &str, record: &Record) -> StoredRow {
    let kind = match record.kind {
        Kind::Line => RowKind::Line,
        Kind::Continuation | Kind::OwnFrame => RowKind::Continuation,
        Kind::LibraryFrame | Kind::LibraryCode => RowKind::Frame,
        Kind::Exception => RowKind::Exception,
        Kind::Note => RowKind::Note,
        Kind::RunStart => RowKind::RunStart,
        Kind::Gap => RowKind::Gap,
    };
    StoredRow {
        index,
        time: record.time,
        level: record.level,
        source: source.to_owned(),
        stream: record.stream,
        kind,
        logger: None,
        segments: Vec::new(),
        cut: false,
    }
}

/// Appends the whole text of a record without colours.
pub(super) fn copy(record: &Record, bytes: Option<&[u8]>, out: &mut String) {
    if record.is_joined() && out.ends_with('\n') {
        out.pop();
    }
    let bytes = bytes.unwrap_or_default();
    let text = if record.kind.is_ours() {
        bytes.into()
    } else {
        ansi::strip(ansi::last_state(bytes))
    };
    out.push_str(&String::from_utf8_lossy(&text));
    out.push('\n');
}

/// Hands over the texts of a record that a search looks through: its logger and what its row shows.
pub(super) fn searched(
    record: &Record,
    bytes: &[u8],
    mut matches: impl FnMut(&[u8]) -> bool,
) -> bool {
    if record.kind.is_ours() {
        return matches(bytes);
    }
    let text = ansi::strip(ansi::last_state(bytes));
    let Some(header) = (if record.is_head() {
        header::read(&text)
    } else {
        None
    }) else {
        return matches(&text);
    };
    let body = match &header.body {
        Body::Range(from, to) => matches(&text[*from..*to]),
        Body::Text(body) => matches(body.as_bytes()),
    };
    body || header
        .logger
        .as_ref()
        .is_some_and(|logger| matches(logger.as_bytes()))
}
