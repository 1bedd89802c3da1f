//! Why something can't be started, as its files tell, in words.

use workspace::{BrokenReason as Reason, Environment, EnvironmentState as State, Project};

/// Why an environment is broken, in a few words.
pub(crate) fn broken(reason: &Reason) -> String {
    match reason {
        Reason::DanglingInterpreter { .. } => "its Python was removed".to_owned(),
        Reason::NotAFolder => ".venv is a file, not a folder".to_owned(),
        Reason::NoInterpreter => "it has no Python in it".to_owned(),
        Reason::HalfMade => "it was never finished".to_owned(),
        Reason::NotAnEnvironment => "it has no pyvenv.cfg".to_owned(),
        Reason::Moved { from } => format!("it was moved here from {}", from.display()),
        Reason::Empty => "nothing is installed in it".to_owned(),
        Reason::Unreadable { cause } => format!("it can't be read: {cause}"),
    }
}

/// Why a project can't be started now; `None` if it can.
pub(crate) fn blocked(project: &Project) -> Option<String> {
    if let Some(problem) = project.blocked() {
        return Some(problem.message.clone());
    }
    if !project.managed() {
        return Some("Another program runs this server; Dagdeck only shows it.".to_owned());
    }
    environment_blocked(&project.environment)
}

/// Why nothing can be started in an environment; `None` if it can.
pub(crate) fn environment_blocked(environment: &Environment) -> Option<String> {
    match &environment.state {
        State::Missing => Some("It has no environment yet. Sync it to start.".to_owned()),
        State::Broken { reason } if !environment.can_run() => Some(format!(
            "Its environment can't be used: {}.",
            broken(reason)
        )),
        _ if environment.interpreter.is_none() => Some("No Python was found for it.".to_owned()),
        _ if environment.installed.dagster.is_none() => {
            Some("Dagster is not installed in its environment.".to_owned())
        }
        _ => None,
    }
}

/// Why the webserver and the daemon can't run from an environment; `None` if they can.
pub(crate) fn services_blocked(environment: &Environment) -> Option<String> {
    environment_blocked(environment).or_else(|| {
        let lacks = environment.installed.webserver.is_none();
        lacks.then(|| "dagster-webserver is not installed in it.".to_owned())
    })
}
