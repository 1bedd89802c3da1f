//! What was read from disk, on the wire. Decides words, never facts.

use workspace::{
    Environment, EnvironmentSource as Source, EnvironmentState as State, Kind, Problem, Reading,
    Severity as Grade,
};

use super::blocked::broken;
use api::{
    EnvironmentChoice, EnvironmentSource, EnvironmentState, EnvironmentView, NearbyProject,
    ProblemView, Severity, Subject, WorkspaceKind,
};

/// The kind of folder, on the wire.
pub(crate) fn kind(kind: Kind) -> WorkspaceKind {
    match kind {
        Kind::DgWorkspace => WorkspaceKind::DgWorkspace,
        Kind::DgProject => WorkspaceKind::DgProject,
        Kind::WorkspaceYaml => WorkspaceKind::WorkspaceYaml,
        Kind::PlainPackage => WorkspaceKind::PlainPackage,
        Kind::NotAWorkspace => WorkspaceKind::NotAWorkspace,
    }
}

/// Problems, on the wire.
pub(crate) fn problems(problems: &[Problem], location: Option<&str>) -> Vec<ProblemView> {
    problems.iter().map(|one| problem(one, location)).collect()
}

/// A problem, on the wire; `location` is whose files it is in.
fn problem(problem: &Problem, location: Option<&str>) -> ProblemView {
    ProblemView {
        code: problem.code.as_str().to_owned(),
        severity: match problem.severity {
            Grade::Note => Severity::Note,
            Grade::Warning => Severity::Warning,
            Grade::Blocker => Severity::Blocker,
        },
        message: problem.message.clone(),
        hint: problem.hint.clone(),
        subject: Subject {
            path: problem.path.display().to_string(),
            line: problem.line,
            column: problem.column,
        },
        excerpt: problem.excerpt.clone(),
        location: location.map(str::to_owned),
    }
}

/// Projects nearby, on the wire.
pub(crate) fn nearby(reading: &Reading) -> Vec<NearbyProject> {
    reading
        .nearby
        .iter()
        .map(|one| NearbyProject {
            path: one.path.display().to_string(),
            name: one.name.clone(),
            kind: kind(one.kind),
        })
        .collect()
}

/// An environment, on the wire.
pub(crate) fn environment(environment: &Environment) -> EnvironmentView {
    let lockfile = environment.lockfile.as_ref();
    EnvironmentView {
        state: state(&environment.state),
        detail: detail(environment),
        source: source(environment.source),
        path: environment.path.display().to_string(),
        interpreter: environment
            .interpreter
            .as_ref()
            .map(|path| path.display().to_string()),
        python: environment.python.clone(),
        python_source: environment.python_source.clone(),
        requires_python: environment.requires_python.clone(),
        requires_python_met: environment.requires_python_met,
        dagster: environment.installed.dagster.clone(),
        packages: environment.packages,
        lockfile: lockfile.is_some(),
        lockfile_fresh: lockfile.and_then(|lockfile| lockfile.fresh),
        operation: None,
        checked_by_uv: false,
        choices: environment
            .choices
            .iter()
            .map(|choice| EnvironmentChoice {
                source: source(choice.source),
                path: choice.path.display().to_string(),
                exists: choice.exists,
                chosen: choice.chosen,
            })
            .collect(),
    }
}

fn state(state: &State) -> EnvironmentState {
    match state {
        State::Ready => EnvironmentState::Ready,
        State::OutOfSync => EnvironmentState::OutOfSync,
        State::Missing => EnvironmentState::Missing,
        State::Broken { .. } => EnvironmentState::Broken,
        State::Unknown => EnvironmentState::Unknown,
    }
}

fn source(source: Source) -> EnvironmentSource {
    match source {
        Source::Own => EnvironmentSource::Own,
        Source::DotEnv => EnvironmentSource::DotEnv,
        Source::UvWorkspace => EnvironmentSource::UvWorkspace,
        Source::Picked => EnvironmentSource::Picked,
        Source::Named => EnvironmentSource::Named,
    }
}

/// The second line of an environment.
fn detail(environment: &Environment) -> String {
    match &environment.state {
        State::Broken { reason } => broken(reason),
        State::Missing => "new in this checkout".to_owned(),
        State::OutOfSync => "uv.lock is older than pyproject.toml".to_owned(),
        State::Ready | State::Unknown => match environment.packages {
            Some(1) => "1 package".to_owned(),
            Some(count) => format!("{count} packages"),
            None => "not checked".to_owned(),
        },
    }
}
