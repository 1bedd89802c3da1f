//! The command lines of the webserver and the daemon, and the Python that runs both.

use std::path::PathBuf;

use api::ServiceName;
use dagster::command::{self, LogLevel};
use process::CommandLine;

use crate::open::error::NoCommand;
use crate::open::facts::WorkspaceFacts;

/// A service's log.
pub(crate) fn log_of(name: ServiceName) -> &'static str {
    match name {
        ServiceName::Webserver => "webserver",
        ServiceName::Daemon => "daemon",
    }
}

/// The Python that runs the webserver and the daemon.
pub(crate) fn interpreter(facts: &WorkspaceFacts) -> Result<PathBuf, NoCommand> {
    let runs = facts.runs_from().ok_or(NoCommand::Nowhere)?;
    let path = runs.path;
    if let Some(why) = runs.blocked {
        return Err(NoCommand::Blocked { path, why });
    }
    if let Some(environment) = &runs.environment
        && facts.is_syncing(&environment.path)
    {
        return Err(NoCommand::Syncing { path });
    }
    runs.interpreter.ok_or(NoCommand::NoPython)
}

/// The command line of a service as it would start now.
pub(crate) fn command_of(
    facts: &WorkspaceFacts,
    name: ServiceName,
) -> Result<CommandLine, NoCommand> {
    let interpreter = interpreter(facts)?;
    let (shared, workspace_file, log_level) =
        (facts.shared(), facts.workspace_file(), LogLevel::Info);
    Ok(match name {
        ServiceName::Webserver => {
            let port = facts
                .port()
                .unwrap_or_else(|| facts.context.state.settings().port);
            command::webserver(&command::Webserver {
                shared,
                interpreter,
                port,
                workspace_file,
                log_level,
            })
        }
        ServiceName::Daemon => command::daemon(&command::Daemon {
            shared,
            interpreter,
            workspace_file,
            log_level,
        }),
    })
}
