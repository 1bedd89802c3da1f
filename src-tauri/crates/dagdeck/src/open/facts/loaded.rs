//! What was on disk when a location's code was last loaded, so that it can be told apart from what is there now.
//!
//! Keeps what others saw. Refuses to load, and to decide what follows from a difference.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use parking_lot::Mutex;
use process::CommandLine;
use unit::Generation;
use workspace::watch::{CodeFiles, CodeStamp};

use super::WorkspaceFacts;
use crate::open::commands::code_server;
use crate::open::error::FactsError;

/// An attempt to load a location's code.
#[derive(Debug, Clone)]
struct LoadAttempt {
    generation: Generation,
    /// Before any file was looked at: whatever was saved earlier is in it.
    begun: Instant,
    code: CodeStamp,
    /// The command line, with a sample's address; none where it did not come to one.
    command: Option<CommandLine>,
}

/// The last attempt of each location, by id.
#[derive(Default)]
pub(super) struct LoadAttempts {
    by_location: Mutex<BTreeMap<String, LoadAttempt>>,
}

/// What of a location is not what was loaded last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Unloaded {
    /// Files that were saved, came or went since.
    pub(crate) files: Vec<PathBuf>,
    /// Whether it would be started otherwise by now: another module, interpreter or variable.
    pub(crate) command: bool,
}

impl Unloaded {
    /// Whether what was loaded is what there is.
    pub(crate) fn is_nothing(&self) -> bool {
        self.files.is_empty() && !self.command
    }
}

impl WorkspaceFacts {
    /// Keeps how a location's code stood when an attempt to load it began.
    pub(crate) fn attempted(
        &self,
        id: &str,
        generation: Generation,
        begun: Instant,
        code: CodeStamp,
    ) {
        let attempt = LoadAttempt {
            generation,
            begun,
            code,
            command: None,
        };
        let mut attempts = self.attempts.by_location.lock();
        attempts.insert(id.to_owned(), attempt);
    }

    /// Keeps the command line with which it goes on.
    pub(crate) fn attempted_with(&self, id: &str, generation: Generation) {
        let project = self.project(id).ok();
        let command = project.and_then(|project| code_server::sample(self, &project));
        let mut attempts = self.attempts.by_location.lock();
        if let Some(attempt) = attempts.get_mut(id)
            && attempt.generation == generation
        {
            attempt.command = command;
        }
    }

    /// The last attempt to load a location's code, and when it began; none before the first.
    pub(crate) fn attempt_of(&self, id: &str) -> Option<(Generation, Instant)> {
        let attempts = self.attempts.by_location.lock();
        let attempt = attempts.get(id)?;
        Some((attempt.generation, attempt.begun))
    }

    /// What of a location is on disk now and is not what was loaded last. Looks at each file.
    ///
    /// # Errors
    /// Where there is no such location, and where the thread that looks ended early.
    pub(crate) async fn unloaded(&self, id: &str) -> Result<Unloaded, FactsError> {
        let project = self.project(id)?;
        let now = code_server::sample(self, &project);
        let attempt = self.attempts.by_location.lock().get(id).cloned();
        let Some(attempt) = attempt else {
            return Ok(Unloaded::default());
        };
        let command = attempt.command.is_some() && attempt.command != now;
        let look = move || attempt.code.changed(&CodeFiles::of(&project));
        let files = tokio::task::spawn_blocking(look).await;
        Ok(Unloaded {
            files: files.map_err(FactsError::Reading)?,
            command,
        })
    }

    /// Forgets the attempts of a location that is no more.
    pub(crate) fn forget_attempts(&self, id: &str) {
        self.attempts.by_location.lock().remove(id);
    }
}
