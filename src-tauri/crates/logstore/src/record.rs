//! One line of the index: 32 bytes that say where a line is and what it is.
//!
//! Owns the layout. Refuses to read or write files.

use crate::row::{Level, Stream};

/// Bytes before the first record: the magic, then the number of records in earlier files.
pub(crate) const HEADER: u64 = 32;
/// Bytes of a record.
pub(crate) const SIZE: usize = 32;

/// The first line of an entry, which is what counts and marks count.
pub(crate) const HEAD: u8 = 1;
/// Goes on the line of the record before, which was too long for one.
pub(crate) const JOINED: u8 = 2;
/// An exception that its entry has told before, as one that is handed on is: a fold begins with it.
pub(crate) const AGAIN: u8 = 4;

/// How the sums of an index are made, which notice torn writes and damage. An index keeps what it was begun with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sum {
    /// Of the first layout: whole words, mixed by a rule of our own. Read and gone on with, never begun.
    Words,
    /// CRC-32, of the layout that is written today.
    Crc32,
}

impl Sum {
    /// What an index is begun with.
    pub(crate) const NEWEST: Sum = Sum::Crc32;

    /// The first bytes of an index; the digit is the version of the layout.
    pub(crate) fn magic(self) -> &'static [u8; 24] {
        match self {
            Sum::Words => b"dagdeck log index v1\n\0\0\0",
            Sum::Crc32 => b"dagdeck log index v2\n\0\0\0",
        }
    }

    /// The sums of the index that begins like this; none if it is no index.
    pub(crate) fn of(header: &[u8]) -> Option<Sum> {
        [Sum::Crc32, Sum::Words]
            .into_iter()
            .find(|sum| header.starts_with(sum.magic()))
    }

    fn over(self, bytes: &[u8]) -> u32 {
        match self {
            Sum::Crc32 => crc32fast::hash(bytes),
            Sum::Words => bytes
                .as_chunks::<4>()
                .0
                .iter()
                .fold(0x9e37_79b9, |sum, word| {
                    (sum ^ u32::from_le_bytes(*word))
                        .wrapping_mul(0x0100_0193)
                        .rotate_left(13)
                }),
        }
    }
}

/// What a line is, decided when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Line,
    Continuation,
    /// The `File` line of a frame in a library.
    LibraryFrame,
    /// Code below a library frame.
    LibraryCode,
    OwnFrame,
    Exception,
    Note,
    RunStart,
    Gap,
}

impl Kind {
    const ALL: [Kind; 9] = [
        Kind::Line,
        Kind::Continuation,
        Kind::LibraryFrame,
        Kind::LibraryCode,
        Kind::OwnFrame,
        Kind::Exception,
        Kind::Note,
        Kind::RunStart,
        Kind::Gap,
    ];

    /// Whether its text is in the notes rather than in what was printed.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Kind::Note | Kind::RunStart | Kind::Gap)
    }
}

/// A line of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// Where its text begins, in the data or in the notes.
    pub(crate) offset: u64,
    /// When it arrived, in milliseconds since the epoch.
    pub(crate) time: i64,
    /// Its bytes, line end included.
    pub(crate) len: u32,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) stream: Stream,
    pub(crate) flags: u8,
    /// The run that printed it; unique while the store is open.
    pub(crate) run: u32,
}

impl Record {
    pub(crate) fn is_head(&self) -> bool {
        self.flags & HEAD != 0
    }

    pub(crate) fn is_again(&self) -> bool {
        self.flags & AGAIN != 0
    }

    pub(crate) fn is_joined(&self) -> bool {
        self.flags & JOINED != 0
    }

    /// Where the next text begins.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(u64::from(self.len))
    }

    pub(crate) fn encode(&self, sum: Sum, out: &mut Vec<u8>) {
        let at = out.len();
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&self.len.to_le_bytes());
        out.extend_from_slice(&[
            self.kind as u8,
            self.level as u8,
            self.stream as u8,
            self.flags,
        ]);
        out.extend_from_slice(&self.run.to_le_bytes());
        let sum = sum.over(&out[at..]);
        out.extend_from_slice(&sum.to_le_bytes());
    }

    /// Reads a record; none if it is damaged.
    pub(crate) fn decode(sum: Sum, bytes: &[u8; SIZE]) -> Option<Record> {
        let (offset, rest) = bytes.split_first_chunk::<8>()?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let ([kind, level, stream, flags], rest) = rest.split_first_chunk::<4>()?;
        let (run, rest) = rest.split_first_chunk::<4>()?;
        let written = rest.first_chunk::<4>()?;
        if u32::from_le_bytes(*written) != sum.over(&bytes[..SIZE - 4]) {
            return None;
        }
        Some(Record {
            offset: u64::from_le_bytes(*offset),
            time: i64::from_le_bytes(*time),
            len: u32::from_le_bytes(*len),
            kind: *Kind::ALL.get(usize::from(*kind))?,
            level: Level::from_byte(*level)?,
            stream: if *stream == 0 {
                Stream::Out
            } else {
                Stream::Err
            },
            flags: *flags,
            run: u32::from_le_bytes(*run),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_and_notices_damage() {
        let record = Record {
            offset: 1 << 40,
            time: 1_795_206_321_000,
            len: 77,
            kind: Kind::Exception,
            level: Level::Error,
            stream: Stream::Err,
            flags: HEAD,
            run: 3,
        };
        for sum in [Sum::Words, Sum::Crc32] {
            let mut bytes = Vec::new();
            record.encode(sum, &mut bytes);
            let mut bytes: [u8; SIZE] = bytes.try_into().unwrap();
            assert_eq!(Record::decode(sum, &bytes), Some(record));
            for at in 0..SIZE {
                bytes[at] ^= 0x10;
                assert_eq!(Record::decode(sum, &bytes), None, "byte {at}");
                bytes[at] ^= 0x10;
            }
            assert_eq!(Record::decode(sum, &[0; SIZE]), None);
        }
    }
}
