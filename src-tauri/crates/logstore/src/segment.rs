//! One file of a log with its index and notes: opened and mended, appended to by one owner, read by many.
//!
//! Owns the bytes on disk. A reader sees only what has been published and takes no lock; a writer never waits for one.
//! Refuses to know runs, filters and views.
//!
//! On disk it is four files of one number, `000001` and so on. `.log` holds what was printed, byte for byte; `.notes` holds
//! Dagdeck's own words; `.idx` has a head of 32 bytes (what layout it is, and how many records the files before this one
//! hold) and then 32 bytes for each line: where it lies, in which of the two, when it came, its level and kind, and a sum
//! over all that. `.lock` is held by who appends. The index follows from the others, so that damage to it costs times and
//! nothing that was printed.

use std::fs::TryLockError;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};

use fs_err::{File, OpenOptions};

use crate::ansi;
use crate::entry::StreamState;
use crate::header;
use crate::record::{self, Kind, Record, Sum};
use crate::row::{Level, LevelCounts, Stream};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 20;
/// A line with more bytes is kept as several records.
pub(crate) const LONGEST: usize = 64 * 1024;

/// The reading side of a file.
pub(crate) struct Segment {
    pub(crate) number: u32,
    /// Records in the files before this one.
    pub(crate) base: u64,
    pub(crate) path: PathBuf,
    data: File,
    index: File,
    notes: File,
    pub(crate) sum: Sum,
    published: AtomicU32,
    counts: [AtomicU64; 4],
    pub(crate) last_time: AtomicI64,
}

/// The writing side of a file; there is one at most, over all programs, as a lock sees to.
pub(crate) struct Appender {
    pub(crate) segment: Arc<Segment>,
    data: File,
    index: File,
    notes: File,
    pub(crate) data_len: u64,
    notes_len: u64,
    /// Held for as long as this may write.
    _lock: File,
    scratch: Vec<u8>,
    lost: u64,
    reason: String,
}

fn path_of(folder: &Path, number: u32, ending: &str) -> PathBuf {
    folder.join(format!("{number:06}.{ending}"))
}

/// The numbers of the files in a log's folder, in order.
pub(crate) fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for item in fs_err::read_dir(folder)? {
        let name = item?.file_name();
        let number: Option<u32> = name
            .to_str()
            .and_then(|name| name.strip_suffix(".log"))
            .and_then(|stem| stem.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Deletes a file with its index and notes; what can't be deleted is left for the next time.
pub(crate) fn remove(folder: &Path, number: u32) {
    for ending in ["log", "idx", "notes", "lock"] {
        let _ = fs_err::remove_file(path_of(folder, number, ending));
    }
}

impl Segment {
    /// Opens a file and mends it if the program died while writing. Without the writing side if another program has it.
    pub(crate) fn open(
        folder: &Path,
        number: u32,
        base: u64,
    ) -> io::Result<(Arc<Segment>, Option<Appender>)> {
        let open = |ending: &str| {
            OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .open(path_of(folder, number, ending))
        };
        let read = |ending: &str| File::open(path_of(folder, number, ending));
        let path = path_of(folder, number, "log");
        // The lock has a file of its own: on Windows a locked file can't be read by others.
        let opened = (open("idx"), open("log"), open("notes"), open("lock"));
        let writing = match opened {
            (Ok(index), Ok(data), Ok(notes), Ok(lock)) => {
                // Where the file system knows no locks, there is one program at a time to be hoped for.
                let taken = matches!(lock.file().try_lock(), Err(TryLockError::WouldBlock));
                (!taken).then_some((index, data, notes, lock))
            }
            (Err(error), ..)
            | (_, Err(error), ..)
            | (_, _, Err(error), _)
            | (_, _, _, Err(error))
                if !path.exists() =>
            {
                return Err(error);
            }
            _ => None,
        };
        let mut segment = Segment {
            number,
            base,
            data: read("log")?,
            index: read("idx")?,
            notes: read("notes")?,
            path,
            sum: Sum::NEWEST,
            published: AtomicU32::new(0),
            counts: Default::default(),
            last_time: AtomicI64::new(0),
        };
        let scan = segment.scan()?;
        let Some((index, data, notes, lock)) = writing else {
            return Ok((Arc::new(segment), None));
        };
        if scan.index_len < record::HEADER {
            index.set_len(0)?;
            let mut header = segment.sum.magic().to_vec();
            header.extend_from_slice(&base.to_le_bytes());
            (&index).write_all(&header)?;
        } else {
            index.set_len(record::HEADER + u64::from(scan.records) * record::SIZE as u64)?;
        }
        let data_len = data.metadata()?.len();
        let notes_len = notes.metadata()?.len();
        let mut appender = Appender {
            segment: Arc::new(segment),
            data,
            index,
            notes,
            data_len: scan.data_end,
            notes_len,
            _lock: lock,
            scratch: Vec::new(),
            lost: 0,
            reason: String::new(),
        };
        appender.repair(&scan, data_len)?;
        Ok((Arc::clone(&appender.segment), Some(appender)))
    }

    /// Counts the sound records from the start of the index.
    fn scan(&mut self) -> io::Result<Scan> {
        let data_len = self.data.metadata()?.len();
        let index_len = self.index.metadata()?.len();
        let mut header = [0; record::HEADER as usize];
        let mut scan = Scan {
            index_len,
            ..Scan::default()
        };
        let began = index_len >= record::HEADER && read_at(&self.index, &mut header, 0).is_ok();
        let Some(sum) = began.then(|| Sum::of(&header)).flatten() else {
            scan.damaged = index_len > 0 || data_len > 0;
            scan.index_len = 0;
            return Ok(scan);
        };
        self.sum = sum;
        if let Some(base) = header[24..].first_chunk::<8>() {
            self.base = u64::from_le_bytes(*base);
        }
        let whole = (index_len - record::HEADER) / record::SIZE as u64;
        let mut counts = LevelCounts::default();
        let mut block = vec![0; BLOCK];
        'blocks: while u64::from(scan.records) < whole {
            let left =
                (whole - u64::from(scan.records)).min((BLOCK / record::SIZE) as u64) as usize;
            let bytes = &mut block[..left * record::SIZE];
            read_at(
                &self.index,
                bytes,
                record::HEADER + u64::from(scan.records) * record::SIZE as u64,
            )?;
            for chunk in bytes.as_chunks::<{ record::SIZE }>().0 {
                let Some(record) = Record::decode(sum, chunk) else {
                    break 'blocks;
                };
                if !record.kind.is_ours() {
                    if record.offset != scan.data_end || record.end() > data_len {
                        break 'blocks;
                    }
                    scan.data_end = record.end();
                }
                scan.records += 1;
                scan.last_time = scan.last_time.max(record.time);
                counts.add(record.level, u64::from(record.is_head()));
            }
        }
        scan.dropped = whole - u64::from(scan.records);
        scan.damaged = scan.dropped > 0
            || scan.data_end != data_len
            || !(index_len - record::HEADER).is_multiple_of(record::SIZE as u64);
        self.published = AtomicU32::new(scan.records);
        self.last_time = AtomicI64::new(scan.last_time);
        for (level, count) in
            Level::ALL
                .into_iter()
                .zip([counts.debug, counts.info, counts.warning, counts.error])
        {
            self.counts[level as usize] = AtomicU64::new(count);
        }
        Ok(scan)
    }

    /// How many records there are to read.
    pub(crate) fn published(&self) -> u32 {
        self.published.load(Ordering::Acquire)
    }

    /// Entries of each level among the published records.
    pub(crate) fn counts(&self) -> LevelCounts {
        let mut counts = LevelCounts::default();
        for level in Level::ALL {
            counts.add(level, self.counts[level as usize].load(Ordering::Relaxed));
        }
        counts
    }

    /// Reads records, of those that are published. Damaged ones end the reading.
    pub(crate) fn records(&self, from: u32, count: u32, out: &mut Vec<Record>) -> io::Result<()> {
        out.clear();
        let count = count.min(self.published().saturating_sub(from));
        let mut bytes = vec![0; count as usize * record::SIZE];
        read_at(
            &self.index,
            &mut bytes,
            record::HEADER + u64::from(from) * record::SIZE as u64,
        )?;
        out.extend(
            bytes
                .as_chunks::<{ record::SIZE }>()
                .0
                .iter()
                .map_while(|bytes| Record::decode(self.sum, bytes)),
        );
        Ok(())
    }

    /// Hands over the raw text of each record, in order; none where the file can't be read any more.
    pub(crate) fn each(&self, records: &[Record], mut take: impl FnMut(usize, Option<&[u8]>)) {
        let mut bytes = Vec::new();
        let mut at = 0;
        while at < records.len() {
            let first = &records[at];
            let ours = first.kind.is_ours();
            let mut end = at + 1;
            while end < records.len()
                && records[end].kind.is_ours() == ours
                && records[end].offset == records[end - 1].end()
                && (records[end].end() - first.offset) as usize <= BLOCK
            {
                end += 1;
            }
            bytes.resize((records[end - 1].end() - first.offset) as usize, 0);
            let file = if ours { &self.notes } else { &self.data };
            let read = read_at(file, &mut bytes, first.offset).is_ok();
            for (index, record) in records.iter().enumerate().take(end).skip(at) {
                let from = (record.offset - first.offset) as usize;
                take(
                    index,
                    read.then(|| &bytes[from..from + record.len as usize]),
                );
            }
            at = end;
        }
    }
}

/// What of a file is sound: up to where index and data agree, and what lies behind that.
#[derive(Debug, Default)]
struct Scan {
    records: u32,
    data_end: u64,
    index_len: u64,
    dropped: u64,
    last_time: i64,
    damaged: bool,
}

impl Appender {
    /// Publishes to readers of a part that was opened before.
    pub(crate) fn reading(mut self, part: &Arc<Segment>) -> Self {
        self.segment = Arc::clone(part);
        self
    }

    /// Indexes what was printed but not indexed, and says what was lost.
    fn repair(&mut self, scan: &Scan, data_len: u64) -> io::Result<()> {
        if !scan.damaged {
            return Ok(());
        }
        let modified = self.data.metadata()?.modified().ok();
        let modified = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let latest = modified
            .map_or(0, |at| at.as_millis() as i64)
            .max(scan.last_time);
        let fallback = if scan.records > 0 {
            scan.last_time
        } else {
            latest
        };
        let mut entry = StreamState::default();
        let mut recovered: u64 = 0;
        let mut bytes = vec![0; BLOCK];
        let mut joined = false;
        while self.data_len < data_len {
            let length = (data_len - self.data_len).min(BLOCK as u64) as usize;
            read_at(&self.segment.data, &mut bytes[..length], self.data_len)?;
            let last = self.data_len + length as u64 == data_len;
            let mut records = Vec::new();
            let used = split(&bytes[..length], last, &mut joined, |line, continued| {
                let class = classify(&mut entry, line, continued, fallback);
                let printed = header::time(&ansi::strip(ansi::last_state(line)));
                records.push(draft(
                    line.len(),
                    class,
                    continued,
                    Stream::Out,
                    0,
                    printed.unwrap_or(fallback).min(latest),
                ));
            });
            recovered += records.len() as u64;
            self.index_only(&mut records, used as u64)?;
        }
        let missing = scan.dropped.saturating_sub(recovered);
        let said = match (recovered, missing) {
            (0, 0) => {
                "Writing stopped in the middle of a line here; nothing that was printed is missing."
                    .to_owned()
            }
            (_, 0) => format!(
                "Writing stopped in the middle here. {recovered} lines above were indexed anew; their times are approximate."
            ),
            (0, _) => {
                format!("{missing} lines are missing here: the file is shorter than its index.")
            }
            _ => format!(
                "The index was damaged here. {recovered} lines above were indexed anew, {missing} are missing."
            ),
        };
        let kind = if missing > 0 { Kind::Gap } else { Kind::Note };
        self.append_notice(kind, Level::Warning, &said, 0, fallback);
        Ok(())
    }

    /// Publishes records of bytes that lie in the data file already.
    fn index_only(&mut self, records: &mut [Record], bytes: u64) -> io::Result<()> {
        self.scratch.clear();
        let mut offset = self.data_len;
        for record in records.iter_mut() {
            record.offset = offset;
            offset = record.end();
            record.time = record
                .time
                .max(self.segment.last_time.load(Ordering::Relaxed));
            record.encode(self.segment.sum, &mut self.scratch);
        }
        self.index.write_all(&self.scratch)?;
        self.data_len += bytes;
        self.publish(records);
        Ok(())
    }

    fn publish(&self, records: &[Record]) {
        let mut counts = LevelCounts::default();
        for record in records {
            counts.add(record.level, u64::from(record.is_head()));
        }
        for (level, count) in
            Level::ALL
                .into_iter()
                .zip([counts.debug, counts.info, counts.warning, counts.error])
        {
            self.segment.counts[level as usize].fetch_add(count, Ordering::Relaxed);
        }
        if let Some(last) = records.last() {
            self.segment.last_time.store(last.time, Ordering::Relaxed);
        }
        self.segment
            .published
            .fetch_add(records.len() as u32, Ordering::Release);
    }

    /// Appends whole lines. A disk that refuses loses them; the next lines that it takes are preceded by a row that says so.
    pub(crate) fn lines(&mut self, bytes: &[u8], records: &mut [Record], time: i64) {
        let written = self.data.write_all(bytes).and_then(|()| {
            // What was lost before stands before, and is said only when there is something to go on with.
            self.write_gap_notice(time);
            let time = time.max(self.segment.last_time.load(Ordering::Relaxed));
            let mut offset = self.data_len;
            for record in records.iter_mut() {
                (record.offset, record.time) = (offset, time);
                offset = record.end();
            }
            self.index_write(records)
        });
        match written {
            Ok(()) => {
                self.data_len += bytes.len() as u64;
                self.publish(records);
            }
            Err(error) => {
                let _ = self.data.set_len(self.data_len);
                self.lost += records.len() as u64;
                self.reason = error.to_string();
            }
        }
    }

    /// Appends a row of ours.
    pub(crate) fn append_notice(
        &mut self,
        kind: Kind,
        level: Level,
        text: &str,
        run: u32,
        time: i64,
    ) {
        if kind != Kind::Gap {
            self.write_gap_notice(time);
        }
        let record = Record {
            offset: self.notes_len,
            time: time.max(self.segment.last_time.load(Ordering::Relaxed)),
            len: u32::try_from(text.len()).unwrap_or(u32::MAX),
            kind,
            level,
            stream: Stream::Out,
            flags: record::HEAD,
            run,
        };
        let written = self
            .notes
            .write_all(text.as_bytes())
            .and_then(|()| self.index_write(&[record]));
        match written {
            Ok(()) => {
                self.notes_len += text.len() as u64;
                self.publish(&[record]);
            }
            Err(error) => {
                let _ = self.notes.set_len(self.notes_len);
                self.lost += 1;
                self.reason = error.to_string();
            }
        }
    }

    fn write_gap_notice(&mut self, time: i64) {
        if self.lost > 0 {
            let lost = std::mem::take(&mut self.lost);
            tracing::error!(lost, reason = self.reason, "lines of a program are lost");
            let text = format!(
                "{lost} lines are missing here, they could not be written: {}",
                self.reason
            );
            self.append_notice(Kind::Gap, Level::Warning, &text, 0, time);
            if self.lost > 0 {
                self.lost = lost;
            }
        }
    }

    fn index_write(&mut self, records: &[Record]) -> io::Result<()> {
        self.scratch.clear();
        for record in records {
            record.encode(self.segment.sum, &mut self.scratch);
        }
        let written = self.index.write_all(&self.scratch);
        if written.is_err() {
            let whole = record::HEADER + u64::from(self.segment.published()) * record::SIZE as u64;
            let _ = self.index.set_len(whole);
        }
        if self.scratch.capacity() > BLOCK {
            self.scratch = Vec::new();
        }
        written
    }
}

/// Decides about a raw line.
pub(crate) fn classify(
    entry: &mut StreamState,
    line: &[u8],
    continued: bool,
    time: i64,
) -> crate::entry::Class {
    if continued {
        entry.joined()
    } else {
        entry.next(&ansi::strip(ansi::last_state(line)), time)
    }
}

/// A record that has no place yet.
pub(crate) fn draft(
    len: usize,
    class: crate::entry::Class,
    continued: bool,
    stream: Stream,
    run: u32,
    time: i64,
) -> Record {
    let head = if class.head { record::HEAD } else { 0 };
    let joined = if continued { record::JOINED } else { 0 };
    let again = if class.again { record::AGAIN } else { 0 };
    Record {
        offset: 0,
        time,
        len: len as u32,
        kind: class.kind,
        level: class.level,
        stream,
        flags: head | joined | again,
        run,
    }
}

/// Splits bytes into raw lines with their ends, and too long ones into pieces; hands each over with whether it goes on
/// the piece before. Tells how many bytes were used: a line without an end is left, unless `all`.
pub(crate) fn split(
    bytes: &[u8],
    all: bool,
    joined: &mut bool,
    mut take: impl FnMut(&[u8], bool),
) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let within = &rest[..rest.len().min(LONGEST)];
        let length = match memchr::memchr(b'\n', within) {
            Some(end) => end + 1,
            None if within.len() == LONGEST => whole_characters(within),
            None if all => within.len(),
            None => break,
        };
        let line = &rest[..length];
        take(line, *joined);
        *joined = !line.ends_with(b"\n");
        at += length;
    }
    if all {
        *joined = false;
    }
    at
}

/// The length of a piece that does not cut a character in two.
fn whole_characters(piece: &[u8]) -> usize {
    let start = piece
        .iter()
        .rev()
        .take(4)
        .position(|byte| (*byte as i8) >= -0x40);
    match start {
        Some(back) if back > 0 || piece.last().is_some_and(|byte| *byte >= 0xc0) => {
            piece.len() - back - 1
        }
        _ => piece.len(),
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file.file(), bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file.file(), bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Vec<Record> {
        let class = classify(&mut StreamState::default(), text.as_bytes(), false, 0);
        vec![draft(text.len(), class, false, Stream::Out, 1, 0)]
    }

    #[test]
    fn a_disk_that_refuses_is_said_once_it_takes_lines_again() {
        let folder = tempfile::tempdir().unwrap();
        let (segment, appender) = Segment::open(folder.path(), 1, 0).unwrap();
        let mut appender = appender.unwrap();
        appender.lines(b"one\n", &mut line("one\n"), 1);
        let refusing = File::open(&segment.path).unwrap();
        let taking = std::mem::replace(&mut appender.data, refusing);
        appender.lines(b"two\n", &mut line("two\n"), 2);
        appender.lines(b"three\n", &mut line("three\n"), 3);
        assert_eq!(segment.published(), 1);
        appender.data = taking;
        appender.lines(b"four\n", &mut line("four\n"), 4);
        let mut records = Vec::new();
        segment.records(0, 9, &mut records).unwrap();
        let mut seen = Vec::new();
        segment.each(&records, |at, bytes| {
            seen.push((
                records[at].kind,
                String::from_utf8_lossy(bytes.unwrap()).into_owned(),
            ));
        });
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[0].1, "one\n");
        assert_eq!(seen[1].0, Kind::Gap);
        assert!(
            seen[1].1.starts_with("2 lines are missing here"),
            "{}",
            seen[1].1
        );
        assert_eq!(seen[2].1, "four\n");
    }

    #[test]
    fn pieces_of_a_long_line_hold_whole_characters() {
        let text = "€".repeat(LONGEST);
        let mut joined = false;
        let mut pieces = Vec::new();
        let used = split(text.as_bytes(), true, &mut joined, |piece, continued| {
            assert_eq!(continued, !pieces.is_empty());
            pieces.push(std::str::from_utf8(piece).unwrap().len());
        });
        assert_eq!(
            (used, pieces.iter().sum::<usize>()),
            (text.len(), text.len())
        );
        assert_eq!(pieces.len(), 4);
    }
}
