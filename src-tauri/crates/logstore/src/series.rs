//! One log: its files in order, of which the last is written to.
//!
//! Owns opening, beginning a fresh file when one has grown large, and dropping what is older than the previous one.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use crate::key::LogKey;
use crate::record::{Kind, Record};
use crate::row::LevelCounts;
use crate::segment::{self, Appender, Segment};

/// One log. Two files are kept: the one that is written to and the one before. A fresh one is begun only when a run begins
/// and the last is large, so a run that prints without end makes its file as large as that.
pub(crate) struct Series {
    pub(crate) key: LogKey,
    folder: PathBuf,
    /// Readers take this only to copy the list; a writer only when a run begins.
    parts: Mutex<Option<Vec<Arc<Segment>>>>,
    appender: Mutex<Option<Appender>>,
    runs: AtomicU32,
}

impl Series {
    pub(crate) fn new(key: LogKey, folder: PathBuf) -> Self {
        Self {
            key,
            folder,
            parts: Mutex::new(None),
            appender: Mutex::new(None),
            runs: AtomicU32::new(1),
        }
    }

    /// The files, oldest first; opened and mended at the first call.
    pub(crate) fn parts(&self) -> Vec<Arc<Segment>> {
        self.load(&mut self.parts.lock())
            .map(|parts| parts.clone())
            .unwrap_or_default()
    }

    /// Opens the files that are there, at the first call. One that can't be opened is left out.
    fn load<'a>(
        &self,
        parts: &'a mut Option<Vec<Arc<Segment>>>,
    ) -> io::Result<&'a mut Vec<Arc<Segment>>> {
        if parts.is_none() {
            let mut opened: Vec<Arc<Segment>> = Vec::new();
            let mut records = 0;
            for number in segment::numbers(&self.folder)? {
                let base = opened
                    .last()
                    .map_or(0, |part| part.base + u64::from(part.published()));
                // The writing side is dropped again, and with it the lock, unless a run begins.
                let Ok((part, _)) = Segment::open(&self.folder, number, base) else {
                    continue;
                };
                records += part.published();
                opened.push(part);
            }
            self.runs.fetch_add(records, Ordering::Relaxed);
            *parts = Some(opened);
        }
        parts.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Begins a run; returns its number.
    pub(crate) fn begin(&self, title: &str, fresh_above: u64, time: i64) -> io::Result<u32> {
        fs_err::create_dir_all(&self.folder)?;
        let mut appender = self.appender.lock();
        let mut parts = self.parts.lock();
        let parts = self.load(&mut parts)?;
        if appender
            .as_ref()
            .is_none_or(|appender| appender.data_len > fresh_above)
        {
            *appender = Some(self.place(parts, fresh_above)?);
        }
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        if let Some(appender) = appender.as_mut() {
            appender.append_notice(Kind::RunStart, crate::row::Level::Info, title, run, time);
        }
        Ok(run)
    }

    /// Finds the file to go on with: the last one, unless it is too large or another program writes to it.
    fn place(&self, parts: &mut Vec<Arc<Segment>>, fresh_above: u64) -> io::Result<Appender> {
        let ours = small_enough(parts.last(), fresh_above);
        if let Some(last) = ours {
            let number = last.number;
            if let (reopened, Some(appender)) = Segment::open(&self.folder, number, last.base)? {
                // Only a file that another program has gone on with since is read anew.
                if reopened.published() == last.published() && reopened.sum == last.sum {
                    return Ok(appender.reading(&last));
                }
                parts.pop();
                parts.push(reopened);
                return Ok(appender);
            }
        }
        let base = parts
            .last()
            .map_or(0, |part| part.base + u64::from(part.published()));
        let time = parts
            .last()
            .map_or(0, |part| part.last_time.load(Ordering::Relaxed));
        let mut number = segment::numbers(&self.folder)?
            .last()
            .map_or(1, |last| last + 1);
        loop {
            if let (part, Some(appender)) = Segment::open(&self.folder, number, base)? {
                part.last_time.fetch_max(time, Ordering::Relaxed);
                parts.push(part);
                while parts.len() > 2 {
                    let oldest = parts.remove(0);
                    segment::remove(&self.folder, oldest.number);
                }
                return Ok(appender);
            }
            number += 1;
        }
    }

    /// Lets a writer append. Never called while the list of files is held.
    pub(crate) fn append(&self, write: impl FnOnce(&mut Appender)) {
        if let Some(appender) = self.appender.lock().as_mut() {
            write(appender);
        }
    }

    /// The newest file, which is where a person would look.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.parts().last().map(|part| part.path.clone())
    }

    /// Entries of each level in the files that are kept.
    pub(crate) fn counts(&self) -> LevelCounts {
        self.parts()
            .iter()
            .fold(LevelCounts::default(), |sum, part| sum.plus(part.counts()))
    }

    /// How many records the log has had.
    pub(crate) fn position(&self) -> u64 {
        self.parts()
            .last()
            .map_or(0, |part| part.base + u64::from(part.published()))
    }

    /// Walks back over the records, newest first, until told to stop.
    pub(crate) fn backwards(&self, mut take: impl FnMut(&Arc<Segment>, &Record) -> bool) {
        let mut records = Vec::new();
        for part in self.parts().iter().rev() {
            let mut end = part.published();
            while end > 0 {
                let from = end.saturating_sub(1_000);
                if part.records(from, end - from, &mut records).is_err() {
                    break;
                }
                if records.iter().rev().any(|record| !take(part, record)) {
                    return;
                }
                end = from;
            }
        }
    }

    /// Hands over the runs that begin in the kept files, oldest first: position, time, title.
    pub(crate) fn runs(&self, mut take: impl FnMut(u64, i64, String)) {
        let mut records = Vec::new();
        for part in self.parts() {
            let mut from = 0;
            while part.records(from, 50_000, &mut records).is_ok() && !records.is_empty() {
                for (at, record) in records
                    .iter()
                    .enumerate()
                    .filter(|(_, record)| record.kind == Kind::RunStart)
                {
                    part.each(&[*record], |_, title| {
                        let title = String::from_utf8_lossy(title.unwrap_or_default()).into_owned();
                        take(part.base + u64::from(from) + at as u64, record.time, title);
                    });
                }
                from += records.len() as u32;
            }
        }
    }
}

/// The last file, if it may be gone on with.
fn small_enough(last: Option<&Arc<Segment>>, fresh_above: u64) -> Option<Arc<Segment>> {
    let last = last?;
    let length = fs_err::metadata(&last.path).map_or(u64::MAX, |data| data.len());
    (length <= fresh_above).then(|| Arc::clone(last))
}
