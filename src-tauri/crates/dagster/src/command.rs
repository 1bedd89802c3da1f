//! Command lines for Dagster and uv, as values. Runs nothing.
//!
//! Code servers, webserver and daemon run in the workspace's root, as under `dg dev`: the person's code sees that folder
//! as its current one, and Dagster itself reads the root's `.env` from there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use process::{CommandLine, Inherit};

use crate::code_server::Address;
use crate::environment;

mod scripts;
mod tools;

pub use scripts::{PREPARED, READDRESSED, prepare_instance, read_instance_ref, readdress_runs};
pub use tools::{
    MakeDeployment, UvProject, import_check, import_times, make_deployment, reinstalling,
};

/// What a code server loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// An importable module (`-m`).
    Module(String),
    /// A Python file (`-f`).
    File(PathBuf),
    /// A Python package (`--package-name`).
    Package(String),
    /// A module whose submodules are gathered (`--autoload-defs-module-name`).
    Autoload(String),
}

impl Code {
    /// What a project's target asks for; none for a server that something else runs.
    #[must_use]
    pub fn of(target: &workspace::LoadTarget) -> Option<Self> {
        match target {
            workspace::LoadTarget::Module { name } => Some(Self::Module(name.clone())),
            workspace::LoadTarget::File { path } => Some(Self::File(path.clone())),
            workspace::LoadTarget::Package { name } => Some(Self::Package(name.clone())),
            workspace::LoadTarget::Autoload { name } => Some(Self::Autoload(name.clone())),
            workspace::LoadTarget::GrpcServer { .. } | workspace::LoadTarget::Unknown => None,
        }
    }
}

/// How much a Dagster process prints of its own doings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    /// Errors only.
    Error,
    /// Warnings too.
    Warning,
    /// The ordinary level; a code server tells its phases on it.
    #[default]
    Info,
    /// Everything.
    Debug,
}

impl LogLevel {
    /// The word that Dagster's flags take.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// What every Dagster process of one workspace shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The workspace's root: the current folder of all of them.
    pub root: PathBuf,
    /// The instance folder (DAGSTER_HOME).
    pub instance: PathBuf,
    /// The instance in Dagster's own words, where the root's `.env` names another: Dagster reads that file by itself, and only
    /// this wins over it ([`read_instance_ref`]).
    pub instance_ref: Option<String>,
    /// What the root's `.env` sets ([`workspace::DotEnv::variables`], read with the whole inherited environment).
    pub dot_env: BTreeMap<String, String>,
    /// Whether the person lets Dagster send usage statistics.
    pub telemetry: bool,
}

/// One code server to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeServer {
    /// What all share.
    pub shared: Shared,
    /// The Python of the project's environment, as found, never with links resolved.
    pub interpreter: PathBuf,
    /// Where it is to listen.
    pub address: Address,
    /// The code location's name.
    pub location: String,
    /// The id that it must answer with, so that another server on the same port is noticed.
    pub server_id: String,
    /// What it loads.
    pub code: Code,
    /// The one attribute to load, where one is named.
    pub attribute: Option<String>,
    /// The folder that imports start from (`-d`).
    pub working_directory: PathBuf,
    /// The project's folder, whose `.env` the person's code sees; none for entries of a workspace.yaml.
    pub project: Option<PathBuf>,
    /// How much it prints.
    pub log_level: LogLevel,
}

/// The webserver to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webserver {
    /// What all share.
    pub shared: Shared,
    /// The Python of the deployment environment.
    pub interpreter: PathBuf,
    /// The port on 127.0.0.1; test it with a plain bind first.
    pub port: u16,
    /// The generated workspace.yaml.
    pub workspace_file: PathBuf,
    /// How much it prints.
    pub log_level: LogLevel,
}

/// The daemon to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Daemon {
    /// What all share.
    pub shared: Shared,
    /// The Python of the deployment environment.
    pub interpreter: PathBuf,
    /// The generated workspace.yaml.
    pub workspace_file: PathBuf,
    /// How much it prints.
    pub log_level: LogLevel,
}

/// The command line of a code server: one process, no proxy, load errors told over gRPC instead of by exiting.
#[must_use]
pub fn code_server(server: &CodeServer) -> CommandLine {
    let mut line = python(&server.interpreter, &server.shared).args([
        "-m",
        "dagster",
        "api",
        "grpc",
        "--lazy-load-user-code",
    ]);
    line = match &server.address {
        Address::Socket(path) => line.arg("--socket").arg(path.to_string_lossy()),
        Address::Port { host, port } => line
            .arg("--host")
            .arg(host)
            .arg("--port")
            .arg(port.to_string()),
    };
    line = line
        .args(["--location-name", &server.location])
        .args(["--fixed-server-id", &server.server_id])
        .arg("--use-python-environment-entry-point")
        .arg("--inject-env-vars-from-instance")
        .args(["--log-level", server.log_level.as_str()])
        .args(["--log-format", "colored"]);
    line = with_instance(line, &server.shared);
    line = match &server.code {
        Code::Module(name) => line.arg("-m").arg(name),
        Code::File(path) => line.arg("-f").arg(path.to_string_lossy()),
        Code::Package(name) => line.arg("--package-name").arg(name),
        Code::Autoload(name) => line.arg("--autoload-defs-module-name").arg(name),
    };
    if let Some(attribute) = &server.attribute {
        line = line.arg("-a").arg(attribute);
    }
    line = line
        .arg("-d")
        .arg(server.working_directory.to_string_lossy());
    if let Some(project) = &server.project {
        line = line.env(
            "DAGSTER_PROJECT_ENV_FILE_PATHS",
            serde_json::json!({ &server.location: project }).to_string(),
        );
    }
    line
}

/// The command line of the webserver, with the flags that `dg dev` gives it.
#[must_use]
pub fn webserver(server: &Webserver) -> CommandLine {
    let line = python(&server.interpreter, &server.shared)
        .args(["-m", "dagster_webserver", "--host", "127.0.0.1", "--port"])
        .arg(server.port.to_string())
        .args(["--dagster-log-level", server.log_level.as_str()])
        .args(["--log-format", "colored", "--live-data-poll-rate", "2000"])
        .arg("--workspace")
        .arg(server.workspace_file.to_string_lossy());
    with_instance(line, &server.shared)
}

/// The command line of the daemon, with the flags that `dg dev` gives it.
#[must_use]
pub fn daemon(daemon: &Daemon) -> CommandLine {
    let line = python(&daemon.interpreter, &daemon.shared)
        .args(["-m", "dagster._daemon", "run"])
        .args(["--log-level", daemon.log_level.as_str()])
        .args(["--log-format", "colored"])
        .arg("--workspace")
        .arg(daemon.workspace_file.to_string_lossy());
    with_instance(line, &daemon.shared)
}

/// As `dagster dev` hands its instance to what it starts.
fn with_instance(line: CommandLine, shared: &Shared) -> CommandLine {
    match &shared.instance_ref {
        Some(words) => line.arg("--instance-ref").arg(words),
        None => line,
    }
}

/// Whether a line of the daemon's output says that it is up: it has opened the instance and names its parts.
#[must_use]
pub fn announces_daemon(line: &str) -> bool {
    line.contains("Instance is configured with the following daemons")
}

/// A Python of some environment, run in the workspace's root with everything that Dagster processes share.
fn python(interpreter: &Path, shared: &Shared) -> CommandLine {
    let mut line = CommandLine::new(interpreter, &shared.root)
        .inherit(Inherit::Whole)
        .envs(environment::of_process(interpreter, shared));
    // Only what is there has to be taken away, which keeps the line short enough to read.
    for name in environment::NEVER_INHERITED
        .iter()
        .filter(|name| std::env::var_os(name).is_some())
    {
        line = line.without(*name);
    }
    line
}

#[cfg(test)]
mod tests;
