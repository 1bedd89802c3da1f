//! The words for what can't be opened or looked at, and for what an open workspace refuses.

use crate::open::folder::FolderError;
use crate::open::status::NotAWorkspace;
use crate::open::{FactsError, NoCommand, NotListed};
use crate::rim::{by_value, no_location, precondition};
use api::{ApiError, ErrorCode};

by_value!(FolderError, NoCommand, NotAWorkspace, NotListed, FactsError);

impl From<&FactsError> for ApiError {
    fn from(error: &FactsError) -> Self {
        let io = |words: &str| Self::new(ErrorCode::Io, words);
        match error {
            FactsError::NoLocation { id } => no_location(id),
            FactsError::Syncing => {
                precondition("Its environment is being synced. It starts when that is over.")
            }
            FactsError::Blocked { why } => precondition(why),
            FactsError::Untrusted => {
                let words = "Nothing runs in this folder until you trust it.";
                Self::new(ErrorCode::Untrusted, words)
            }
            FactsError::Untracked { why } => io(why),
            FactsError::Folder(source) => {
                io("Dagdeck can't make its own folder.").with_source(source)
            }
            FactsError::Logs(source) => io("Dagdeck can't open its logs.").with_source(source),
            FactsError::Log(source) => io("Dagdeck can't write its log.").with_source(source),
            FactsError::Sockets(source) => {
                io("Dagdeck can't make a folder for sockets.").with_source(source)
            }
            FactsError::Socket(source) => {
                io("There is no room for the location's socket.").with_source(source)
            }
            FactsError::Reading(source) => {
                let words = format!("Reading the folder ended early: {source}");
                Self::new(ErrorCode::Internal, words)
            }
        }
    }
}

impl From<&NotListed> for ApiError {
    fn from(NotListed { name, known }: &NotListed) -> Self {
        no_location(name).with_hint(format!("Its locations are: {}.", known.join(", ")))
    }
}

impl From<&NoCommand> for ApiError {
    fn from(error: &NoCommand) -> Self {
        precondition(match error {
            NoCommand::Nowhere => "There is nothing to run the webserver from.".to_owned(),
            NoCommand::Blocked { path, why } => {
                format!("The webserver can't run from {path}: {why}")
            }
            NoCommand::Syncing { path } => {
                format!("{path} is being synced. Launch when that is over.")
            }
            NoCommand::NoPython => "The webserver's environment has no Python.".to_owned(),
            NoCommand::NotOurs => "Dagdeck does not run this location.".to_owned(),
            NoCommand::NoEnvironment => "It has no environment yet.".to_owned(),
        })
    }
}

impl From<&FolderError> for ApiError {
    fn from(error: &FolderError) -> Self {
        match error {
            FolderError::NothingTyped => Self::new(ErrorCode::Invalid, "Type or choose a folder."),
            FolderError::NotThere { path } => {
                let words = format!("There is no folder at {}.", path.display());
                Self::new(ErrorCode::NotFound, words)
                    .with_hint("Check the path, or choose the folder in the dialog.")
            }
        }
    }
}

impl From<&NotAWorkspace> for ApiError {
    fn from(error: &NotAWorkspace) -> Self {
        let invalid = |path: &std::path::Path, is: &str| {
            Self::new(ErrorCode::Invalid, format!("{} {is}.", path.display()))
        };
        match error {
            NotAWorkspace::NotThere { path } => invalid(path, "is not there"),
            NotAWorkspace::DeadLink { path } => invalid(path, "is a link that leads nowhere"),
            NotAWorkspace::Unreadable { path, source } => {
                // The path is said with it.
                let kind = std::io::Error::from(source.kind());
                invalid(path, "can't be read").with_source(&kind)
            }
            NotAWorkspace::Other { path, nearby } => {
                let told = invalid(path, "is not a Dagster workspace or project");
                nearby.iter().fold(told, |told, near| {
                    told.with_hint(format!("There is one at {}", near.display()))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::{denied, ended_early};
    use dagster::sockets::SocketError;

    #[test]
    fn a_folder_that_is_none_is_told_with_what_to_do() {
        let told = ApiError::from(FolderError::NothingTyped);
        assert_eq!(told.code, ErrorCode::Invalid);
        let path = "/srv/nowhere".into();
        let told = ApiError::from(FolderError::NotThere { path });
        assert_eq!(told.code, ErrorCode::NotFound);
        assert_eq!(told.message, "There is no folder at /srv/nowhere.");
        assert_eq!(told.hints.len(), 1);
    }

    #[test]
    fn a_folder_that_is_no_workspace_is_told_with_those_near_it() {
        let told = ApiError::from(NotAWorkspace::Other {
            path: "/srv".into(),
            nearby: vec!["/srv/acme".into(), "/srv/etl".into()],
        });
        assert_eq!(told.code, ErrorCode::Invalid);
        let hints: Vec<&str> = told.hints.iter().map(|hint| hint.text.as_str()).collect();
        let near = ["There is one at /srv/acme", "There is one at /srv/etl"];
        assert_eq!(hints, near);
    }

    #[tokio::test]
    async fn what_an_open_workspace_refuses_has_its_code() {
        let (id, why) = (|| "etl".to_owned(), || "its Python was removed".to_owned());
        let socket = SocketError::Io {
            path: "/run/own".into(),
            source: denied(),
        };
        for (error, code) in [
            (FactsError::NoLocation { id: id() }, ErrorCode::NotFound),
            (FactsError::Syncing, ErrorCode::Precondition),
            (FactsError::Blocked { why: why() }, ErrorCode::Precondition),
            (FactsError::Untrusted, ErrorCode::Untrusted),
            (FactsError::Untracked { why: why() }, ErrorCode::Io),
            (FactsError::Folder(denied()), ErrorCode::Io),
            (FactsError::Socket(socket), ErrorCode::Io),
            (
                FactsError::Reading(ended_early().await),
                ErrorCode::Internal,
            ),
        ] {
            assert_eq!(ApiError::from(&error).code, code, "{error:?}");
        }
        let told = ApiError::from(FactsError::Folder(denied()));
        assert_eq!(told.message, "Dagdeck can't make its own folder.");
        assert_eq!(told.causes, ["the system says no"]);
        let told = ApiError::from(FactsError::Blocked { why: why() });
        assert_eq!(told.message, why(), "as it is shown beside it");
    }

    #[test]
    fn a_location_that_is_not_there_is_told_with_those_that_are() {
        let told = ApiError::from(NotListed {
            name: "etl".into(),
            known: vec!["ingest".into(), "report".into()],
        });
        assert_eq!(told.code, ErrorCode::NotFound);
        assert_eq!(told.hints[0].text, "Its locations are: ingest, report.");
    }

    #[test]
    fn what_keeps_a_command_line_from_being_there_is_no_alarm() {
        let path = || "deployments/local".to_owned();
        let why = "it is not synced".to_owned();
        for error in [
            NoCommand::Nowhere,
            NoCommand::Blocked { path: path(), why },
            NoCommand::Syncing { path: path() },
            NoCommand::NoPython,
            NoCommand::NotOurs,
            NoCommand::NoEnvironment,
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::Precondition, "{error:?}");
        }
    }
}
