//! One step of a creation, as it is to be carried out.

use std::path::PathBuf;

use dagster::create::sample::File;
use dagster::create::tree::Promised;
use process::CommandLine;

/// One step.
#[derive(Debug)]
pub(crate) struct Work {
    /// "Install packages of inventory".
    pub(crate) title: &'static str,
    /// What it is about: "inventory".
    pub(crate) of: String,
    /// What it does, in plain words.
    pub(crate) note: String,
    /// What it does.
    pub(crate) action: Action,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Action {
    /// Runs the scaffolder.
    Scaffold(Scaffold),
    /// Fills an environment.
    Sync {
        command: CommandLine,
        environment: PathBuf,
    },
    /// Runs something that can be run again.
    Run(CommandLine),
    /// Writes the sample.
    Sample { folder: PathBuf, files: Vec<File> },
    /// Writes a file.
    Write { path: PathBuf, text: &'static str },
}

/// What the scaffolder makes.
#[derive(Debug)]
pub(crate) struct Scaffold {
    pub(crate) command: CommandLine,
    pub(crate) folder: PathBuf,
    /// What it promises to be in there.
    pub(crate) promised: Vec<Promised>,
    /// The settings that are to list it, and as what.
    pub(crate) listed: Option<(PathBuf, String)>,
}

impl Work {
    /// "Install packages of inventory".
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.title, self.of)
    }

    /// Whether it may run while the other does: each fills an environment of its own.
    pub(crate) fn beside(&self, other: &Self) -> bool {
        let syncs = |action: &Action| matches!(action, Action::Sync { .. });
        syncs(&self.action) && syncs(&other.action)
    }

    /// What it runs.
    pub(crate) fn command(&self) -> Option<&CommandLine> {
        match &self.action {
            Action::Scaffold(scaffold) => Some(&scaffold.command),
            Action::Sync { command, .. } | Action::Run(command) => Some(command),
            Action::Sample { .. } | Action::Write { .. } => None,
        }
    }
}
