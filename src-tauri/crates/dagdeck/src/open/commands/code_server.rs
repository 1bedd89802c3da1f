//! The command line of a location's code server.

use dagster::code_server::Address;
use dagster::command::{self, Code, LogLevel};
use process::CommandLine;
use workspace::{LoadTarget, Project};

use crate::open::error::NoCommand;
use crate::open::facts::WorkspaceFacts;

/// The log of a location.
pub(crate) fn log_of(id: &str) -> String {
    format!("location:{id}")
}

/// The command line of a location's code server.
pub(crate) fn command_of(
    facts: &WorkspaceFacts,
    project: &Project,
    address: Address,
    server_id: &str,
) -> Result<CommandLine, NoCommand> {
    let code = match &project.target {
        LoadTarget::Module { name } => Code::Module(name.clone()),
        LoadTarget::File { path } => Code::File(path.clone()),
        LoadTarget::Package { name } => Code::Package(name.clone()),
        LoadTarget::Autoload { name } => Code::Autoload(name.clone()),
        LoadTarget::GrpcServer { .. } | LoadTarget::Unknown => {
            return Err(NoCommand::NotOurs);
        }
    };
    let interpreter = project.environment.interpreter.clone();
    let interpreter = interpreter.ok_or(NoCommand::NoEnvironment)?;
    let from_dg = project.root_module.is_some();
    Ok(command::code_server(&command::CodeServer {
        shared: facts.shared(),
        interpreter,
        address,
        location: project.name.clone(),
        server_id: server_id.to_owned(),
        code,
        attribute: project.attribute.clone(),
        working_directory: project.working_directory.clone(),
        project: from_dg.then(|| project.folder.clone()),
        log_level: LogLevel::Info,
    }))
}

/// The command line as it will be; the generation and the server's id are those of a first start.
pub(crate) fn sample(facts: &WorkspaceFacts, project: &Project) -> Option<CommandLine> {
    let address = match facts.sockets_of(&project.id) {
        Ok(sockets) if cfg!(unix) => Address::Socket(sockets.generation(1)),
        _ => Address::local(0),
    };
    command_of(facts, project, address, "ID").ok()
}
