//! One database file: opened, judged, and set aside where it can't be used.
//!
//! Refuses to touch a file that a newer Dagdeck wrote, and to lose one: what can't be used is moved beside itself.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

use super::aside;
use super::journal::Journal;
use super::migrations::{Schema, version_of};

/// How long a reader or a writer waits for another program. One change takes a few ms.
const BUSY: Duration = Duration::from_secs(10);

/// What the first bytes of a database are.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// What can be done with a database.
pub(super) enum Access {
    /// It is read and written.
    Whole(Connection),
    /// It is read and never written; what is changed holds until Dagdeck ends.
    ReadOnly {
        /// For reading.
        connection: Connection,
        /// Whether a newer Dagdeck wrote it: what trust is bound to may be another thing there, so none of it counts.
        newer: bool,
    },
    /// It can't even be read.
    Absent,
}

/// A database as opened.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) standing: Access,
    /// What the person should know.
    pub(super) notice: Option<String>,
}

/// Why a file can't be used as a database of ours.
enum Fault {
    /// A newer Dagdeck wrote it.
    Newer(u32),
    /// It is none, or not whole.
    Damaged(String),
    /// The disk or its rights refuse.
    Refused(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ffi::ErrorCode::NotADatabase | ffi::ErrorCode::DatabaseCorrupt) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// Opens a database for reading and writing as best it can be. `alone` says that no other program opens it now: only then
/// something is made or moved. Where it is not so, `why_not` says why.
pub(super) fn open(
    folder: &Path,
    schema: &Schema,
    journal: Journal,
    alone: Result<(), String>,
) -> Opened {
    let path = folder.join(schema.file);
    let (standing, notice) = match alone {
        Err(why) => look_only(folder, &path, schema, &why),
        Ok(()) => match whole(&path, schema, journal) {
            Ok(connection) => (Access::Whole(connection), None),
            Err(Fault::Damaged(why)) => begin_anew(&path, schema, journal, &why),
            Err(Fault::Newer(version)) => newer(&path, schema, version),
            Err(Fault::Refused(why)) => look_only(folder, &path, schema, &why),
        },
    };
    Opened {
        path,
        standing,
        notice,
    }
}

/// Connects to a database that was found whole before, for the writer.
pub(super) fn connect(path: &Path, journal: Journal) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    set_journal(&connection, journal)?;
    Ok(connection)
}

/// Makes the next change outlive a power failure. Answers what was so before.
pub(super) fn make_lasting(connection: &Connection) -> rusqlite::Result<i64> {
    let before = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(before)
}

/// Opens a file, or makes it, and sees that it is whole and of our version. Of one that could not be made nothing is left, which
/// would look damaged.
fn whole(path: &Path, schema: &Schema, journal: Journal) -> Result<Connection, Fault> {
    let was_there = path.exists();
    let whole = open_whole(path, schema, journal);
    if whole.is_err() && !was_there {
        // What can't be removed is set aside by the next that opens it.
        let _kept = fs_err::remove_file(path);
    }
    whole
}

/// Opens a database for writing and brings its tables to our version.
///
/// The version is read twice: from the header first, so that a newer file is not opened for writing at all, and from the
/// open connection, for a newer version may lie in the write-ahead log. `quick_check` reads the whole file, which is small.
///
/// # Errors When it is newer, damaged or read-only.
fn open_whole(path: &Path, schema: &Schema, journal: Journal) -> Result<Connection, Fault> {
    if let Some(version) = peek(path)?
        && version > schema.version()
    {
        return Err(Fault::Newer(version));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // A newer Dagdeck's change may still lie in the write-ahead log; it is not ours to carry over.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(BUSY)?;
    let version = version_of(&connection)?;
    if version > schema.version() {
        return Err(Fault::Newer(version));
    }
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(Fault::Refused("it is read-only".to_owned()));
    }
    set_journal(&connection, journal)?;
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if found != "ok" {
        return Err(Fault::Damaged(found));
    }
    schema.migrate(&mut connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(connection)
}

/// The version in a file's header, without opening it as a database. None where there is no file.
fn peek(path: &Path) -> Result<Option<u32>, Fault> {
    let metadata = match fs_err::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::Refused(error.to_string())),
    };
    if !metadata.is_file() {
        return Err(Fault::Damaged("it is not a file".to_owned()));
    }
    let mut header = [0_u8; 100];
    let read = fs_err::File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof if metadata.len() == 0 => {
                Fault::Damaged("it is empty".to_owned())
            }
            ErrorKind::UnexpectedEof => Fault::Damaged("it is cut off".to_owned()),
            _ => Fault::Refused(error.to_string()),
        });
    read?;
    if !header.starts_with(MAGIC) {
        return Err(Fault::Damaged("it is not a database".to_owned()));
    }
    // https://www.sqlite.org/fileformat.html#user_version: four bytes at 60, big-endian.
    let [.., a, b, c, d] = header[..64] else {
        return Ok(None);
    };
    Ok(Some(u32::from_be_bytes([a, b, c, d])))
}

/// Chooses the journal and how far each write reaches the disk. Where another program has the file open in another journal,
/// that one stays.
fn set_journal(connection: &Connection, journal: Journal) -> rusqlite::Result<()> {
    let mode = |row: &rusqlite::Row<'_>| row.get::<_, String>(0);
    let changed = connection.pragma_update_and_check(None, "journal_mode", journal.name(), mode);
    let mode = match changed {
        // Another program that has it open keeps it in the journal it has, which is right for us too.
        Err(error) if error.sqlite_error_code() == Some(ffi::ErrorCode::DatabaseBusy) => {
            connection.pragma_query_value(None, "journal_mode", mode)?
        }
        changed => changed?,
    };
    let journal = if mode.eq_ignore_ascii_case("wal") {
        Journal::Wal
    } else {
        Journal::Rollback
    };
    connection.pragma_update(None, "synchronous", journal.synchronous())
}

/// Moves a damaged file beside itself and makes another.
fn begin_anew(
    path: &Path,
    schema: &Schema,
    journal: Journal,
    why: &str,
) -> (Access, Option<String>) {
    let shown = path.display();
    let holds = schema.holds;
    let aside = match aside::set_aside(path) {
        Ok(aside) => aside,
        Err(error) => {
            let notice = format!(
                "Dagdeck's own {shown} can't be used ({why}), nor set aside: {error}. It held {holds}; what you choose now is forgotten when Dagdeck ends."
            );
            return (Access::Absent, Some(notice));
        }
    };
    let notice = format!(
        "Dagdeck's own {shown} can't be used ({why}). It was set aside as {}. It held {holds}: that begins anew.",
        aside.display()
    );
    match whole(path, schema, journal) {
        Ok(connection) => (Access::Whole(connection), Some(notice)),
        Err(Fault::Damaged(again) | Fault::Refused(again)) => {
            let notice = format!("{notice} It could not be made anew: {again}");
            (Access::Absent, Some(notice))
        }
        Err(Fault::Newer(_)) => (Access::Absent, Some(notice)),
    }
}

/// Reads what can be read of a newer Dagdeck's file, and leaves it alone.
fn newer(path: &Path, schema: &Schema, version: u32) -> (Access, Option<String>) {
    let notice = format!(
        "{} was written by a newer Dagdeck (its version is {version}, this Dagdeck knows {}). It is left as it is: {}.",
        path.display(),
        schema.version(),
        schema.newer
    );
    let standing = read_only(path).map_or(Access::Absent, |connection| Access::ReadOnly {
        connection,
        newer: true,
    });
    (standing, Some(notice))
}

/// Reads what can be read where nothing can be written.
fn look_only(folder: &Path, path: &Path, schema: &Schema, why: &str) -> (Access, Option<String>) {
    match peek(path) {
        Ok(Some(version)) if version > schema.version() => return newer(path, schema, version),
        _ => {}
    }
    let notice = format!(
        "Dagdeck can't write its own folder {} ({why}). What you choose now is forgotten when Dagdeck ends.",
        folder.display()
    );
    let standing =
        read_only(path).map_or(Access::Absent, |connection| match version_of(&connection) {
            // Nothing was ever written to it.
            Ok(0) | Err(_) => Access::Absent,
            Ok(version) => Access::ReadOnly {
                newer: version > schema.version(),
                connection,
            },
        });
    (standing, Some(notice))
}

/// A connection that writes nothing, where one can be had.
fn read_only(path: &Path) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let usable = |connection: rusqlite::Result<Connection>| {
        let connection = connection.ok()?;
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .ok()?;
        connection.busy_timeout(BUSY).ok()?;
        let tables = "SELECT count(*) FROM sqlite_schema";
        let count = connection.query_row(tables, [], |row| row.get::<_, u32>(0));
        count.is_ok().then_some(connection)
    };
    if let Some(connection) = usable(Connection::open_with_flags(path, flags)) {
        return Some(connection);
    }
    // Where not even the memory beside it can be made, it can be read as a file that nobody changes; not so when changes
    // wait in its write-ahead log, for trust that was taken back may be among them.
    let waiting = fs_err::metadata(aside::beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    if waiting {
        return None;
    }
    let uri = format!("file:{}?immutable=1", percent_encoded(path.to_str()?));
    usable(Connection::open_with_flags(
        uri,
        flags | OpenFlags::SQLITE_OPEN_URI,
    ))
}

/// A path as part of a `file:` URI, byte by byte: SQLite reads `?`, `#` and `%` there.
fn percent_encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b':' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
