//! The tables of both databases, and the steps from each version to the next.
//!
//! A step that was released is never changed: another is added. `PRAGMA user_version` says how many were made.

use rusqlite::{Connection, TransactionBehavior};

/// A database by name, and the steps that make its tables.
pub(super) struct Schema {
    /// The file's name in the state folder.
    pub(super) file: &'static str,
    /// What the file holds, for a notice.
    pub(super) holds: &'static str,
    /// What a newer Dagdeck's file means for the person, for a notice.
    pub(super) newer: &'static str,
    /// Step by step, from an empty file.
    steps: &'static [&'static str],
}

/// What can't be had again.
pub(super) const STATE: Schema = Schema {
    file: "state.db",
    holds: "your settings, which folders you trust, and what was chosen for locations",
    newer: "no folder counts as trusted by it, and what you choose now is forgotten when Dagdeck ends",
    steps: &["
        CREATE TABLE settings (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL -- JSON
        ) STRICT, WITHOUT ROWID;
        -- Paths are text, or the bytes of one that is not Unicode.
        CREATE TABLE trust (
            root ANY PRIMARY KEY NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE workspaces (
            root ANY PRIMARY KEY NOT NULL,
            opened_at REAL, -- null where it is not on the list of recent ones
            launch_took REAL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE locations (
            root ANY NOT NULL,
            id TEXT NOT NULL,
            picked ANY,
            auto_reload INTEGER,
            usual REAL,
            stopped_at REAL,
            stopped_by TEXT,
            PRIMARY KEY (root, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE converted (
            file TEXT PRIMARY KEY -- of 0.1
        ) STRICT, WITHOUT ROWID;
    "],
};

/// What can be had again, or is missed by nobody for long.
pub(super) const CACHE: Schema = Schema {
    file: "cache.db",
    holds: "the record of what Dagdeck ran",
    newer: "what Dagdeck runs now is off the record when Dagdeck ends",
    steps: &["
        CREATE TABLE operations (
            session TEXT NOT NULL, -- one start of Dagdeck
            id INTEGER NOT NULL,
            title TEXT NOT NULL,
            command TEXT, -- JSON
            cause TEXT,
            state TEXT NOT NULL, -- JSON
            started_at REAL NOT NULL,
            took REAL,
            location TEXT,
            log TEXT,
            tail TEXT NOT NULL, -- JSON
            PRIMARY KEY (session, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX operations_by_age ON operations (started_at, id);
        CREATE TABLE converted (
            file TEXT PRIMARY KEY -- of 0.1
        ) STRICT, WITHOUT ROWID;
    ", "
        -- The workspace that it was run for; null where it was for none, as for one that was still to be made.
        ALTER TABLE operations ADD COLUMN root ANY;
        DROP INDEX operations_by_age;
        CREATE INDEX operations_by_age ON operations (root, started_at, id);
    "],
};

impl Schema {
    /// The version that this Dagdeck writes.
    pub(super) fn version(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    /// Makes the steps that are missing, all or none.
    ///
    /// # Errors
    /// Whatever the database answers. Nothing was changed then.
    pub(super) fn migrate(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        if version_of(connection)? >= self.version() {
            return Ok(());
        }
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have made them while we waited.
        let made = usize::try_from(version_of(&change)?).unwrap_or(usize::MAX);
        for step in self.steps.iter().skip(made) {
            change.execute_batch(step)?;
        }
        if made < self.steps.len() {
            change.pragma_update(None, "user_version", self.version())?;
        }
        change.commit()
    }
}

/// The version of a database.
pub(super) fn version_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
