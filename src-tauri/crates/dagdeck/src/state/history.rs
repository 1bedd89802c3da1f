//! The record of operations as rows: what each start of Dagdeck ran.
//!
//! A row belongs to the start that wrote it, so that several at once never write over each other's, and to the workspace that
//! it was run for, whose record it is.

use std::path::Path;

use rusqlite::{Connection, Row, params};
use serde::de::DeserializeOwned;

use super::change::Stored;

use api::{CommandView, OPERATIONS_KEPT, Operation, OperationState};

/// Writes one, or what became of it.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn write(
    rows: &Connection,
    session: &str,
    workspace: Option<&Path>,
    one: &Operation,
) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT OR REPLACE INTO operations
        (session, id, title, command, cause, state, started_at, took, location, log, tail, root)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let command = one.command.as_ref().map(json).transpose()?;
    rows.prepare_cached(SQL)?.execute(params![
        session,
        one.id,
        one.title,
        command,
        one.cause,
        json(&one.state)?,
        one.started_at,
        one.took,
        one.location,
        one.log,
        json(&one.tail)?,
        workspace.map(Stored),
    ])?;
    Ok(())
}

/// Removes those of a workspace that no start shows any more.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn prune(rows: &Connection, workspace: Option<&Path>) -> rusqlite::Result<()> {
    const SQL: &str = "DELETE FROM operations WHERE root IS ?2 AND (started_at, id) < (
        SELECT started_at, id FROM operations WHERE root IS ?2
        ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET ?1)";
    // The oldest that is shown.
    let last = OPERATIONS_KEPT.saturating_sub(1);
    let removed = params![last, workspace.map(Stored)];
    rows.prepare_cached(SQL)?.execute(removed).map(drop)
}

/// The newest of a workspace and of none, newest first, numbered anew. What was under way when its Dagdeck ended is
/// interrupted: how it went is not known. What a Dagdeck that `lives` is at is its own to tell, and left out.
///
/// # Errors
/// Whatever the database answers.
pub(super) fn load(
    rows: &Connection,
    workspace: Option<&Path>,
    lives: impl Fn(&str) -> bool,
) -> rusqlite::Result<Vec<Operation>> {
    const SQL: &str =
        "SELECT title, command, cause, state, started_at, took, location, log, tail, session
        FROM operations WHERE root IS NULL OR root = ?2
        ORDER BY started_at DESC, id DESC LIMIT ?1";
    let mut statement = rows.prepare_cached(SQL)?;
    let found = statement.query_map(params![OPERATIONS_KEPT, workspace.map(Stored)], |row| {
        Ok((operation(row)?, row.get::<_, String>(9)?))
    })?;
    let mut operations = Vec::new();
    for one in found {
        let (operation, session) = one?;
        if operation.state != OperationState::Running || !lives(&session) {
            operations.push(operation);
        }
    }
    let count = operations.len();
    for (at, operation) in operations.iter_mut().enumerate() {
        operation.id = u32::try_from(count - at).unwrap_or(u32::MAX);
        interrupt(operation);
    }
    Ok(operations)
}

/// Marks one that nobody works on any more.
pub(super) fn interrupt(operation: &mut Operation) {
    if operation.state == OperationState::Running {
        operation.state = OperationState::Interrupted;
    }
    operation.progress = None;
    operation.cancellable = false;
}

fn operation(row: &Row<'_>) -> rusqlite::Result<Operation> {
    Ok(Operation {
        id: 0,
        title: row.get(0)?,
        command: row
            .get::<_, Option<String>>(1)?
            .and_then(read)
            .map(readable),
        cause: row.get(2)?,
        // In words of a later version it is as good as not known.
        state: read(row.get(3)?).unwrap_or(OperationState::Interrupted),
        started_at: row.get(4)?,
        took: row.get(5)?,
        location: row.get(6)?,
        log: row.get(7)?,
        progress: None,
        tail: read(row.get(8)?).unwrap_or_default(),
        cancellable: false,
    })
}

/// Gives a command that was kept before there was a short form of it the whole one in its place.
fn readable(mut command: CommandView) -> CommandView {
    if command.short.is_empty() {
        command.short.clone_from(&command.line);
    }
    command
}

fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it comes from a row, which gives it away"
)]
fn read<T: DeserializeOwned>(text: String) -> Option<T> {
    serde_json::from_str(&text).ok()
}
