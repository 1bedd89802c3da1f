//! What a reader gets: rows, with everything needed to draw them.
//!
//! Owns the shapes. Refuses to read files or to decide what a line is.

/// How grave a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
pub enum Level {
    /// DEBUG, TRACE and NOTSET.
    Debug,
    /// Info; also lines that name no level.
    #[default]
    Info,
    /// WARNING and WARN.
    Warning,
    /// Error or critical.
    Error,
}

impl Level {
    pub(crate) const ALL: [Level; 4] = [Level::Debug, Level::Info, Level::Warning, Level::Error];

    pub(crate) fn from_byte(byte: u8) -> Option<Level> {
        Level::ALL.get(usize::from(byte)).copied()
    }

    /// Reads the words that logging libraries print, in any case.
    pub(crate) fn from_word(word: &[u8]) -> Option<Level> {
        const WORDS: [(&[u8], Level); 12] = [
            (b"INFO", Level::Info),
            (b"DEBUG", Level::Debug),
            (b"WARNING", Level::Warning),
            (b"ERROR", Level::Error),
            (b"WARN", Level::Warning),
            (b"CRITICAL", Level::Error),
            (b"TRACE", Level::Debug),
            (b"FATAL", Level::Error),
            (b"EXCEPTION", Level::Error),
            (b"NOTSET", Level::Debug),
            (b"SUCCESS", Level::Info),
            (b"NOTICE", Level::Info),
        ];
        WORDS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(word))
            .map(|(_, level)| *level)
    }
}

/// How many entries of each level a log has, whatever the filter.
///
/// An entry counts once, however many lines it takes: a traceback of 80 lines is one error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LevelCounts {
    /// Debug entries.
    pub debug: u64,
    /// Info entries.
    pub info: u64,
    /// Entries that are warnings.
    pub warning: u64,
    /// Entries that are errors or critical.
    pub error: u64,
}

impl LevelCounts {
    pub(crate) fn add(&mut self, level: Level, count: u64) {
        match level {
            Level::Debug => self.debug += count,
            Level::Info => self.info += count,
            Level::Warning => self.warning += count,
            Level::Error => self.error += count,
        }
    }

    /// Adds up two logs.
    #[must_use]
    pub fn plus(mut self, other: LevelCounts) -> LevelCounts {
        self.debug += other.debug;
        self.info += other.info;
        self.warning += other.warning;
        self.error += other.error;
        self
    }
}

/// Which of its two pipes a program printed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
pub enum Stream {
    /// Standard output.
    #[default]
    Out,
    /// Standard error.
    Err,
}

/// The colours a row may use. Themes give them their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Color {
    /// SGR 31 and 91.
    Red,
    /// SGR 32 and 92.
    Green,
    /// SGR 33 and 93.
    Yellow,
    /// SGR 34 and 94.
    Blue,
    /// SGR 35 and 95.
    Magenta,
    /// SGR 36 and 96.
    Cyan,
    /// Less than the text around it (SGR 2 and 90).
    Dim,
}

impl Color {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Color::Red => "red",
            Color::Green => "green",
            Color::Yellow => "yellow",
            Color::Blue => "blue",
            Color::Magenta => "magenta",
            Color::Cyan => "cyan",
            Color::Dim => "dim",
        }
    }
}

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Segment {
    /// The text, without escape codes.
    pub text: String,
    /// Its colour, if it has one.
    pub color: Option<Color>,
    /// Whether it is drawn in heavier letters (SGR 1).
    pub bold: bool,
    /// Whether it is a match of what the view searches for.
    pub marked: bool,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub enum RowKind {
    /// A line as printed.
    Line,
    /// The next line of an entry of several lines.
    Continuation,
    /// Library frames of a traceback, folded into one row or opened.
    Fold {
        /// How many frames it stands for.
        frames: u32,
        /// Whether the frames that it stands for are rows of their own below it.
        open: bool,
    },
    /// A frame of a traceback that is the person's own.
    OwnFrame {
        /// The file, as Python printed it.
        path: String,
        /// The line, from 1.
        line: u32,
    },
    /// A frame line inside an open fold.
    Frame,
    /// The line of a traceback that names the exception.
    Exception,
    /// The app's own words.
    Note,
    /// A new run begins; the text is its title.
    RunStart,
    /// Lines that are missing, which is said rather than hidden.
    Gap,
}

/// One row of a view, with all that it takes to draw it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredRow {
    /// Its index in the view.
    pub index: u32,
    /// When it arrived, in milliseconds since the Unix epoch.
    pub time: i64,
    /// Its level; a continuation has that of its entry.
    pub level: Level,
    /// Which log it is from.
    pub source: String,
    /// Where it was printed.
    pub stream: Stream,
    /// What it is.
    pub kind: RowKind,
    /// The logger it names, such as `dagster.code_server`.
    pub logger: Option<String>,
    /// Its text without the printed date, level and logger, cut at 4,000 characters.
    pub segments: Vec<Segment>,
    /// Whether the text was cut; copying takes the whole.
    pub cut: bool,
}
