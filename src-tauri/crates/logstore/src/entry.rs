//! Which lines belong together: entries of several lines, and Python tracebacks with their frames.
//!
//! Owns the state between the lines of one stream, at the time they are written. Refuses to keep their text.
//!
//! Decided once, when a line is written, by the lines before it on the same stream and by how soon it came: a program that
//! prints an error with its context does so in one go. A line that no rule joins begins an entry of its own at Info.

use crate::header;
use crate::record::Kind;
use crate::row::Level;

/// An unindented line goes on a warning or error only if it came with it.
const TOGETHER_MS: i64 = 20;
/// So many exceptions of an entry are remembered: longer chains are nobody's to read.
const TOLD: usize = 16;
/// An indented line goes on an entry only if it is not much later.
const SOON_MS: i64 = 1_000;

/// Whose frame was read last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Frame {
    #[default]
    None,
    Library,
    Own,
}

/// Where in a traceback the stream is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Trace {
    #[default]
    None,
    /// Below Python's `Traceback`: ends with the exception.
    Python(Frame),
    /// Below Dagster's `Stack Trace:`: the exception came before, it ends with a blank line.
    Dagster(Frame),
    /// A traceback has ended; the rest of a message or another one may follow.
    After,
    /// A line said that another exception follows.
    Chained,
}

/// What was decided about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) head: bool,
    /// An exception that this entry has told before: a fold begins with it.
    pub(crate) again: bool,
}

/// The state between the lines of one stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct StreamState {
    begun: bool,
    level: Level,
    last: i64,
    blank: bool,
    trace: Trace,
    /// The exceptions that the entry has told, by their sums.
    told: Vec<u32>,
    /// Whether what is printed now was told before.
    repeats: bool,
}

impl StreamState {
    /// Decides about the next line, given without escape codes. An exception that is handed on as its own context, as
    /// Dagster prints it, is told once: from where it comes again all is folded, until another one is told.
    pub(crate) fn next(&mut self, line: &[u8], time: i64) -> Class {
        let class = self.decided(line, time);
        if class.head {
            self.told.clear();
            self.repeats = false;
            if class.level == Level::Error {
                self.told.push(crc32fast::hash(said_of(line)));
            }
        } else if class.kind == Kind::Exception {
            let sum = crc32fast::hash(line.trim_ascii());
            let before = self.repeats;
            // What goes on in the lines below may be another there.
            self.repeats = !line.trim_ascii_end().ends_with(b":") && self.told.contains(&sum);
            if !self.repeats && self.told.len() < TOLD {
                self.told.push(sum);
            }
            if self.repeats && !before {
                return Class {
                    kind: Kind::LibraryFrame,
                    again: true,
                    ..class
                };
            }
        }
        self.folded(class)
    }

    fn folded(&self, class: Class) -> Class {
        match self.repeats {
            true => Class {
                kind: Kind::LibraryCode,
                ..class
            },
            false => class,
        }
    }

    fn decided(&mut self, line: &[u8], time: i64) -> Class {
        let gap = time.saturating_sub(self.last);
        self.last = time;
        let was_blank = std::mem::replace(&mut self.blank, line.trim_ascii().is_empty());
        if self.blank {
            self.trace = match self.trace {
                Trace::Python(_) | Trace::Dagster(_) => Trace::After,
                other => other,
            };
            return if self.begun {
                self.continuation(Kind::Continuation)
            } else {
                self.begins(Level::Info)
            };
        }
        if let Some(header) = header::read(line) {
            return self.begins(header.level);
        }
        if let Some(class) = self.traceback_begins(line, gap) {
            return class;
        }
        let indented = line[0] == b' ' || line[0] == b'\t';
        match self.trace {
            Trace::Python(_) | Trace::Dagster(_) if indented => self.in_frames(line),
            Trace::Python(_) => {
                self.trace = Trace::After;
                self.continuation(Kind::Exception)
            }
            Trace::Chained if !indented => {
                self.trace = Trace::After;
                self.continuation(Kind::Exception)
            }
            _ => {
                let grave = self.level >= Level::Warning;
                // Dagster puts blank lines between a failed step, its exception and the stack.
                if grave && !indented && was_blank && gap <= TOGETHER_MS && names_exception(line) {
                    self.trace = Trace::After;
                    return self.continuation(Kind::Exception);
                }
                let hint = grave && gap <= SOON_MS && line.starts_with(b"hint: ");
                let together = grave && !was_blank && gap <= TOGETHER_MS;
                if self.begun && (hint || together || (indented && gap <= SOON_MS)) {
                    self.continuation(Kind::Continuation)
                } else {
                    self.begins(Level::Info)
                }
            }
        }
    }

    /// Goes on the line before, which was split.
    pub(crate) fn joined(&self) -> Class {
        self.folded(self.continuation(Kind::Continuation))
    }

    /// An entry begins with this line.
    fn begins(&mut self, level: Level) -> Class {
        self.begun = true;
        self.level = level;
        self.trace = Trace::None;
        Class {
            kind: Kind::Line,
            level,
            head: true,
            again: false,
        }
    }

    /// The line goes on the entry before, at its level.
    fn continuation(&self, kind: Kind) -> Class {
        Class {
            kind,
            level: self.level,
            head: false,
            again: false,
        }
    }

    /// Whether a traceback begins here, and whether it belongs to the entry before: one that follows an error at once, or
    /// that another exception led to.
    fn traceback_begins(&mut self, line: &[u8], gap: i64) -> Option<Class> {
        let line = line.trim_ascii_end();
        let trace = if line.starts_with(b"Traceback (most recent call last)") {
            Trace::Python(Frame::None)
        } else if line == b"Stack Trace:" {
            Trace::Dagster(Frame::None)
        } else if self.begun
            && (line.starts_with(b"The above exception ")
                || line.starts_with(b"During handling of the above exception"))
        {
            Trace::Chained
        } else {
            return None;
        };
        let follows = matches!(trace, Trace::Chained | Trace::Dagster(_)) && self.begun
            || self.trace == Trace::Chained
            || self.level >= Level::Warning && self.trace == Trace::None && gap <= TOGETHER_MS;
        let class = if follows {
            self.continuation(Kind::Continuation)
        } else {
            self.begins(Level::Error)
        };
        self.trace = trace;
        Some(class)
    }

    /// A line inside a traceback: a frame by its `File` line, or the code below one.
    fn in_frames(&mut self, line: &[u8]) -> Class {
        let frame = match place(line) {
            Some((path, _)) if is_library(path) => Frame::Library,
            Some(_) => Frame::Own,
            None => {
                let (Trace::Python(frame) | Trace::Dagster(frame)) = self.trace else {
                    return self.continuation(Kind::Continuation);
                };
                return self.continuation(match frame {
                    Frame::Library => Kind::LibraryCode,
                    Frame::Own | Frame::None => Kind::Continuation,
                });
            }
        };
        match &mut self.trace {
            Trace::Python(current) | Trace::Dagster(current) => *current = frame,
            _ => {}
        }
        self.continuation(if frame == Frame::Library {
            Kind::LibraryFrame
        } else {
            Kind::OwnFrame
        })
    }
}

/// What the first line of an entry says, without its date, level and logger.
fn said_of(line: &[u8]) -> &[u8] {
    match header::read(line).map(|header| header.body) {
        Some(header::Body::Range(from, to)) => line[from..to].trim_ascii(),
        _ => line.trim_ascii(),
    }
}

/// The file and line of a `  File "x", line 12, in f` line.
pub(crate) fn place(line: &[u8]) -> Option<(&[u8], u32)> {
    let rest = line.trim_ascii_start().strip_prefix(b"File \"")?;
    let marker = b"\", line ";
    let end = rest
        .windows(marker.len())
        .rposition(|window| window == marker)?;
    let digits = &rest[end + marker.len()..];
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = std::str::from_utf8(&digits[..length]).ok()?.parse().ok()?;
    Some((&rest[..end], number))
}

/// Whether a line begins as `package.module.SomeError: message` does.
fn names_exception(line: &[u8]) -> bool {
    let length = line
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"._".contains(byte))
        .count();
    let class = line[..length]
        .rsplit(|byte| *byte == b'.')
        .next()
        .unwrap_or_default();
    matches!(line.get(length), None | Some(b':'))
        && class.first().is_some_and(u8::is_ascii_uppercase)
}

/// Whether a file is Python's or a package's, not the person's.
fn is_library(path: &[u8]) -> bool {
    const FOLDERS: [&[u8]; 8] = [
        b"/site-packages/",
        b"\\site-packages\\",
        b"/dist-packages/",
        b"/lib/python3",
        b"/lib64/python3",
        b"\\Lib\\",
        b"/.venv/",
        b"\\.venv\\",
    ];
    path.starts_with(b"<")
        || FOLDERS
            .iter()
            .any(|folder| path.windows(folder.len()).any(|window| window == *folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, Level, bool)> {
        let mut entry = StreamState::default();
        text.lines()
            .map(|line| entry.next(line.as_bytes(), 0))
            .map(|c| (c.kind, c.level, c.head))
            .collect()
    }

    #[test]
    fn a_bare_traceback_is_one_error() {
        let seen = kinds(
            "hello\nTraceback (most recent call last):\n  File \"/p/.venv/lib/python3.12/site-packages/a.py\", line 1, in f\n    \
             call()\n  File \"/p/src/mine.py\", line 7, in g\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero\n\nbye",
        );
        use Kind::{Continuation, Exception, LibraryCode, LibraryFrame, Line, OwnFrame};
        let error = Level::Error;
        assert_eq!(
            seen,
            [
                (Line, Level::Info, true),
                (Line, error, true),
                (LibraryFrame, error, false),
                (LibraryCode, error, false),
                (OwnFrame, error, false),
                (Continuation, error, false),
                (Continuation, error, false),
                (Exception, error, false),
                (Continuation, error, false),
                (Line, Level::Info, true),
            ]
        );
    }

    #[test]
    fn a_print_after_a_quiet_second_is_its_own_line() {
        let mut entry = StreamState::default();
        entry.next(b"ERROR:root:bad", 0);
        assert_eq!(entry.next(b"more of it", 5).level, Level::Error);
        let print = entry.next(b"printed", 2_000);
        assert_eq!((print.level, print.head), (Level::Info, true));
    }

    #[test]
    fn a_failed_step_is_one_error() {
        let seen = kinds(
            "2026-11-20 20:34:44 +0000 - dagster - ERROR - JOB - 4dea - 9078 - op - STEP_FAILURE - Execution of step \"op\" failed.\n\n\
             dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred while executing op \"op\"::\n\n\
             ZeroDivisionError: division by zero\n\nStack Trace:\n  File \"/p/src/mine.py\", line 7, in g\n    1 / 0\n\nprinted",
        );
        assert_eq!(
            seen.iter()
                .filter(|(_, level, head)| *head && *level == Level::Error)
                .count(),
            1
        );
        assert_eq!(
            seen.iter()
                .filter(|(kind, ..)| *kind == Kind::Exception)
                .count(),
            2
        );
        assert!(seen[..9].iter().all(|(_, level, _)| *level == Level::Error));
        assert_eq!(seen[7].0, Kind::OwnFrame);
        assert_eq!(seen[10], (Kind::Line, Level::Info, true));
    }

    #[test]
    fn an_exception_that_is_told_again_is_folded_from_there() {
        let error = "2026-11-20 20:34:44 +0000 - dagster.code_server - ERROR - ModuleNotFoundError: No module named 'x'\n\n\
                     Stack Trace:\n  File \"/p/src/mine.py\", line 7, in <module>\n    import x\n\n\
                     The above exception occurred during handling of the following exception:\n\
                     ModuleNotFoundError: No module named 'x'\n\nStack Trace:\n  File \"/p/src/mine.py\", line 7, in <module>\n    import x\n\n\
                     The above exception occurred during handling of the following exception:\n\
                     ModuleNotFoundError: No module named 'x'\n\n\
                     The above exception was caused by the following exception:\nKeyError: 'other'\n\nStack Trace:\n  File \"/p/src/mine.py\", line 9, in f\n";
        let mut entry = StreamState::default();
        let classes: Vec<Class> = error
            .lines()
            .map(|line| entry.next(line.as_bytes(), 0))
            .collect();
        let kinds: Vec<Kind> = classes.iter().map(|class| class.kind).collect();
        use Kind::{Continuation, Exception, LibraryCode, LibraryFrame, Line, OwnFrame};
        assert_eq!(
            kinds[..7],
            [
                Line,
                Continuation,
                Continuation,
                OwnFrame,
                Continuation,
                Continuation,
                Continuation
            ]
        );
        assert_eq!(kinds[7], LibraryFrame);
        assert!(
            kinds[8..17].iter().all(|kind| *kind == LibraryCode),
            "{kinds:?}"
        );
        assert_eq!(
            kinds[17..],
            [Exception, Continuation, Continuation, OwnFrame]
        );
        let again: Vec<usize> = (0..)
            .zip(&classes)
            .filter(|(_, class)| class.again)
            .map(|(at, _)| at)
            .collect();
        assert_eq!(again, [7]);
        assert_eq!(classes.iter().filter(|class| class.head).count(), 1);
        let next = entry.next(b"2026-11-20 20:34:45 +0000 - dagster - INFO - on", 5);
        assert_eq!((next.kind, next.again), (Line, false));
    }

    #[test]
    fn places() {
        assert_eq!(
            place(b"  File \"/a b/c.py\", line 12, in <module>"),
            Some((&b"/a b/c.py"[..], 12))
        );
        assert_eq!(
            place(b"  File \"C:\\x\\c.py\", line 1"),
            Some((&b"C:\\x\\c.py"[..], 1))
        );
        assert_eq!(place(b"  File name"), None);
    }
}
