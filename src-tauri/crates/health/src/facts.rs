//! What the checks judge by: everything that was read and seen, gathered once for all of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dagster::instance::Instance;
use dagster::uv::SyncCheck;
use process::{CancellationToken, Table};
use workspace::{Project, Reading};

use crate::finding::{FilePlace, Subject};
use crate::machine::{Python, Tool, ToolState};

/// Everything that was read and seen.
pub struct Facts {
    /// Runs what a check asks.
    pub table: Arc<Table>,
    /// Ends what a check asks: when the workspace is closed, nobody wants the answer any more.
    pub ended: CancellationToken,
    /// Dagdeck's own folder, absolute. Questions about no project are asked from there.
    pub folder: PathBuf,
    /// What is known of this machine.
    pub machine: MachineFacts,
    /// The open workspace.
    pub workspace: Option<WorkspaceFacts>,
}

/// What is known of this machine.
#[derive(Debug, Clone, Default)]
pub struct MachineFacts {
    /// uv, Python, Git; empty until they were looked for.
    pub tools: Vec<Tool>,
    /// The Pythons that uv knows, newest first.
    pub pythons: Vec<Python>,
    /// The variables that Dagdeck was started with.
    pub variables: BTreeMap<String, String>,
    /// The person's home folder.
    pub home: PathBuf,
    /// What the window had set so that it can be drawn on this machine: variables with their values.
    pub drawing: Vec<(String, String)>,
    /// Why nothing that is started could be found again, and so nothing is; none where all is well.
    pub untracked: Option<String>,
}

/// What is known of the open workspace.
#[derive(Debug, Clone)]
pub struct WorkspaceFacts {
    /// Its files as read.
    pub reading: Arc<Reading>,
    /// Whether the person lets programs run in it.
    pub trusted: bool,
    /// Where runs are kept.
    pub instance: Instance,
    /// Dagdeck's own folder for this workspace, absolute.
    pub folder: PathBuf,
    /// The webserver's port.
    pub port: Port,
    /// Who else runs the workspace.
    pub elsewhere: Elsewhere,
    /// The pids of everything that Dagdeck runs now.
    pub pids: Vec<u32>,
    /// How many folders are watched, and which limit of the system forces looking at the rest every few seconds.
    pub watched: (u32, Option<String>),
    /// What uv said of the environment of deployments/local; none until it was asked.
    pub deployment_check: Option<SyncCheck>,
    /// Which services ended by themselves, and are not up again.
    pub crashes: Vec<(Service, Crash)>,
    /// What was seen of each project, by id.
    pub projects: BTreeMap<String, ProjectFacts>,
}

/// A process that serves the whole workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Dagster's webserver.
    Webserver,
    /// Dagster's daemon.
    Daemon,
}

/// How a process ended by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crash {
    /// "ended with code 1", "ended by signal 9 (killed)".
    pub reason: String,
    /// Whether it is tried again by itself.
    pub retried: bool,
    /// The last lines it printed.
    pub last_lines: Vec<String>,
}

/// The webserver's port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Port {
    /// The one that the person wants.
    pub wanted: u16,
    /// The one that our own webserver answers on.
    pub ours: Option<u16>,
}

/// Who else runs the workspace, as far as this process knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Elsewhere {
    /// No other process, as far as was seen.
    #[default]
    Nobody,
    /// Another process, of whose webserver nothing is known here.
    Another,
    /// One that keeps everybody from running something here.
    InTheWay(InTheWay),
}

/// A process that runs the workspace, or ends what ran, and can't be asked: nobody else can run something meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// Which, and what is wrong with it, in a few words.
    pub title: String,
    /// What that means.
    pub why: String,
    /// The shell line that ends it; none where that is not known.
    pub command: Option<String>,
}

/// What was seen of a project.
#[derive(Debug, Clone, Default)]
pub struct ProjectFacts {
    /// What uv said of its environment; none until it was asked.
    pub check: Option<SyncCheck>,
    /// How its code was loaded last.
    pub load: Load,
    /// How its code server ended by itself, where it did and is not up again.
    pub crash: Option<Crash>,
    /// Variables that its definitions ask for, as last loaded.
    pub variables: Vec<String>,
}

/// How code was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Load {
    /// It was not, since Dagdeck started.
    #[default]
    Unknown,
    /// It was.
    Loaded {
        /// How long the import took.
        import: Option<Duration>,
    },
    /// The code was run and could not be loaded.
    Failed {
        /// What it is, in a few words.
        title: String,
        /// What it means; none where no rule knows it.
        explanation: Option<String>,
        /// The exception's class.
        class: String,
        /// What the exception said.
        message: String,
        /// The person's own line.
        place: Option<FilePlace>,
    },
}

impl Facts {
    /// uv, where it was found and answers.
    #[must_use]
    pub fn uv(&self) -> Option<&PathBuf> {
        let uv = self.machine.tool("uv")?;
        uv.path.as_ref().filter(|_| uv.state == ToolState::Ready)
    }

    /// The project that a subject names.
    #[must_use]
    pub fn project(&self, subject: &Subject) -> Option<&Project> {
        match subject {
            Subject::Project(id) => self.workspace.as_ref()?.reading.project(id),
            Subject::Machine | Subject::Workspace => None,
        }
    }

    /// Everything that checks are made of.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        let mut subjects = vec![Subject::Machine];
        if let Some(workspace) = &self.workspace {
            subjects.push(Subject::Workspace);
            let projects = workspace.reading.projects.iter();
            subjects.extend(projects.map(|project| Subject::Project(project.id.clone())));
        }
        subjects
    }
}

impl MachineFacts {
    /// A tool, once it was looked for.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// A variable that is set to something.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }
}

impl WorkspaceFacts {
    /// What was seen of a project.
    #[must_use]
    pub fn seen(&self, project: &Project) -> ProjectFacts {
        self.projects.get(&project.id).cloned().unwrap_or_default()
    }
}
