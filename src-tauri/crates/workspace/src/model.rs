//! What a reading holds. Owns the shapes; refuses to read anything itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::environment::Environment;
use crate::problem::{Problem, Severity};

/// What kind of folder was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// dg settings with `directory_type = "workspace"`, or an older shape of that.
    DgWorkspace,
    /// A single dg project.
    DgProject,
    /// A folder with a workspace.yaml.
    WorkspaceYaml,
    /// A Python package with `[tool.dagster]`.
    PlainPackage,
    /// None of these.
    NotAWorkspace,
}

/// How a folder is to be read.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// dg's user config file; `None` means the one that dg itself would read.
    pub user_config: Option<PathBuf>,
    /// The variables that `{env: X}` and `.env` references are answered from.
    pub environment: BTreeMap<String, String>,
    /// Environment folders that the person picked, by project id. A project's own `.venv` may be picked too.
    pub picked: BTreeMap<String, PathBuf>,
    /// Whether to read each uv.lock and say if it still answers pyproject.toml.
    pub lock_freshness: bool,
}

/// Everything that was found in a folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// The root folder, absolute.
    pub root: PathBuf,
    /// What makes it a workspace or project, or that it is none.
    pub kind: Kind,
    /// The root folder's name.
    pub name: String,
    /// The file that makes it one, absolute.
    pub config: Option<PathBuf>,
    /// The dg workspace around a single project, if it lies in one.
    pub container: Option<PathBuf>,
    /// The projects in the order in which they are listed.
    pub projects: Vec<Project>,
    /// `deployments/local`.
    pub deployment: Option<Deployment>,
    /// The root's `.env`.
    pub dot_env: Option<DotEnv>,
    /// dg's own settings that matter to us, from the user config, the workspace and the project.
    pub cli: CliSettings,
    /// Dagster projects found in and around a folder that is no workspace, or in a workspace that lists none.
    pub nearby: Vec<Nearby>,
    /// What is wrong in the workspace's own files; each project has its own list.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// The project with an id.
    #[must_use]
    pub fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }
}

/// A project: what becomes a code location.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Project {
    /// Unique in the reading: the path, or for workspace.yaml entries the code location name.
    pub id: String,
    /// The code location name.
    pub name: String,
    /// Relative to the root with `/`, `.` for the root itself; absolute if outside.
    pub path: String,
    /// The folder, absolute.
    pub folder: PathBuf,
    /// What is loaded.
    pub target: LoadTarget,
    /// The object in the target that is loaded; `None` means Dagster looks for it.
    pub attribute: Option<String>,
    /// The working directory that the code server gets, absolute.
    pub working_directory: PathBuf,
    /// The Python package, for dg projects.
    pub root_module: Option<String>,
    /// The definitions package, for dg projects.
    pub defs_module: Option<String>,
    /// The environment it runs in.
    pub environment: Environment,
    /// The project's `.env`.
    pub dot_env: Option<DotEnv>,
    /// The file that its settings come from, absolute.
    pub config: Option<PathBuf>,
    /// What is wrong in its files.
    pub problems: Vec<Problem>,
}

impl Project {
    /// Whether a problem keeps it from being loaded; the environment is judged apart, by [`Environment::can_run`].
    #[must_use]
    pub fn blocked(&self) -> Option<&Problem> {
        self.problems
            .iter()
            .find(|problem| problem.severity == Severity::Blocker)
    }

    /// Whether we run its code server; false for a `grpc_server` entry that something else runs.
    #[must_use]
    pub fn managed(&self) -> bool {
        !matches!(self.target, LoadTarget::GrpcServer { .. })
    }
}

/// What a code server loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadTarget {
    /// A module by name.
    Module {
        /// Such as `data_science.definitions`.
        name: String,
    },
    /// A Python file.
    File {
        /// Absolute.
        path: PathBuf,
    },
    /// A package by name.
    Package {
        /// Such as `data_science`.
        name: String,
    },
    /// A definitions package that Dagster loads by itself.
    Autoload {
        /// Such as `data_science.defs`.
        name: String,
    },
    /// A server that something else runs.
    GrpcServer {
        /// Its host; `localhost` where none is written.
        host: String,
        /// The TCP port, where it has one; else it is behind a socket.
        port: Option<u16>,
        /// Its Unix socket.
        socket: Option<String>,
        /// Whether it is reached over TLS.
        ssl: bool,
    },
    /// Not to be told from the files; the project's problems say why.
    Unknown,
}

impl LoadTarget {
    /// The module, file or package as a person names it.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Module { name } | Self::Package { name } | Self::Autoload { name } => {
                name.clone()
            }
            Self::File { path } => path.display().to_string(),
            Self::GrpcServer {
                host, port, socket, ..
            } => match (port, socket) {
                (Some(port), _) => format!("{host}:{port}"),
                (None, Some(socket)) => socket.clone(),
                (None, None) => host.clone(),
            },
            Self::Unknown => String::new(),
        }
    }
}

/// The deployment environment, `deployments/local`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deployment {
    /// Relative to the root.
    pub path: String,
    /// The folder, absolute.
    pub folder: PathBuf,
    /// The environment in it, as read.
    pub environment: Environment,
    /// What is wrong in its files.
    pub problems: Vec<Problem>,
}

/// A `.env` file as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DotEnv {
    /// The file, absolute.
    pub path: PathBuf,
    /// Names and values in file order, references resolved; the last of a name counts.
    /// A name without `=` has no value.
    #[serde(skip_serializing)]
    pub values: Vec<(String, Option<String>)>,
    /// The names, each once, in file order.
    pub names: Vec<String>,
}

impl DotEnv {
    /// The value of a name; `None` also for a name without a value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .and_then(|(_, value)| value.as_deref())
    }

    /// What the file adds to an environment: each name once, with its last value.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for (name, value) in &self.values {
            match value {
                Some(value) => all.insert(name.clone(), value.clone()),
                None => all.remove(name),
            };
        }
        all
    }
}

/// dg's settings under `cli` that matter to us.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CliSettings {
    /// Warnings of dg's that the person does not want to see.
    pub suppress_warnings: Vec<String>,
    /// Whether dg may send usage statistics; `None` where nothing says so.
    pub telemetry: Option<bool>,
    /// The user config file that was read.
    pub user_config: Option<PathBuf>,
}

/// A Dagster project or workspace found by looking around.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Nearby {
    /// Its folder, absolute.
    pub path: PathBuf,
    /// Its folder's name.
    pub name: String,
    /// What makes it one.
    pub kind: Kind,
}
