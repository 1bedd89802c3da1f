//! Which environment a project uses, among those it could use, and what that means for its requirements.
//!
//! What workspace.yaml names comes first, then DG_PROJECT_PYTHON_EXECUTABLE in the project's `.env`, then the
//! project's own `.venv`; where that is not there, the uv workspace's. What the person picked in Dagdeck goes before all.
//! The one in use is read from its files; of the others only whether an interpreter is there.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

use super::venv::{Venv, folder_of, interpreter_of, read_venv};
use super::{
    BrokenReason, Environment, EnvironmentChoice, EnvironmentSource, EnvironmentState, Lockfile,
    UvWorkspaces,
};
use crate::model::DotEnv;
use crate::problem::{FilePosition, Problem, ProblemCode, Severity};
use crate::pyproject::Package;

/// The variable by which a project names its interpreter.
pub(crate) const INTERPRETER_VARIABLE: &str = "DG_PROJECT_PYTHON_EXECUTABLE";

/// Whose environment is read.
pub(crate) struct Subject<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) dot_env: Option<&'a DotEnv>,
    pub(crate) package: &'a Package,
    /// An interpreter that a workspace.yaml entry names.
    pub(crate) named: Option<PathBuf>,
    pub(crate) picked: Option<&'a Path>,
    pub(crate) lock_freshness: bool,
    /// Whether Dagster has to be in it; false for folders that only might be projects.
    pub(crate) needs_dagster: bool,
}

/// An environment that the project could use, there or not.
struct Candidate {
    source: EnvironmentSource,
    path: PathBuf,
    interpreter: PathBuf,
}

/// Reads the environment that a project uses, with what is wrong about it.
pub(crate) fn read_environment(
    subject: &Subject<'_>,
    workspaces: &UvWorkspaces,
) -> (Environment, Vec<Problem>) {
    let uv_root = workspaces.root_for(subject.folder);
    let candidates = candidates(subject, uv_root.as_deref());
    let own_exists = std::fs::symlink_metadata(subject.folder.join(".venv")).is_ok();
    let chosen = match subject.picked {
        Some(_) => 0,
        None => choose(&candidates, own_exists),
    };
    let found = read_venv(
        &candidates[chosen].path,
        candidates[chosen].interpreter.clone(),
        !matches!(
            candidates[chosen].source,
            EnvironmentSource::DotEnv | EnvironmentSource::Named | EnvironmentSource::Picked
        ),
    );
    let choices = candidates
        .iter()
        .enumerate()
        .map(|(at, candidate)| EnvironmentChoice {
            source: candidate.source,
            path: candidate.path.clone(),
            exists: if at == chosen {
                found.interpreter.is_some()
            } else {
                candidate.interpreter.is_file()
            },
            chosen: at == chosen,
        })
        .collect();
    let mut environment = make(subject, &candidates[chosen], found, choices);
    environment.lockfile = lockfile(subject, uv_root.as_deref());
    let problems = judge(subject, &mut environment, &candidates[chosen].interpreter);
    (environment, problems)
}

/// All that could be used. The project's own `.venv` is first even where it is missing, for a sync would make it; where the
/// person picked one, that is first.
fn candidates(subject: &Subject<'_>, uv_root: Option<&Path>) -> Vec<Candidate> {
    let of_folder = |source, path: PathBuf| Candidate {
        source,
        interpreter: interpreter_of(&path),
        path,
    };
    let of_interpreter = |source, interpreter: PathBuf| Candidate {
        source,
        path: folder_of(&interpreter),
        interpreter,
    };
    let mut all = vec![of_folder(
        EnvironmentSource::Own,
        subject.folder.join(".venv"),
    )];
    let variable = subject
        .dot_env
        .and_then(|file| file.get(INTERPRETER_VARIABLE))
        .filter(|value| !value.is_empty());
    if let Some(value) = variable {
        let interpreter = crate::spelling::normal_path(&subject.folder.join(value));
        all.push(of_interpreter(EnvironmentSource::DotEnv, interpreter));
    }
    if let Some(interpreter) = &subject.named {
        all.push(of_interpreter(
            EnvironmentSource::Named,
            interpreter.clone(),
        ));
    }
    if let Some(root) = uv_root {
        all.push(of_folder(
            EnvironmentSource::UvWorkspace,
            root.join(".venv"),
        ));
    }
    if let Some(picked) = subject.picked {
        match all.iter().position(|candidate| candidate.path == picked) {
            // Picking one that is known moves the choice there; its source stays what it is.
            Some(at) => all.swap(0, at),
            None => all.insert(
                0,
                if picked.is_file() {
                    of_interpreter(EnvironmentSource::Picked, picked.to_path_buf())
                } else {
                    of_folder(EnvironmentSource::Picked, picked.to_path_buf())
                },
            ),
        }
        return all;
    }
    all
}

/// Which of them is in use where the person picked none, by its index.
fn choose(candidates: &[Candidate], own_exists: bool) -> usize {
    let find = |source| candidates.iter().position(|each| each.source == source);
    find(EnvironmentSource::Named)
        .or_else(|| find(EnvironmentSource::DotEnv))
        .or_else(|| {
            find(EnvironmentSource::UvWorkspace)
                .filter(|at| !own_exists && candidates[*at].path.exists())
        })
        .unwrap_or(0)
}

/// The environment as read, still without lockfile and judgement.
fn make(
    subject: &Subject<'_>,
    candidate: &Candidate,
    found: Venv,
    choices: Vec<EnvironmentChoice>,
) -> Environment {
    let requires_python = subject.package.requires_python.clone();
    let requires_python_met = match (&found.python, &requires_python) {
        (Some(version), Some(wanted)) => meets(version, wanted),
        _ => None,
    };
    Environment {
        state: found.state,
        source: candidate.source,
        path: candidate.path.clone(),
        interpreter: found.interpreter,
        python: found.python,
        python_source: found.python_source,
        requires_python,
        requires_python_met,
        packages: found.packages,
        installed: found.installed,
        lockfile: None,
        choices,
        watched: found.watched,
    }
}

/// Whether a version meets `requires-python`; none where either can't be read as PEP 440.
fn meets(version: &str, wanted: &str) -> Option<bool> {
    let version = Version::from_str(version).ok()?;
    let wanted = VersionSpecifiers::from_str(wanted).ok()?;
    Some(wanted.contains(&version))
}

/// The project's own uv.lock, else its uv workspace's; whether it is fresh is only worked out where that was asked.
fn lockfile(subject: &Subject<'_>, uv_root: Option<&Path>) -> Option<Lockfile> {
    let own = subject.folder.join("uv.lock");
    let path = if own.is_file() {
        own
    } else {
        let shared = uv_root?.join("uv.lock");
        shared.is_file().then_some(shared)?
    };
    let fresh = subject
        .lock_freshness
        .then(|| crate::lockfile::answers(&path, subject.folder, subject.package.toml.as_deref()?))
        .flatten();
    Some(Lockfile { path, fresh })
}

/// What is wrong with the environment, and with it: what is installed but not as asked makes a ready one out of sync. uv
/// has the last word later; this is what files alone tell.
fn judge(subject: &Subject<'_>, environment: &mut Environment, interpreter: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    match &environment.state {
        EnvironmentState::Missing => problems.push(missing(environment, interpreter)),
        EnvironmentState::Broken { reason } => problems.push(broken(reason, environment)),
        _ => {}
    }
    if environment.source == EnvironmentSource::UvWorkspace {
        problems.push(
            Problem::new(
                ProblemCode::UvWorkspaceEnvironment,
                Severity::Note,
                subject.folder,
                "The environment is the uv workspace's. dg itself looks for one in the project and fails here.",
            )
            .with_hint(format!(
                "For dg, set {INTERPRETER_VARIABLE} in the project's .env."
            )),
        );
    }
    let usable = matches!(
        environment.state,
        EnvironmentState::Ready | EnvironmentState::Unknown
    ) || matches!(
        environment.state,
        EnvironmentState::Broken {
            reason: BrokenReason::Moved { .. }
        }
    );
    if !usable {
        return problems;
    }
    let mut faults = unmet(subject, environment);
    if let Some(lockfile) = &environment.lockfile
        && lockfile.fresh == Some(false)
    {
        faults.push(
            Problem::new(
                ProblemCode::LockfileStale,
                Severity::Warning,
                &lockfile.path,
                "uv.lock no longer answers what pyproject.toml asks for.",
            )
            .with_hint("Run `uv sync`; it updates both the lockfile and the environment."),
        );
    }
    if !faults.is_empty() && environment.state == EnvironmentState::Ready {
        environment.state = EnvironmentState::OutOfSync;
    }
    problems.append(&mut faults);
    problems
}

/// What is installed and does not meet what pyproject.toml asks: Python, and the packages of Dagster. Requirements with a
/// marker are passed over, for the marker may speak of another Python.
fn unmet(subject: &Subject<'_>, environment: &Environment) -> Vec<Problem> {
    let mut faults = Vec::new();
    let pyproject = subject.folder.join("pyproject.toml");
    let mut fault = |code, place: Option<FilePosition>, message: String| {
        faults.push(
            Problem::new(code, Severity::Warning, &pyproject, message)
                .at(place)
                .with_hint("Run `uv sync` to bring the environment up to date."),
        );
    };
    if environment.requires_python_met == Some(false) {
        fault(
            ProblemCode::PythonVersionUnmet,
            subject.package.requires_python_place,
            format!(
                "The environment has Python {}, but requires-python is {}.",
                environment.python.as_deref().unwrap_or_default(),
                environment.requires_python.as_deref().unwrap_or_default()
            ),
        );
    }
    if environment.packages.is_none() {
        return faults;
    }
    if environment.installed.dagster.is_none() && subject.needs_dagster {
        fault(
            ProblemCode::DagsterNotInstalled,
            None,
            "Dagster is not installed in the environment.".to_owned(),
        );
    }
    for (text, place) in &subject.package.dagster_requirements {
        let Ok(requirement) = Requirement::<VerbatimUrl>::from_str(text) else {
            continue;
        };
        let name = requirement.name.to_string();
        let installed = match name.as_str() {
            "dagster" => &environment.installed.dagster,
            "dagster-webserver" => &environment.installed.webserver,
            "dagster-dg-cli" => &environment.installed.dg_cli,
            _ => continue,
        };
        let (Some(installed), Some(VersionOrUrl::VersionSpecifier(wanted))) =
            (installed, &requirement.version_or_url)
        else {
            continue;
        };
        // A requirement with a marker may be meant for another Python.
        if requirement.marker.is_true()
            && Version::from_str(installed).is_ok_and(|version| !wanted.contains(&version))
        {
            fault(
                ProblemCode::RequirementUnmet,
                *place,
                format!("{name} {installed} is installed, but pyproject.toml asks for {wanted}."),
            );
        }
    }
    faults
}

fn missing(environment: &Environment, interpreter: &Path) -> Problem {
    let (message, hint) = match environment.source {
        EnvironmentSource::Own | EnvironmentSource::UvWorkspace => (
            "There is no environment (.venv) yet.".to_owned(),
            "Run `uv sync` in the project to make it.",
        ),
        EnvironmentSource::DotEnv => (
            format!(
                "{INTERPRETER_VARIABLE} in .env names an interpreter that does not exist: {}.",
                interpreter.display()
            ),
            "Correct the path in .env, or remove the line.",
        ),
        EnvironmentSource::Picked => (
            format!(
                "The chosen environment does not exist: {}.",
                environment.path.display()
            ),
            "Choose another environment.",
        ),
        EnvironmentSource::Named => (
            format!(
                "`executable_path` names an interpreter that does not exist: {}.",
                interpreter.display()
            ),
            "Correct the path in workspace.yaml.",
        ),
    };
    Problem::new(
        ProblemCode::EnvironmentMissing,
        Severity::Warning,
        &environment.path,
        message,
    )
    .with_hint(hint)
}

fn broken(reason: &BrokenReason, environment: &Environment) -> Problem {
    let again = "Run `uv sync` to make it again.";
    let (message, hint) = match reason {
        BrokenReason::DanglingInterpreter { target } => (
            format!(
                "The environment's Python is gone: it points to {}, which does not exist.",
                target.display()
            ),
            again,
        ),
        BrokenReason::NotAFolder => (
            "There is a file where the environment's folder should be.".to_owned(),
            "Remove the file, then run `uv sync`.",
        ),
        BrokenReason::NoInterpreter => ("The environment has no Python in it.".to_owned(), again),
        BrokenReason::HalfMade => (
            "The environment was never finished: uv was ended while it made it.".to_owned(),
            "Sync it with Dagdeck, or remove the folder, then run `uv sync`.",
        ),
        BrokenReason::NotAnEnvironment => (
            "The folder is not a Python environment: it has no pyvenv.cfg.".to_owned(),
            "Remove the folder, then run `uv sync`.",
        ),
        BrokenReason::Moved { from } => (
            format!(
                "The environment was made in {} and has been moved or copied here; its scripts still run the old one.",
                from.display()
            ),
            again,
        ),
        BrokenReason::Empty => (
            "The environment is empty: nothing is installed in it, perhaps since a sync failed."
                .to_owned(),
            "Run `uv sync` to install what the project needs.",
        ),
        BrokenReason::Unreadable { cause } => (
            format!("The environment can't be read: {cause}."),
            "Check who owns the folder.",
        ),
    };
    Problem::new(
        ProblemCode::EnvironmentBroken,
        Severity::Warning,
        &environment.path,
        message,
    )
    .with_hint(hint)
}
