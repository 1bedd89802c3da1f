//! The words for what stays and was not started.

mod claim;
mod half_made;
mod ports;

use crate::rim::{by_value, cancelled, precondition};
use crate::run::StartError;
use api::{ApiError, ErrorCode};

by_value!(StartError);

impl From<&StartError> for ApiError {
    fn from(error: &StartError) -> Self {
        match error {
            StartError::Refused(error) => error.into(),
            StartError::Cancelled => cancelled(),
            StartError::NotListed(error) => error.into(),
            StartError::NothingHere => precondition("There is nothing to launch here."),
            StartError::NoWebserver { dagster } => {
                precondition("No environment here holds dagster-webserver.").with_hint(format!(
                    "Let Dagdeck make one with Dagster {dagster} in its own folder."
                ))
            }
            StartError::NoCommand(error) => error.into(),
            StartError::Damaged { instance, database } => precondition(format!(
                "The instance in {} can't be opened any more: two programs made it at the same time, and {} has two \
                 migration heads.",
                instance.display(),
                database.display()
            ))
            .with_hint("Move this folder away; the next launch makes a new one. Past runs stay in the folder you moved."),
            StartError::UvMissing(error) => error.into(),
            StartError::HalfMade(error) => error.into(),
            StartError::Program(error) => error.into(),
            StartError::Port(error) => error.into(),
            StartError::Claim(error) => error.into(),
            StartError::NoFreePort(source) => can_not("find a free port", source),
            StartError::Link(source) => can_not("link the location's socket", source),
            StartError::List(source) => can_not("write the list of locations", source),
            StartError::File(error) => error.into(),
            StartError::NotStarted(error) => error.into(),
        }
    }
}

fn can_not(what: &str, source: &dyn std::error::Error) -> ApiError {
    let words = format!("Dagdeck can't {what}: {source}");
    ApiError::new(ErrorCode::Io, words).with_source(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::{denied, is_told_once};
    use dagster::sockets::SocketError;
    use dagster::workspace_file::WriteError;

    #[test]
    fn what_has_to_be_true_first_is_no_alarm() {
        for error in [
            StartError::NothingHere,
            StartError::NoWebserver {
                dagster: "1.13.27".into(),
            },
            StartError::Damaged {
                instance: "/srv/home".into(),
                database: "/srv/home/runs.db".into(),
            },
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::Precondition, "{error:?}");
        }
        let told = ApiError::from(StartError::Cancelled);
        assert_eq!(told.code, ErrorCode::Cancelled);
    }

    #[test]
    fn what_the_system_said_is_told() {
        let path = || "/srv/own".into();
        let link = SocketError::Io {
            path: path(),
            source: denied(),
        };
        let list = WriteError {
            path: path(),
            source: denied(),
        };
        for (error, words) in [
            (StartError::NoFreePort(denied()), "find a free port"),
            (StartError::Link(link), "link the location's socket"),
            (StartError::List(list), "write the list of locations"),
        ] {
            let told = ApiError::from(error);
            assert_eq!(told.code, ErrorCode::Io);
            let begin = format!("Dagdeck can't {words}: ");
            assert!(told.message.starts_with(&begin), "{told:?}");
            is_told_once(&told, "the system says no");
        }
    }
}
