//! Command lines for uv.

use std::path::{Path, PathBuf};

use process::CommandLine;

/// The command line that makes a project's environment answer its lockfile.
#[must_use]
pub fn sync(uv: &Path, folder: &Path) -> CommandLine {
    CommandLine::new(uv, folder).arg("sync")
}

/// The command line that asks whether a project's environment answers its lockfile, changing nothing.
/// Its standard output goes to [`crate::uv::parse_sync_check`]; exit code 1 means "differs" as well as "failed".
#[must_use]
pub fn sync_check(uv: &Path, folder: &Path) -> CommandLine {
    CommandLine::new(uv, folder).args(["sync", "--check", "--output-format", "json"])
}

/// An environment for webserver and daemon, made in the app's own folder for a workspace that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeDeployment {
    /// uv.
    pub uv: PathBuf,
    /// The folder to make, absolute; its `.venv` is the environment.
    pub folder: PathBuf,
    /// The interpreter it is made from, absolute; none lets uv choose.
    pub python: Option<PathBuf>,
    /// The Dagster version: the newest among the projects.
    pub dagster: String,
}

impl MakeDeployment {
    /// The Python of the environment once it is made.
    #[must_use]
    pub fn interpreter(&self) -> PathBuf {
        crate::environment::interpreter_of(&self.folder.join(".venv"))
    }
}

/// The two command lines that make it, to be run one after the other in an existing folder.
#[must_use]
pub fn make_deployment(plan: &MakeDeployment) -> [CommandLine; 2] {
    let mut venv =
        CommandLine::new(&plan.uv, &plan.folder).args(["venv", "--no-project", "--clear"]);
    if let Some(python) = &plan.python {
        venv = venv.arg("--python").arg(python.to_string_lossy());
    }
    let venv = venv.arg(".venv");
    let install = CommandLine::new(&plan.uv, &plan.folder)
        .args(["pip", "install", "--python"])
        .arg(plan.interpreter().to_string_lossy())
        .arg(format!("dagster=={}", plan.dagster))
        .arg(format!("dagster-webserver=={}", plan.dagster));
    [venv, install]
}
