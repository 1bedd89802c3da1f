//! What `dagdeck status` prints: a workspace as read from files alone. Runs nothing and keeps nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use workspace::{Environment, Kind, Problem, ReadOptions, Reading};

/// Why a path names no workspace.
#[derive(Debug, thiserror::Error)]
pub enum NotAWorkspace {
    /// There is nothing.
    #[error("{} is not there", path.display())]
    NotThere {
        /// The path, absolute.
        path: PathBuf,
    },
    /// It is a link, and there is nothing where it leads.
    #[error("{} is a link that leads nowhere", path.display())]
    DeadLink {
        /// The path, absolute.
        path: PathBuf,
    },
    /// What is there can't be read.
    #[error("{} can't be read", path.display())]
    Unreadable {
        /// The path, absolute.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is no workspace and in none.
    #[error("{} is no Dagster workspace or project", path.display())]
    Other {
        /// The folder, absolute.
        path: PathBuf,
        /// Workspaces and projects that are near it.
        nearby: Vec<PathBuf>,
    },
}

/// Says that something is at a path, and that it can be read.
fn is_there(path: &Path) -> Result<(), NotAWorkspace> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let looked = match fs_err::metadata(&path) {
        Ok(found) if found.is_dir() => fs_err::read_dir(&path).map(drop),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    match looked {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if path.is_symlink() {
                Err(NotAWorkspace::DeadLink { path })
            } else {
                Err(NotAWorkspace::NotThere { path })
            }
        }
        Err(source) => Err(NotAWorkspace::Unreadable { path, source }),
    }
}

/// A workspace, for terminals and scripts. The shape is a contract: fields are added, never renamed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkspaceStatus {
    /// The root folder, absolute.
    pub root: PathBuf,
    /// What kind it is, in kebab case.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub kind: Kind,
    /// The root folder's name.
    pub name: String,
    /// The code locations.
    pub locations: Vec<LocationStatus>,
    /// What the webserver and the daemon run from.
    pub services: Services,
    /// What is wrong in the workspace's own files.
    pub problems: Vec<ProblemStatus>,
}

/// One code location.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LocationStatus {
    /// The code location name.
    pub name: String,
    /// Relative to the root; `.` for the root itself.
    pub path: String,
    /// The module, file or package that is loaded.
    pub module: String,
    /// The Python version of its environment.
    pub python: Option<String>,
    /// The Dagster version in its environment.
    pub dagster: Option<String>,
    /// Whether it can run, and from which interpreter.
    pub environment: EnvironmentStatus,
    /// What is wrong in its files.
    pub problems: Vec<ProblemStatus>,
}

/// What the webserver and the daemon run from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Services {
    /// The deployment environment; null where the workspace has none.
    pub environment: Option<EnvironmentStatus>,
}

/// An environment, as `status --json` tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnvironmentStatus {
    /// `ready`, `out_of_sync`, `missing`, `broken` or `unknown`.
    pub state: &'static str,
    /// The interpreter, absolute.
    pub interpreter: Option<PathBuf>,
    /// How many packages are installed.
    pub packages: Option<u32>,
}

/// A problem in the person's files, as `status --json` tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProblemStatus {
    /// A stable code in kebab case.
    pub code: &'static str,
    /// A plain sentence.
    pub message: String,
    /// The file, absolute.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// Says that a path is a workspace, or is in one, and reads no more of it than that takes.
///
/// # Errors
/// When it is in none, with what is near it.
pub fn expect(path: &Path, environment: BTreeMap<String, String>) -> Result<(), NotAWorkspace> {
    is_there(path)?;
    if workspace::find_root(path).is_some() {
        return Ok(());
    }
    read(path, environment, false).map(drop)
}

/// Reads a workspace, with `lockfiles` also whether each lockfile answers its project. An error if the folder is none.
///
/// # Errors
/// When it is no workspace and in none; the error names what is near it. What is wrong within a workspace is in the answer.
pub fn read(
    path: &Path,
    environment: BTreeMap<String, String>,
    lockfiles: bool,
) -> Result<WorkspaceStatus, NotAWorkspace> {
    is_there(path)?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let options = ReadOptions {
        environment,
        lock_freshness: lockfiles,
        ..ReadOptions::default()
    };
    // By its real path, as everything else that is known of it.
    let reading = workspace::read(&crate::folder::root_of(&path), &options);
    if reading.kind == Kind::NotAWorkspace {
        let nearby = reading.nearby.into_iter().map(|near| near.path);
        return Err(NotAWorkspace::Other {
            path,
            nearby: nearby.collect(),
        });
    }
    Ok(status(reading))
}

fn status(reading: Reading) -> WorkspaceStatus {
    let locations = reading.projects.iter().map(|project| LocationStatus {
        name: project.name.clone(),
        path: project.path.clone(),
        module: project.target.label(),
        python: project.environment.python.clone(),
        dagster: project.environment.installed.dagster.clone(),
        environment: environment(&project.environment),
        problems: problems(&project.problems),
    });
    WorkspaceStatus {
        locations: locations.collect(),
        services: Services {
            environment: reading
                .deployment
                .as_ref()
                .map(|one| environment(&one.environment)),
        },
        problems: problems(&reading.problems),
        root: reading.root,
        kind: reading.kind,
        name: reading.name,
    }
}

fn environment(environment: &Environment) -> EnvironmentStatus {
    EnvironmentStatus {
        state: environment.state_word(),
        interpreter: environment.interpreter.clone(),
        packages: environment.packages,
    }
}

fn problems(problems: &[Problem]) -> Vec<ProblemStatus> {
    let one = |problem: &Problem| ProblemStatus {
        code: problem.code.as_str(),
        message: problem.message.clone(),
        path: problem.path.clone(),
        line: problem.line,
        column: problem.column,
    };
    problems.iter().map(one).collect()
}
