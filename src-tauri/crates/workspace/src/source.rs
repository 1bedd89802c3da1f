//! A text file with places. Owns byte order marks, line ends and excerpts, so that every line and column is the editor's.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::problem::{FilePosition, Problem, ProblemCode, Severity};

/// The widest excerpt line that is shown whole, in characters.
const EXCERPT_WIDTH: usize = 120;

/// A file's text, without its byte order mark.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: Arc<str>,
    /// Where each line begins; found once, at the first question.
    lines: OnceLock<Vec<usize>>,
}

impl Source {
    pub(crate) fn new(path: PathBuf, text: Arc<str>) -> Self {
        Self {
            path,
            text,
            lines: OnceLock::new(),
        }
    }

    /// Reads a file; `None` if it does not exist.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Box<Problem>> {
        let bytes = match fs_err::read(path) {
            Ok(bytes) => bytes,
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => {
                let what = match error.kind() {
                    std::io::ErrorKind::PermissionDenied => {
                        "you have no permission to read it".to_owned()
                    }
                    std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
                    _ => std::error::Error::source(&error)
                        .map_or_else(|| error.to_string(), ToString::to_string),
                };
                let name = file_name(path);
                return Err(Box::new(Problem::new(
                    ProblemCode::FileUnreadable,
                    Severity::Blocker,
                    path,
                    format!("{name} can't be read: {what}."),
                )));
            }
        };
        Self::decode(path, bytes).map(Some)
    }

    fn decode(path: &Path, bytes: Vec<u8>) -> Result<Self, Box<Problem>> {
        let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => rest.to_vec(),
            None => bytes,
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(path.to_path_buf(), text.into())),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let before = String::from_utf8_lossy(&bytes[..valid]).into_owned();
                let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
                let cause = if wide {
                    "it is UTF-16"
                } else {
                    "it holds a byte that is not part of any character"
                };
                Err(Box::new(
                    Problem::new(
                        ProblemCode::FileNotUtf8,
                        Severity::Blocker,
                        path,
                        format!("{} is not UTF-8 text: {cause}.", file_name(path)),
                    )
                    .at(Some(place_in(&before, &lines_of(&before), before.len())))
                    .with_hint("Save the file as UTF-8 in your editor."),
                ))
            }
        }
    }

    /// The line and column of a byte offset.
    pub(crate) fn place(&self, offset: usize) -> FilePosition {
        let lines = self.lines.get_or_init(|| lines_of(&self.text));
        place_in(&self.text, lines, offset)
    }

    /// The place where a span begins.
    pub(crate) fn place_of(&self, span: Option<Range<usize>>) -> Option<FilePosition> {
        span.map(|span| self.place(span.start))
    }

    /// A place in the text: what lies behind its end is the end of its last line that holds something.
    pub(crate) fn within(&self, place: FilePosition) -> FilePosition {
        let text = self.text.trim_end();
        let last = u32::try_from(text.lines().count().max(1)).unwrap_or(u32::MAX);
        if place.line <= last {
            return place;
        }
        let end = text.lines().last().unwrap_or_default().chars().count() + 1;
        FilePosition {
            line: last,
            column: u32::try_from(end).unwrap_or(u32::MAX),
        }
    }

    /// The line at a place, with a caret under the column.
    pub(crate) fn excerpt(&self, place: FilePosition) -> String {
        let line = self
            .text
            .split('\n')
            .nth(place.line.saturating_sub(1) as usize)
            .unwrap_or_default()
            .trim_end_matches('\r');
        let column = place.column.saturating_sub(1) as usize;
        let skipped = column.saturating_sub(EXCERPT_WIDTH / 2);
        let shown: String = line.chars().skip(skipped).take(EXCERPT_WIDTH).collect();
        // Tabs stay tabs in front of the caret, so that both lines are indented alike.
        let pad: String = line
            .chars()
            .skip(skipped)
            .take(column - skipped)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        format!("{shown}\n{pad}^")
    }
}

/// The last part of a path, for sentences.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Where each line begins.
fn lines_of(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

fn place_in(text: &str, lines: &[usize], offset: usize) -> FilePosition {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let line = lines.partition_point(|start| *start <= offset);
    let start = lines[line - 1];
    FilePosition {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(text[start..offset].chars().count() + 1).unwrap_or(u32::MAX),
    }
}
