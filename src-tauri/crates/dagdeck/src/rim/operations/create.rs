//! The words for a creation that stopped, or can't be taken back.

mod index;
mod plan;

use crate::operations::create::MakingError;
use crate::rim::{broke_down, by_value, cancelled, precondition};
use api::{ApiError, ErrorCode};

by_value!(MakingError);

impl From<&MakingError> for ApiError {
    fn from(error: &MakingError) -> Self {
        let io = |words, source| Self::new(ErrorCode::Io, words).with_source(source);
        match error {
            MakingError::Cancelled => cancelled(),
            MakingError::Running => precondition("It is still being made. Cancel it first."),
            MakingError::Made => {
                precondition("It is all made, and may be in use. Remove it where it is listed.")
            }
            MakingError::InTheWay { folder } => precondition(format!(
                "Something else came to be at {} meanwhile. Nothing of it was changed.",
                folder.display()
            ))
            .with_hint("Choose another name, or move that away."),
            MakingError::NotOurs { folder, other } => precondition(format!(
                "{} holds what the scaffolder did not write ({}), so it is left alone.",
                folder.display(),
                other.display()
            ))
            .with_hint("Move that away, or remove what was made and start again."),
            MakingError::NotTakenAway { folder, source } => io(
                format!("{} is half made and can't be taken away.", folder.display()),
                source,
            ),
            MakingError::HalfMade(error) => error.into(),
            MakingError::Program(error) => error.into(),
            MakingError::Broken { missing } => Self::new(
                ErrorCode::ToolFailed,
                format!("create-dagster ended without an error, but {missing}."),
            )
            .with_hint("Try this step again, or choose another Dagster version."),
            MakingError::Sample { path, source } => {
                io(format!("{} can't be written.", path.display()), source)
                    .with_hint("Check the permissions of the folder and the space on the disk.")
            }
            MakingError::NotWritten { path, source } => {
                io(format!("{} can't be written.", path.display()), source)
            }
            MakingError::List(source) => {
                let words = "The list of projects in dg.toml could not be changed.";
                Self::new(ErrorCode::Io, words).with_source(source)
            }
            MakingError::NotTrashed { folder, source } => not_trashed(folder, source),
            MakingError::Trashing { folder, source } => not_trashed(folder, source),
            MakingError::Trust(error) => error.into(),
            MakingError::BrokeDown(source) => broke_down(source),
        }
    }
}

fn not_trashed(folder: &std::path::Path, source: &dyn std::error::Error) -> ApiError {
    let words = format!(
        "{} could not be moved to the trash. It stays where it is.",
        folder.display()
    );
    ApiError::new(ErrorCode::Io, words)
        .with_source(source)
        .with_hint("Delete the folder yourself if you don't need it.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::denied;
    use workspace::edit::EditError;

    #[test]
    fn what_has_to_be_true_first_is_no_alarm() {
        let folder = || "/srv/etl".into();
        let in_the_way = MakingError::InTheWay { folder: folder() };
        let not_ours = MakingError::NotOurs {
            folder: folder(),
            other: "/srv/etl/notes.md".into(),
        };
        for error in [
            MakingError::Running,
            MakingError::Made,
            in_the_way,
            not_ours,
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::Precondition, "{error:?}");
        }
        let told = ApiError::from(MakingError::Cancelled);
        assert_eq!(told.code, ErrorCode::Cancelled);
    }

    #[test]
    fn a_disk_that_refuses_is_told_with_what_it_said() {
        let path = || "/srv/etl".into();
        for error in [
            MakingError::NotTakenAway {
                folder: path(),
                source: denied(),
            },
            MakingError::Sample {
                path: path(),
                source: denied(),
            },
            MakingError::NotWritten {
                path: path(),
                source: denied(),
            },
            MakingError::NotTrashed {
                folder: path(),
                source: trash::Error::CouldNotAccess {
                    target: "/srv/etl".into(),
                },
            },
            MakingError::List(EditError::Missing { path: path() }),
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::Io, "{error:?}");
            assert_eq!(told.causes.len(), 1, "{told:?}");
        }
    }

    #[test]
    fn a_scaffolder_that_breaks_its_promise_is_told_with_what_is_missing() {
        let missing = "/srv/etl/pyproject.toml is not there".to_owned();
        let told = ApiError::from(MakingError::Broken { missing });
        assert_eq!(told.code, ErrorCode::ToolFailed);
        assert!(told.message.contains("pyproject.toml is not there"));
        assert_eq!(told.hints.len(), 1);
    }
}
