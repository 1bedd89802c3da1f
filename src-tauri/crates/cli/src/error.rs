//! How the command ends when it does not end well: what it says, and with which code.

use std::collections::BTreeSet;

use api::{ApiError, ErrorCode, HintAction};
use parking_lot::Mutex;

/// Why the command ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CliError {
    /// The folder is no workspace.
    NoWorkspace(String),
    /// What was asked for can't be made like this; nothing was written.
    Unusable(String),
    /// It can't be done, in words.
    Failed(String),
    /// The time that was given is over, in words.
    TimeOver(String),
    /// Nothing is served, or nothing could be done; what there was to say has been said.
    NothingServed,
    /// A person or the system ended it before anything was served.
    Interrupted,
    /// Nobody reads the output any more.
    Quiet,
}

impl CliError {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::NoWorkspace(_) | Self::Unusable(_) => 2,
            Self::Failed(_) | Self::NothingServed => 1,
            Self::TimeOver(_) => 3,
            Self::Interrupted => 130,
            Self::Quiet => 0,
        }
    }

    pub(crate) fn print(&self) {
        if let Self::NoWorkspace(words)
        | Self::Unusable(words)
        | Self::Failed(words)
        | Self::TimeOver(words) = self
        {
            tell(words);
        }
    }
}

/// What is said where the workspace is open no more.
pub(crate) fn closed() -> CliError {
    CliError::Failed("The workspace was closed.".to_owned())
}

/// Says what a person has to know, once: what keeps something from being done may have been told before it was tried.
pub(crate) fn tell(words: &str) {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if TOLD.lock().insert(words.to_owned()) {
        anstream::eprintln!("dagdeck: {words}");
    }
}

impl From<ApiError> for CliError {
    fn from(error: ApiError) -> Self {
        Self::Failed(words(&error))
    }
}

/// An error as a terminal shows it: the sentence, what lay behind it, what to do.
pub(crate) fn words(error: &ApiError) -> String {
    let mut words = error.message.clone();
    if error.code == ErrorCode::Untrusted {
        words.push_str("\n  If you trust it, add --trust.");
    }
    for cause in &error.causes {
        words.push_str("\n  because: ");
        words.push_str(&cause.replace('\n', "\n  "));
    }
    for hint in &error.hints {
        words.push_str("\n  ");
        words.push_str(&hint.text);
        if let Some(
            HintAction::CopyCommand { command: line, .. } | HintAction::CopyText { text: line },
        ) = &hint.action
        {
            words.push_str("\n    ");
            words.push_str(line);
        }
    }
    words
}

/// Where the output goes was closed (`dagdeck status | head`): nothing is left to say, and that is no fault.
pub(crate) fn piped<T>(written: std::io::Result<T>) -> Result<(), CliError> {
    match written {
        Ok(_) => Ok(()),
        Err(error) if reader_is_gone(&error) => Err(CliError::Quiet),
        Err(error) => Err(CliError::Failed(format!("can't print: {error}"))),
    }
}

/// Windows has two errors for that, of which the standard library knows one (the other is ERROR_PIPE_NOT_CONNECTED).
fn reader_is_gone(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
        || cfg!(windows) && error.raw_os_error() == Some(233)
}

#[cfg(test)]
mod tests {
    use api::Hint;

    use super::*;

    #[test]
    fn an_error_is_told_with_its_cause_and_the_next_step() {
        let mut error = ApiError::new(ErrorCode::Precondition, "There is no lockfile.");
        error.causes.push("uv.lock is missing".to_owned());
        let action = HintAction::CopyCommand {
            command: "uv lock".to_owned(),
            short: None,
            folder: None,
        };
        error.hints.push(Hint {
            text: "Make one:".to_owned(),
            action: Some(action),
        });
        assert_eq!(
            words(&error),
            "There is no lockfile.\n  because: uv.lock is missing\n  Make one:\n    uv lock"
        );
        assert_eq!(CliError::from(error).code(), 1);
    }
}
