//! Command lines for uv.

use std::path::{Path, PathBuf};

use process::CommandLine;

/// A project as uv is told of it: which one, in which environment, with which Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UvProject {
    /// The uv to run, absolute.
    pub uv: PathBuf,
    /// The project's folder, absolute.
    pub folder: PathBuf,
    /// The interpreter that a new environment is made from, absolute, or the version of one that uv fetched; none lets uv
    /// keep the one that is there.
    pub python: Option<PathBuf>,
    /// The environment's folder where it is another than uv would choose by itself.
    pub environment: Option<PathBuf>,
    /// Whether the environment serves every member of a uv workspace. A sync of one member alone would remove what only
    /// the others need.
    pub all_members: bool,
    /// Packages to be installed again although uv takes them for installed: a sync that was ended left them half there.
    pub unfinished: Vec<String>,
}

/// How a question is put: the answer as JSON, and nothing done for it. Left to itself uv 0.13.8 downloads a Python only to
/// find out what a sync would do with it.
const ASKING: &[&str] = &["--output-format", "json", "--no-python-downloads"];

impl UvProject {
    /// A project in the environment that uv chooses for it.
    #[must_use]
    pub fn new(uv: &Path, folder: &Path) -> Self {
        Self {
            uv: uv.to_owned(),
            folder: folder.to_owned(),
            python: None,
            environment: None,
            all_members: false,
            unfinished: Vec::new(),
        }
    }

    /// Makes the environment answer its lockfile, which is brought up to date first, and compiles bytecode: the next
    /// start is faster by the time that this takes, about 3 s for a whole Dagster.
    #[must_use]
    pub fn sync(&self) -> CommandLine {
        self.synced(&["--compile-bytecode"])
    }

    /// Asks what a sync would do, changing nothing. Its standard output goes to [`crate::uv::parse_sync_check`].
    #[must_use]
    pub fn preview(&self) -> CommandLine {
        self.synced(&[&["--dry-run"], ASKING].concat())
    }

    /// Asks whether the environment answers its lockfile, changing nothing. Its standard output goes to
    /// [`crate::uv::parse_sync_check`]; exit code 1 means "differs" as well as "failed".
    #[must_use]
    pub fn check(&self) -> CommandLine {
        self.synced(&[&["--check"], ASKING].concat())
    }

    /// Asks what would change in the lockfile, changing nothing. Its standard error goes to
    /// [`crate::uv::parse_lock_changes`]: `uv lock` knows no other format.
    #[must_use]
    pub fn lock_preview(&self) -> CommandLine {
        let line = CommandLine::new(&self.uv, &self.folder);
        self.with_python(line.args(["lock", "--dry-run", "--no-python-downloads"]))
    }

    /// Writes into the project's `.python-version` which Python it asks for. uv keeps nothing else that was in that file, and
    /// refuses what `requires-python` excludes. Without it a later `uv sync` keeps the environment while that is there, but
    /// makes a new one with whatever Python it finds first. Seen with uv 0.13.8: left to itself it downloads a Python only to
    /// compare it with `requires-python`.
    #[must_use]
    pub fn pin_python(&self, version: &str) -> CommandLine {
        CommandLine::new(&self.uv, &self.folder).args([
            "python",
            "pin",
            "--no-python-downloads",
            version,
        ])
    }

    /// Fetches a Python into uv's own folder; neither the system's nor what a terminal finds as `python3.12` is touched.
    #[must_use]
    pub fn install_python(&self, version: &str) -> CommandLine {
        CommandLine::new(&self.uv, &self.folder).args(["python", "install", "--no-bin", version])
    }

    /// Makes an environment anew and empty, from the interpreter that it was made from: what a sync installs afterwards
    /// gets scripts for the folder that it is in now. A sync alone leaves the scripts of a moved environment as they are.
    #[must_use]
    pub fn renew(&self, environment: &Path, interpreter: &Path) -> CommandLine {
        CommandLine::new(&self.uv, &self.folder)
            .args(["venv", "--clear", "--python"])
            .arg(interpreter.to_string_lossy())
            .arg(environment.to_string_lossy())
    }

    fn synced(&self, flags: &[&str]) -> CommandLine {
        let mut line = CommandLine::new(&self.uv, &self.folder)
            .arg("sync")
            .args(flags.iter().copied());
        if self.all_members {
            line = line.arg("--all-packages");
        }
        line = reinstalling(line, &self.unfinished);
        if let Some(environment) = &self.environment {
            line = line.env("UV_PROJECT_ENVIRONMENT", environment.to_string_lossy());
        }
        self.with_python(line)
    }

    fn with_python(&self, line: CommandLine) -> CommandLine {
        match &self.python {
            Some(python) => line.arg("--python").arg(python.to_string_lossy()),
            None => line,
        }
    }
}

/// A sync that installs packages again although uv takes them for installed: one that was ended left them half there.
#[must_use]
pub fn reinstalling(line: CommandLine, unfinished: &[String]) -> CommandLine {
    let again =
        |line: CommandLine, name: &String| line.args(["--reinstall-package", name.as_str()]);
    unfinished.iter().fold(line, again)
}

/// Asks an environment's own Python for Dagster: what was installed can be imported, or the traceback says why not.
/// `-I` keeps the folder it runs in off the import path.
#[must_use]
pub fn import_check(interpreter: &Path, folder: &Path) -> CommandLine {
    const IMPORT: &str = "import dagster; print(dagster.__version__)";
    CommandLine::new(interpreter, folder).args(["-I", "-c", IMPORT])
}

/// Imports a module and says on standard error what each import cost, as `-X importtime` does. The folder that imports
/// start from is the one it runs in.
#[must_use]
pub fn import_times(interpreter: &Path, working_directory: &Path, module: &str) -> CommandLine {
    let import = format!("import {module}");
    CommandLine::new(interpreter, working_directory).args(["-X", "importtime", "-c", &import])
}

/// An environment for webserver and daemon, made in the app's own folder for a workspace that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeDeployment {
    /// The uv to run, absolute.
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
