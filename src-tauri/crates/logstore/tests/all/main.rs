//! The log crate from outside: what is written comes back, in rows, whatever happens in between.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod damage;
mod flood;
mod merge;
mod property;
mod samples;
mod search;
mod views;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use logstore::{
    Color, Filter, LogKey, Options, RowKind, RunMeta, Store, StoredRow, Stream, View, ViewOf,
    Writer,
};

/// A store whose clock stands still until it is moved.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) clock: Arc<AtomicI64>,
}

pub(crate) fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(AtomicI64::new(1_000));
    let store = open(folder.path(), &clock, u64::MAX);
    Bench {
        folder,
        store,
        clock,
    }
}

pub(crate) fn open(folder: &Path, clock: &Arc<AtomicI64>, fresh_file_above: u64) -> Store {
    let clock = Arc::clone(clock);
    let options = Options {
        fresh_file_above,
        clock: Arc::new(move || clock.load(Ordering::SeqCst)),
    };
    Store::open_with(folder, options).unwrap()
}

impl Bench {
    pub(crate) fn writer(&self, key: &str) -> Writer {
        self.store
            .writer(LogKey::new(key), RunMeta::titled("run"))
            .unwrap()
    }

    pub(crate) fn view(&self, key: &str) -> View {
        self.store
            .open_view(ViewOf::One(LogKey::new(key)), Filter::default())
    }

    pub(crate) fn reopen(&mut self) {
        self.store = open(self.folder.path(), &self.clock, u64::MAX);
    }

    pub(crate) fn at(&self, time: i64) {
        self.clock.store(time, Ordering::SeqCst);
    }

    /// The only file of a log with an ending.
    pub(crate) fn file(&self, key: &str, ending: &str) -> std::path::PathBuf {
        self.store
            .file(&LogKey::new(key))
            .unwrap()
            .with_extension(ending)
    }
}

pub(crate) fn print(writer: &Writer, text: &str) {
    writer.bytes(Stream::Out, text.as_bytes());
}

pub(crate) fn text(row: &StoredRow) -> String {
    row.segments
        .iter()
        .map(|segment| segment.text.as_str())
        .collect()
}

pub(crate) fn texts(view: &mut View) -> Vec<String> {
    view.window(0, u32::MAX).rows.iter().map(text).collect()
}

/// One line per row: kind, level, logger and the text with its styles.
pub(crate) fn drawn(row: &StoredRow) -> String {
    let kind = match &row.kind {
        RowKind::Line => String::new(),
        RowKind::Continuation => "…".to_owned(),
        RowKind::Fold { frames, open } => {
            format!("fold {frames}{}", if *open { " open" } else { "" })
        }
        RowKind::OwnFrame { path, line } => format!("own {path}:{line}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let logger = row
        .logger
        .as_ref()
        .map(|logger| format!(" <{logger}>"))
        .unwrap_or_default();
    let mut line = format!(
        "{:7} {kind}{logger} |",
        format!("{:?}", row.level).to_lowercase()
    );
    for segment in &row.segments {
        match (segment.color.map(Color::as_str), segment.bold) {
            (None, false) => line.push_str(&segment.text),
            (color, bold) => {
                line.push_str(&format!(
                    "[{}{}:{}]",
                    color.unwrap_or_default(),
                    if bold { "+" } else { "" },
                    segment.text
                ));
            }
        }
    }
    line.trim_end().to_owned()
}
