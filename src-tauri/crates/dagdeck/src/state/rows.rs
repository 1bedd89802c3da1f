//! Reads what is remembered from its rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use serde_json::Value;

use super::change::{Stored, StoredPath};
use super::memory::{LocationMemory, Memory, settings_from};

/// Everything but trust, as it is on disk. The second part names settings whose values this Dagdeck does not know.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn load(connection: &mut Connection) -> rusqlite::Result<(Memory, Vec<String>)> {
    // One transaction, so that all is of one moment.
    let rows = connection.transaction()?;
    let mut memory = Memory::default();
    let unknown = settings(&rows, &mut memory)?;
    workspaces(&rows, &mut memory)?;
    locations(&rows, &mut memory)?;
    Ok((memory, unknown))
}

fn settings(rows: &Connection, memory: &mut Memory) -> rusqlite::Result<Vec<String>> {
    let mut statement = rows.prepare_cached("SELECT name, value FROM settings")?;
    let found = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut values = BTreeMap::new();
    let mut unknown = Vec::new();
    for row in found {
        let (name, value) = row?;
        match serde_json::from_str::<Value>(&value) {
            Ok(value) => drop(values.insert(name, value)),
            Err(_) => unknown.push(name),
        }
    }
    let (settings, more) = settings_from(values);
    memory.settings = Arc::new(settings);
    unknown.extend(more);
    Ok(unknown)
}

fn workspaces(rows: &Connection, memory: &mut Memory) -> rusqlite::Result<()> {
    let mut statement =
        rows.prepare_cached("SELECT root, opened_at, launch_took FROM workspaces")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let StoredPath(root) = row.get(0)?;
        let workspace = memory.workspace(&root);
        workspace.opened_at = row.get(1)?;
        workspace.launch_took = row.get(2)?;
    }
    Ok(())
}

fn locations(rows: &Connection, memory: &mut Memory) -> rusqlite::Result<()> {
    const SQL: &str = "SELECT root, id, picked, auto_reload, usual, stopped_at, stopped_by
        FROM locations";
    let mut statement = rows.prepare_cached(SQL)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let StoredPath(root) = row.get(0)?;
        let picked: Option<StoredPath> = row.get(2)?;
        let at: Option<f64> = row.get(5)?;
        let by: Option<String> = row.get(6)?;
        // Who stopped it, in words of a later version, is as good as not known.
        let by = by.and_then(|by| serde_json::from_value(Value::String(by)).ok());
        let location = LocationMemory {
            picked: picked.map(|StoredPath(path)| path),
            auto_reload: row.get(3)?,
            usual: row.get(4)?,
            stopped: at.zip(by),
        };
        let locations = &mut memory.workspace(&root).locations;
        locations.insert(row.get(1)?, location);
    }
    Ok(())
}

/// Whether a folder is trusted, as it is on disk now.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn is_trusted(connection: &Connection, root: &Path) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM trust WHERE root = ?1")?
        .exists([Stored(root)])
}

/// Changes when another connection wrote.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))
}
