//! Python environments as files tell of them. Owns state, source and contents; refuses to start any interpreter.

mod bytecode;
mod choice;
mod contents;
mod distributions;
mod half_made;
mod pin;
mod stamp;
mod uv_workspace;
mod venv;

use std::path::PathBuf;

use serde::Serialize;

pub(crate) use choice::{Subject, read_environment};
pub(crate) use uv_workspace::UvWorkspaces;

pub use bytecode::{Bytecode, bytecode};
pub use contents::{Contents, contents};
pub use distributions::{Distribution, PackageRequirement, distributions, site_packages};
pub use half_made::is_half_made;
pub use pin::python_pin;
pub use stamp::stamp;

/// What can be said of an environment from files alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentState {
    /// Present, its interpreter exists, and nothing known speaks against it.
    Ready,
    /// What is installed is known not to answer pyproject.toml or the lockfile.
    OutOfSync,
    /// There is none.
    Missing,
    /// Present, but not usable as it is.
    Broken {
        /// Why.
        reason: BrokenReason,
    },
    /// An interpreter is there, but what it holds can't be told from files.
    Unknown,
}

/// Why an environment is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BrokenReason {
    /// Its python points to a file that does not exist.
    DanglingInterpreter {
        /// Where the link points.
        target: PathBuf,
    },
    /// There is a file where the folder should be.
    NotAFolder,
    /// The folder has no python.
    NoInterpreter,
    /// uv was ended while it made it, and can't go on from there.
    HalfMade,
    /// The folder has no pyvenv.cfg, and holds something else.
    NotAnEnvironment,
    /// Its scripts were made for another folder, so they run the environment there or nothing.
    Moved {
        /// The environment folder that the scripts name.
        from: PathBuf,
    },
    /// Nothing is installed in it.
    Empty,
    /// It can't be read.
    Unreadable {
        /// What the system said.
        cause: String,
    },
}

/// Where a project's environment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentSource {
    /// The project's own `.venv`.
    Own,
    /// `DG_PROJECT_PYTHON_EXECUTABLE` in the project's `.env`.
    DotEnv,
    /// The root `.venv` of the uv workspace that the project is a member of.
    UvWorkspace,
    /// A folder that the person picked.
    Picked,
    /// An interpreter that a workspace.yaml entry names.
    Named,
}

/// One environment that a project could use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvironmentChoice {
    /// Where it comes from.
    pub source: EnvironmentSource,
    /// The folder, absolute.
    pub path: PathBuf,
    /// Whether an interpreter was found in it.
    pub exists: bool,
    /// Whether it is the one in use.
    pub chosen: bool,
}

/// Versions from dist-info folders.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Installed {
    /// The version of `dagster`; none where it is not installed.
    pub dagster: Option<String>,
    /// `dagster-webserver`.
    pub webserver: Option<String>,
    /// `dagster-dg-cli`.
    pub dg_cli: Option<String>,
}

/// A uv.lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lockfile {
    /// The file, absolute: the project's own, or the uv workspace's.
    pub path: PathBuf,
    /// Whether it answers pyproject.toml; `None` where that was not asked or can't be told.
    pub fresh: Option<bool>,
}

/// An environment as read from files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// What can be said of it.
    pub state: EnvironmentState,
    /// Where it comes from.
    pub source: EnvironmentSource,
    /// The folder, absolute; where there is none yet, the one that a sync would make.
    pub path: PathBuf,
    /// The interpreter as written, links not followed; `None` where none can run.
    pub interpreter: Option<PathBuf>,
    /// The Python version.
    pub python: Option<String>,
    /// The file that the version was read from, absolute.
    pub python_source: Option<String>,
    /// The project's `requires-python`, as written.
    pub requires_python: Option<String>,
    /// Whether the version meets it; `None` where either is unknown.
    pub requires_python_met: Option<bool>,
    /// How many packages are installed.
    pub packages: Option<u32>,
    /// What of Dagster is installed.
    pub installed: Installed,
    /// The uv.lock that the environment answers to; none where there is none.
    pub lockfile: Option<Lockfile>,
    /// The environments to choose among, the chosen one included.
    pub choices: Vec<EnvironmentChoice>,
    /// Folders whose change means that the environment changed; watched one by one, never walked.
    pub watched: Vec<PathBuf>,
}

impl Environment {
    /// Whether programs can be started in it. A moved one still runs through its interpreter.
    #[must_use]
    pub fn can_run(&self) -> bool {
        self.interpreter.is_some()
            && match &self.state {
                EnvironmentState::Ready
                | EnvironmentState::OutOfSync
                | EnvironmentState::Unknown => true,
                EnvironmentState::Broken { reason } => {
                    matches!(reason, BrokenReason::Moved { .. })
                }
                EnvironmentState::Missing => false,
            }
    }

    /// The state in one word, as scripts see it: `ready`, `out_of_sync`, `missing`, `broken` or `unknown`.
    #[must_use]
    pub fn state_word(&self) -> &'static str {
        match self.state {
            EnvironmentState::Ready => "ready",
            EnvironmentState::OutOfSync => "out_of_sync",
            EnvironmentState::Missing => "missing",
            EnvironmentState::Broken { .. } => "broken",
            EnvironmentState::Unknown => "unknown",
        }
    }
}
