//! What puts a finding right. Says what would be done; does nothing.

use std::path::PathBuf;

use process::CommandLine;
use workspace::edit::Edit;

use crate::facts::Service;
use crate::finding::FilePlace;

/// What puts a finding right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The verb on its button: "Sync", "Use 3001".
    pub verb: String,
    /// What it does.
    pub action: FixAction,
    /// What to know before: "about 12 s", "asks for your password".
    pub note: Option<String>,
}

/// What a fix does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixAction {
    /// Makes an environment answer its lockfile, as Sync does: what runs from it stops and starts again.
    Sync {
        /// The project, by id; none for `deployments/local`.
        project: Option<String>,
        /// Whether uv.lock is there and would change.
        changes_lockfile: bool,
    },
    /// Runs programs one after the other.
    Run {
        /// What runs.
        commands: Vec<CommandLine>,
        /// Whether they touch only environments, Dagdeck's own folder and new files.
        safe: bool,
    },
    /// Changes a file of the person's; what it held is kept for an undo.
    Change(Edit),
    /// Writes a file that is not there.
    Write {
        /// The file, absolute.
        path: PathBuf,
        /// What it will hold.
        text: String,
    },
    /// Makes a folder that is not there.
    MakeFolder(PathBuf),
    /// Moves files or folders to the trash.
    Trash(Vec<PathBuf>),
    /// Renames files or folders, so that they are found under another name and no more in use.
    SetAside(Vec<PathBuf>),
    /// Ends processes that an earlier Dagdeck started.
    End(Vec<u32>),
    /// Has the webserver use another port of this machine; kept in Dagdeck's settings.
    UsePort(u16),
    /// Brings uv into Dagdeck's own folder.
    BringUv,
    /// Nothing that Dagdeck may do: opens the person's file at the place.
    Open(FilePlace),
    /// Nothing that Dagdeck may do: a shell line for the person to run.
    Copy(String),
    /// A part of Dagdeck where the person decides.
    Show(Show),
}

/// A part of Dagdeck where something is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// What a project asks for, and its Dagster version.
    Packages {
        /// The project, by id.
        project: String,
    },
    /// A project's environment and where it comes from.
    Environment {
        /// The project, by id.
        project: String,
    },
    /// A location's log, with the explanation of its load error where it has one.
    Explanation {
        /// The project, by id.
        project: String,
    },
    /// A service's log.
    Service(Service),
    /// Adding projects to the workspace.
    AddProjects,
    /// Dagdeck's settings.
    Settings,
}

impl Fix {
    /// A fix with its verb.
    pub fn new(verb: impl Into<String>, action: FixAction) -> Self {
        Self {
            verb: verb.into(),
            action,
            note: None,
        }
    }

    /// The same with something to know before.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Whether Dagdeck carries it out. Otherwise the person does, in an editor, a terminal or a dialog.
    #[must_use]
    pub fn is_carried_out(&self) -> bool {
        !matches!(
            self.action,
            FixAction::Open(_) | FixAction::Copy(_) | FixAction::Show(_)
        )
    }

    /// Whether it touches nothing but environments, Dagdeck's own folder and new files.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        match &self.action {
            FixAction::Sync {
                changes_lockfile, ..
            } => !changes_lockfile,
            FixAction::Run { safe, .. } => *safe,
            FixAction::Write { .. }
            | FixAction::MakeFolder(_)
            | FixAction::UsePort(_)
            | FixAction::BringUv => true,
            FixAction::Change(_)
            | FixAction::Trash(_)
            | FixAction::SetAside(_)
            | FixAction::End(_)
            | FixAction::Open(_)
            | FixAction::Copy(_)
            | FixAction::Show(_) => false,
        }
    }
}
