//! One change of what is remembered: the same value is applied in memory and carried out on rows.
//!
//! Each touches only its own columns, so that programs which change different things never undo each other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params};
use serde_json::Value;

use super::memory::{LocationMemory, Memory, settings_from};
use api::{Millis, StoppedBy};

/// How many workspaces are on the list of recent ones.
pub(super) const RECENT: usize = 20;

/// What is to be kept: one row or one column, so that several programs lose nothing of each other's.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StateChange {
    /// A setting has another value.
    Setting {
        /// As on the wire.
        name: String,
        /// As on the wire.
        value: Value,
    },
    /// The person lets programs run in a folder, or no longer.
    Trust {
        /// The workspace.
        root: PathBuf,
        /// Whether.
        trusted: bool,
    },
    /// A workspace was opened.
    Opened {
        /// The workspace.
        root: PathBuf,
        /// When.
        at: Millis,
    },
    /// It is no longer on the list of recent ones.
    Forgotten {
        /// The workspace.
        root: PathBuf,
    },
    /// A launch settled.
    Launched {
        /// The workspace.
        root: PathBuf,
        /// In ms.
        took: f64,
    },
    /// Something of a location.
    Location {
        /// The workspace.
        root: PathBuf,
        /// The location.
        id: String,
        /// What.
        change: LocationChange,
    },
}

/// One change of what is remembered of a location.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum LocationChange {
    /// See [`LocationMemory::picked`].
    Picked(Option<PathBuf>),
    /// See [`LocationMemory::auto_reload`].
    AutoReload(Option<bool>),
    /// See [`LocationMemory::usual`].
    Usual(Option<f64>),
    /// See [`LocationMemory::stopped`].
    Stopped(Option<(Millis, StoppedBy)>),
}

impl LocationChange {
    /// What differs between two.
    pub(super) fn between(before: &LocationMemory, after: LocationMemory) -> Vec<Self> {
        let mut changes = Vec::new();
        if before.picked != after.picked {
            changes.push(Self::Picked(after.picked));
        }
        if before.auto_reload != after.auto_reload {
            changes.push(Self::AutoReload(after.auto_reload));
        }
        if before.usual != after.usual {
            changes.push(Self::Usual(after.usual));
        }
        if before.stopped != after.stopped {
            changes.push(Self::Stopped(after.stopped));
        }
        changes
    }

    fn apply(self, location: &mut LocationMemory) {
        match self {
            Self::Picked(picked) => location.picked = picked,
            Self::AutoReload(on) => location.auto_reload = on,
            Self::Usual(usual) => location.usual = usual,
            Self::Stopped(stopped) => location.stopped = stopped,
        }
    }
}

impl StateChange {
    /// Applies it in memory. Trust has no place there.
    pub(super) fn apply(self, memory: &mut Memory) {
        match self {
            Self::Setting { name, value } => {
                let now = serde_json::to_value(&*memory.settings);
                if let Ok(Value::Object(mut fields)) = now {
                    fields.insert(name, value);
                    memory.settings = Arc::new(settings_from(fields.into_iter().collect()).0);
                }
            }
            Self::Trust { .. } => {}
            Self::Opened { root, at } => memory.workspace(&root).opened_at = Some(at),
            Self::Forgotten { root } => memory.workspace(&root).opened_at = None,
            Self::Launched { root, took } => memory.workspace(&root).launch_took = Some(took),
            Self::Location { root, id, change } => {
                let locations = &mut memory.workspace(&root).locations;
                change.apply(locations.entry(id).or_default());
            }
        }
    }

    /// Carries it out on the rows of an open transaction.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub(super) fn write(&self, rows: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::Setting { name, value } => {
                const SQL: &str = "INSERT INTO settings (name, value) VALUES (?1, ?2)
                    ON CONFLICT DO UPDATE SET value = excluded.value";
                run(rows, SQL, params![name, value.to_string()])
            }
            Self::Trust { root, trusted } => {
                let sql = if *trusted {
                    "INSERT INTO trust (root) VALUES (?1) ON CONFLICT DO NOTHING"
                } else {
                    "DELETE FROM trust WHERE root = ?1"
                };
                run(rows, sql, params![Stored(root)])
            }
            Self::Opened { root, at } => {
                // The clock of the one that wrote last may be behind.
                const SQL: &str = "INSERT INTO workspaces (root, opened_at) VALUES (?1, ?2)
                    ON CONFLICT DO UPDATE SET opened_at = max(coalesce(opened_at, 0), excluded.opened_at)";
                const CUT: &str =
                    "UPDATE workspaces SET opened_at = NULL WHERE opened_at IS NOT NULL
                    AND root NOT IN (SELECT root FROM workspaces WHERE opened_at IS NOT NULL
                        ORDER BY opened_at DESC LIMIT ?1)";
                run(rows, SQL, params![Stored(root), at])?;
                run(rows, CUT, params![RECENT])
            }
            Self::Forgotten { root } => {
                const SQL: &str = "UPDATE workspaces SET opened_at = NULL WHERE root = ?1";
                run(rows, SQL, params![Stored(root)])
            }
            Self::Launched { root, took } => {
                const SQL: &str = "INSERT INTO workspaces (root, launch_took) VALUES (?1, ?2)
                    ON CONFLICT DO UPDATE SET launch_took = excluded.launch_took";
                run(rows, SQL, params![Stored(root), took])
            }
            Self::Location { root, id, change } => change.write(rows, root, id),
        }
    }

    /// What it changes: a later change of the same makes an earlier one needless.
    pub(super) fn subject(&self) -> (u8, &str, &Path) {
        const NONE: &str = "";
        match self {
            Self::Setting { name, .. } => (0, name, Path::new(NONE)),
            Self::Trust { root, .. } => (1, NONE, root),
            Self::Opened { root, .. } | Self::Forgotten { root } => (2, NONE, root),
            Self::Launched { root, .. } => (3, NONE, root),
            Self::Location { root, id, change } => {
                let column = match change {
                    LocationChange::Picked(_) => 4,
                    LocationChange::AutoReload(_) => 5,
                    LocationChange::Usual(_) => 6,
                    LocationChange::Stopped(_) => 7,
                };
                (column, id, root)
            }
        }
    }

    /// Whether it is tried again when it could not be written. Trust is not given later than it was asked for: it may
    /// have been taken back elsewhere meanwhile.
    pub(super) fn is_tried_again(&self) -> bool {
        !matches!(self, Self::Trust { trusted: true, .. })
    }
}

impl LocationChange {
    /// Writes one column of a location's row; the others stay as another Dagdeck may have written them.
    fn write(&self, rows: &Connection, root: &Path, id: &str) -> rusqlite::Result<()> {
        let root = Stored(root);
        match self {
            Self::Picked(picked) => {
                const SQL: &str = "INSERT INTO locations (root, id, picked) VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET picked = excluded.picked";
                run(rows, SQL, params![root, id, picked.as_deref().map(Stored)])
            }
            Self::AutoReload(on) => {
                const SQL: &str =
                    "INSERT INTO locations (root, id, auto_reload) VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET auto_reload = excluded.auto_reload";
                run(rows, SQL, params![root, id, on])
            }
            Self::Usual(usual) => {
                const SQL: &str = "INSERT INTO locations (root, id, usual) VALUES (?1, ?2, ?3)
                    ON CONFLICT DO UPDATE SET usual = excluded.usual";
                run(rows, SQL, params![root, id, usual])
            }
            Self::Stopped(stopped) => {
                const SQL: &str = "INSERT INTO locations (root, id, stopped_at, stopped_by)
                    VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE
                    SET stopped_at = excluded.stopped_at, stopped_by = excluded.stopped_by";
                let at = stopped.map(|(at, _)| at);
                let by = stopped.and_then(|(_, by)| serde_json::to_value(by).ok());
                let by = by.as_ref().and_then(Value::as_str);
                run(rows, SQL, params![root, id, at, by])
            }
        }
    }
}

fn run(rows: &Connection, sql: &str, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
    rows.prepare_cached(sql)?.execute(values).map(drop)
}

/// A path for a row: text, or its bytes where it is not Unicode.
pub(super) struct Stored<'a>(pub(super) &'a Path);

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let bytes = || ValueRef::Blob(self.0.as_os_str().as_encoded_bytes());
        let text = self.0.to_str().map(|text| ValueRef::Text(text.as_bytes()));
        Ok(ToSqlOutput::Borrowed(text.unwrap_or_else(bytes)))
    }
}

/// A path from a row.
pub(super) struct StoredPath(pub(super) PathBuf);

impl FromSql for StoredPath {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(bytes) => Ok(Self(path_of(bytes))),
            other => other.as_str().map(|text| Self(PathBuf::from(text))),
        }
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// Such a path is known again as long as nothing else is read the same way, which is good enough to look at it.
#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
