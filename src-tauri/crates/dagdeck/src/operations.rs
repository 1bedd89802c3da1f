//! The record of everything Dagdeck ran or did, newest first.
//!
//! Owns numbering and timing. A line is begun once and ended once; ending it twice changes nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use process::CommandLine;

use crate::board::Board;
use crate::clock;
use crate::wire::{CommandView, Operation, OperationState};

/// What a new line of the record says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Begun {
    /// "Starting marketing".
    pub(crate) title: String,
    /// What runs.
    pub(crate) command: Option<CommandView>,
    /// What set it off.
    pub(crate) cause: Option<String>,
    /// The location it belongs to.
    pub(crate) location: Option<String>,
    /// Its log.
    pub(crate) log: Option<String>,
}

/// The record.
#[derive(Debug, Clone)]
pub(crate) struct Operations {
    board: Arc<Board>,
    next: Arc<AtomicU32>,
    open: Arc<Mutex<HashMap<u32, Operation>>>,
}

impl Operations {
    /// An empty record, shown on `board`.
    pub(crate) fn new(board: Arc<Board>) -> Self {
        Self {
            board,
            next: Arc::new(AtomicU32::new(1)),
            open: Arc::default(),
        }
    }

    /// Begins a line and returns its number.
    pub(crate) fn begin(&self, begun: Begun) -> u32 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let operation = Operation {
            id,
            title: begun.title,
            command: begun.command,
            cause: begun.cause,
            state: OperationState::Running,
            started_at: clock::now(),
            took: None,
            location: begun.location,
            log: begun.log,
        };
        self.lock().insert(id, operation.clone());
        self.board.put_operation(operation);
        id
    }

    /// Ends a line with a state and, where it reads better then, a new title.
    pub(crate) fn end(&self, id: u32, state: OperationState, title: Option<String>) {
        let Some(mut operation) = self.lock().remove(&id) else {
            return;
        };
        operation.took = Some(clock::now() - operation.started_at);
        operation.state = state;
        operation.title = title.unwrap_or(operation.title);
        self.board.put_operation(operation);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Operation>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command as one line without the environment we add: what a log's first row says.
pub(crate) fn line(command: &CommandLine) -> String {
    let words: Vec<String> = command
        .argv()
        .iter()
        .map(|word| process::shell_quote(word))
        .collect();
    words.join(" ")
}

/// A command as shown: values whose names speak of secrets are masked.
pub(crate) fn command_view(command: &CommandLine) -> CommandView {
    let masked = CommandLine {
        environment: command
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), mask(name, value)))
            .collect(),
        ..command.clone()
    };
    CommandView {
        argv: command.argv(),
        folder: command.folder.display().to_string(),
        shell: masked.shell_line(),
        environment: masked.environment.into_iter().collect(),
    }
}

/// Hides values that came from `.env` files or whose names speak of secrets.
fn mask(name: &str, value: &str) -> String {
    const SHOWN: [&str; 6] = [
        "DAGSTER_",
        "UV_",
        "VIRTUAL_ENV",
        "PATH",
        "PYTHON",
        "DAGDECK_",
    ];
    if SHOWN.iter().any(|prefix| name.starts_with(prefix)) {
        value.to_owned()
    } else {
        "••••".to_owned()
    }
}

/// Everything on the record as a script for a POSIX shell, oldest first.
pub(crate) fn script(operations: &[Operation]) -> String {
    let mut text = String::from("#!/bin/sh\n# What Dagdeck ran, oldest first.\n");
    for operation in operations.iter().rev() {
        let Some(command) = &operation.command else {
            continue;
        };
        text.push_str(&format!("\n# {}\n{}\n", operation.title, command.shell));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_persons_env_files_are_masked_and_our_own_shown() {
        let command = CommandLine::new("python", "project")
            .env("DAGSTER_HOME", "home")
            .env("SNOWFLAKE_PASSWORD", "hunter2");
        let view = command_view(&command);
        assert!(!view.shell.contains("hunter2"), "{}", view.shell);
        assert!(view.shell.contains("DAGSTER_HOME"), "{}", view.shell);
    }
}
