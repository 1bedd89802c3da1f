//! Keeps, finds and serves what programs print.
//!
//! Owns the log files of a workspace: one folder per log, with the bytes exactly as printed and a compact index beside
//! them. A [`Writer`] appends and never waits for a reader; a [`View`] reads the rows that are in sight and nothing more.
//! Refuses to know who printed: a log is a name ([`LogKey`]) and lines.

mod ansi;
mod change;
mod entry;
mod header;
mod inner;
mod key;
mod record;
mod row;
mod segment;
mod series;
mod store;
mod view;
mod writer;

pub use row::{Color, Level, LevelCounts, RowKind, Segment, StoredRow, Stream};
pub use store::{Clock, LogKey, Options, Run, Store, StoreError, Subscription};
pub use view::{Filter, Marks, Matches, Query, View, ViewOf, ViewStatus, Window};
pub use writer::{RunMeta, Writer};
