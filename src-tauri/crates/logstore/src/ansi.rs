//! Terminal escape codes: text and styles out of printed bytes.
//!
//! Owns the reading of escape sequences and of lines that overwrite themselves with a carriage return.
//! Refuses to know what a line says.

use anstyle_parse::state::{Action, State, state_change};

use crate::row::{Color, Segment};

const ESC: u8 = 0x1b;

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Printable bytes and tabs.
    Text(&'a [u8]),
    /// The parameters of a "select graphic rendition" sequence.
    Style(&'a [u8]),
}

/// Walks over a line; sequences that are not styles, and control characters, are left out.
pub(crate) struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Pieces<'a> {
    pub(crate) fn of(line: &'a [u8]) -> Self {
        Self { rest: line }
    }
}

/// Bytes that draw nothing in a line. Tabs do.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7f
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let first = *self.rest.first()?;
            if first == ESC {
                let (length, style) = sequence(self.rest);
                let whole = self.rest;
                self.rest = &whole[length..];
                if let Some((from, to)) = style {
                    return Some(Piece::Style(&whole[from..to]));
                }
            } else if is_control(first) {
                self.rest = &self.rest[1..];
            } else {
                let end = self
                    .rest
                    .iter()
                    .position(|byte| is_control(*byte))
                    .unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Piece::Text(text));
            }
        }
    }
}

/// Measures the escape sequence at the start of `bytes`; tells where a style's parameters are.
fn sequence(bytes: &[u8]) -> (usize, Option<(usize, usize)>) {
    let mut state = State::Ground;
    // Where the parameters begin, and whether they are a terminal's own business (`?25`).
    let (mut from, mut private) = (0, false);
    for (at, byte) in bytes.iter().enumerate() {
        // Part of a letter, never an 8-bit control: a title may hold it, and it breaks any other sequence off.
        if !byte.is_ascii() {
            match state {
                State::OscString
                | State::SosPmApcString
                | State::DcsEntry
                | State::DcsParam
                | State::DcsIntermediate
                | State::DcsPassthrough
                | State::DcsIgnore => continue,
                _ => return (at, None),
            }
        }
        let (next, action) = state_change(state, *byte);
        match next {
            // As the parser has it: no change.
            State::Anywhere => {}
            State::CsiEntry => (state, from, private) = (next, at + 1, false),
            _ => state = next,
        }
        private |= action == Action::Collect;
        if action == Action::CsiDispatch {
            let style = (*byte == b'm' && !private).then_some((from, at));
            return (at + 1, style);
        }
        if state == State::Ground {
            return (at + 1, None);
        }
    }
    (bytes.len(), None)
}

/// Appends the line's text to `out`, without escape codes.
pub(crate) fn strip_into(line: &[u8], out: &mut Vec<u8>) {
    for piece in Pieces::of(line) {
        if let Piece::Text(text) = piece {
            out.extend_from_slice(text);
        }
    }
}

/// The line's text without escape codes; borrowed when it has none.
pub(crate) fn strip(line: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if line.iter().any(|byte| is_control(*byte)) {
        let mut out = Vec::with_capacity(line.len());
        strip_into(line, &mut out);
        out.into()
    } else {
        line.into()
    }
}

/// The part of a raw line that a terminal would show last: without its line end, and after the last carriage return
/// that something visible follows.
pub(crate) fn last_state(line: &[u8]) -> &[u8] {
    let mut line = line.strip_suffix(b"\n").unwrap_or(line);
    while let Some(shorter) = line.strip_suffix(b"\r") {
        line = shorter;
    }
    let mut end = line.len();
    loop {
        let Some(at) = memchr::memrchr(b'\r', &line[..end]) else {
            return &line[..end];
        };
        let state = &line[at + 1..end];
        let visible = Pieces::of(state)
            .any(|piece| matches!(piece, Piece::Text(text) if text.iter().any(|byte| !byte.is_ascii_whitespace())));
        if visible {
            return state;
        }
        end = at;
    }
}

/// The style that is in force; it ends with its line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Style {
    color: Option<Color>,
    dim: bool,
    bold: bool,
}

impl Style {
    /// Takes one sequence in. The six basic colours are kept by their names, bright or not; black, white, backgrounds and
    /// colours by value are left to the theme.
    fn apply(&mut self, parameters: &[u8]) {
        let mut codes = parameters
            .split(|byte| matches!(byte, b';' | b':'))
            .map(|code| {
                std::str::from_utf8(code)
                    .ok()
                    .and_then(|text| text.parse::<u16>().ok())
                    .unwrap_or(0)
            });
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Style::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                22 => (self.bold, self.dim) = (false, false),
                30..=37 => self.color = basic(code - 30),
                90 => self.color = Some(Color::Dim),
                91..=97 => self.color = basic(code - 90),
                39 => self.color = None,
                38 | 48 | 58 => {
                    let color = match codes.next() {
                        Some(5) => codes
                            .next()
                            .and_then(|index| if index < 16 { basic(index % 8) } else { None }),
                        Some(2) => {
                            let _ = (codes.next(), codes.next(), codes.next());
                            None
                        }
                        _ => None,
                    };
                    if code == 38 {
                        self.color = color;
                    }
                }
                _ => {}
            }
        }
    }

    fn shown(self) -> (Option<Color>, bool) {
        (self.color.or(self.dim.then_some(Color::Dim)), self.bold)
    }
}

/// The colour of a basic index, 0 to 7; black and white are the text's own.
fn basic(index: u16) -> Option<Color> {
    match index {
        1 => Some(Color::Red),
        2 => Some(Color::Green),
        3 => Some(Color::Yellow),
        4 => Some(Color::Blue),
        5 => Some(Color::Magenta),
        6 => Some(Color::Cyan),
        _ => None,
    }
}

/// Bytes in one style: colour and boldness.
type Run = (Vec<u8>, (Option<Color>, bool));

/// Segments of the stripped bytes `from..to` of a line, cut at `limit` characters; tells whether it was cut.
pub(crate) fn segments(line: &[u8], from: usize, to: usize, limit: usize) -> (Vec<Segment>, bool) {
    let mut style = Style::default();
    let mut at = 0;
    let mut left = limit;
    let mut out: Vec<Run> = Vec::new();
    for piece in Pieces::of(line) {
        match piece {
            Piece::Style(parameters) => style.apply(parameters),
            Piece::Text(text) => {
                let start = from.saturating_sub(at).min(text.len());
                let end = to.saturating_sub(at).min(text.len());
                at += text.len();
                if start >= end {
                    continue;
                }
                match out.last_mut() {
                    Some((bytes, same)) if *same == style.shown() => {
                        bytes.extend_from_slice(&text[start..end]);
                    }
                    _ => out.push((text[start..end].to_vec(), style.shown())),
                }
            }
        }
    }
    let mut segments = Vec::with_capacity(out.len());
    for (bytes, (color, bold)) in out {
        let text = String::from_utf8_lossy(&bytes);
        match text.char_indices().nth(left) {
            Some((end, _)) => {
                if end > 0 {
                    segments.push(Segment {
                        text: text[..end].to_owned(),
                        color,
                        bold,
                        marked: false,
                    });
                }
                return (segments, true);
            }
            None => {
                left -= text.chars().count();
                segments.push(Segment {
                    text: text.into_owned(),
                    color,
                    bold,
                    marked: false,
                });
            }
        }
    }
    (segments, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &[u8]) -> String {
        String::from_utf8_lossy(&strip(line)).into_owned()
    }

    #[test]
    fn leaves_text_without_codes() {
        assert_eq!(text(b"\x1b[32mgreen\x1b[0m plain"), "green plain");
        assert_eq!(
            text(b"\x1b]8;;https://x\x1b\\link\x1b]8;;\x07 \x1b[2K\x1b(Bend\x1b"),
            "link end"
        );
        assert_eq!(text(b"\x1b[3\x1b[31mred\x07"), "red");
        assert_eq!(text(b"tab\tstays"), "tab\tstays");
        assert_eq!(text(b"\x1b[?25lhidden\x1b[>4;1m cursor"), "hidden cursor");
        assert_eq!(
            text("\u{1b}]0;✓ Ü\u{7}title \u{1b}P✓\u{1b}\\and \u{1b}[3äcut off".as_bytes()),
            "title and äcut off",
            "bytes of letters are no controls"
        );
    }

    #[test]
    fn keeps_the_last_state_of_a_progress_line() {
        assert_eq!(last_state(b"10%\r50%\r100%\r\n"), b"100%");
        assert_eq!(last_state(b"done\r\x1b[2K\r   \n"), b"done");
        assert_eq!(last_state(b"\r\r\n"), b"");
        assert_eq!(last_state(b"plain"), b"plain");
    }

    #[test]
    fn names_colours() {
        let (segments, cut) = segments(
            b"\x1b[1;31mA\x1b[0mB\x1b[38;5;2mC\x1b[38;2;1;2;3mD\x1b[2mE\x1b[90mF",
            0,
            99,
            99,
        );
        let seen: Vec<_> = segments
            .iter()
            .map(|s| (s.text.as_str(), s.color.map(Color::as_str), s.bold))
            .collect();
        let dim = Some("dim");
        assert_eq!(
            seen,
            [
                ("A", Some("red"), true),
                ("B", None, false),
                ("C", Some("green"), false),
                ("D", None, false),
                ("EF", dim, false)
            ]
        );
        assert!(!cut);
    }

    #[test]
    fn cuts_at_characters() {
        let (cut, was) = segments("ä\u{1b}[31möü".as_bytes(), 0, 99, 2);
        assert_eq!(
            cut.iter().map(|s| s.text.as_str()).collect::<String>(),
            "äö"
        );
        assert!(was);
    }
}
