//! What is noted of each attempt to load a location's code, and asked of the last one.

use std::collections::BTreeMap;
use std::time::Instant;

use process::CommandLine;
use tokio::sync::watch;
use unit::Generation;
use workspace::watch::{CodeFiles, CodeStamp};

use super::WorkspaceFacts;
use super::loaded::{LoadAttempt, Unloaded};
use crate::open::error::FactsError;

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
        // One that was overtaken may come to it late.
        if attempts
            .get(id)
            .is_none_or(|last| last.generation < generation)
        {
            attempts.insert(id.to_owned(), attempt);
        }
    }

    /// Keeps the command line with which it goes on, with a sample's address.
    pub(crate) fn attempted_with(
        &self,
        id: &str,
        generation: Generation,
        command: Option<CommandLine>,
    ) {
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

    /// What of a location is on disk now and is not what was loaded last, where it would be started with this command line by now
    /// (with a sample's address). Looks at each file.
    ///
    /// # Errors
    /// Where there is no such location, and where the thread that looks ended early.
    pub(crate) async fn unloaded(
        &self,
        id: &str,
        command: Option<CommandLine>,
    ) -> Result<Unloaded, FactsError> {
        let project = self.project(id)?;
        let attempt = self.attempts.by_location.lock().get(id).cloned();
        let Some(attempt) = attempt else {
            return Ok(Unloaded::default());
        };
        let command_is_known = attempt.command.is_some();
        let command = command_is_known && attempt.command != command;
        let generation = attempt.generation;
        let look = move || attempt.code.changed(&CodeFiles::of(&project));
        let files = tokio::task::spawn_blocking(look).await;
        Ok(Unloaded {
            files: files.map_err(FactsError::Reading)?,
            command,
            attempt: Some(generation),
            command_is_known,
        })
    }

    /// Keeps that the webserver was told to look at what serves since an attempt, or need not be.
    pub(crate) fn told_webserver(&self, id: &str, generation: Generation) {
        self.attempts.told.send_modify(|told| {
            told.insert(id.to_owned(), generation);
        });
    }

    /// Whether the webserver was told to look at what serves since an attempt.
    pub(crate) fn is_told(&self, id: &str, generation: Generation) -> bool {
        let told = self.attempts.told.borrow();
        told.get(id).is_some_and(|told| *told >= generation)
    }

    /// What changes whenever the webserver is told to look at a location.
    pub(crate) fn tellings(&self) -> watch::Receiver<BTreeMap<String, Generation>> {
        self.attempts.told.subscribe()
    }

    /// Forgets the attempts of a location that is no more.
    pub(crate) fn forget_attempts(&self, id: &str) {
        self.attempts.by_location.lock().remove(id);
        self.attempts.told.send_modify(|told| {
            told.remove(id);
        });
    }
}
