//! The words for syncing an environment.

mod target;

use crate::operations::sync::SyncError;
use crate::rim::{by_value, precondition};
use api::{ApiError, ErrorCode};

by_value!(SyncError);

impl From<&SyncError> for ApiError {
    fn from(error: &SyncError) -> Self {
        match error {
            SyncError::Refused(refused) => refused.into(),
            SyncError::Target(error) => error.into(),
            SyncError::Failed { told } => (**told).clone(),
            SyncError::Busy { name } => {
                precondition(format!("The environment of {name} is being synced."))
            }
            SyncError::Ended => Self::new(ErrorCode::Cancelled, "The sync was ended."),
            SyncError::Closed => Self::new(ErrorCode::Internal, "Syncing has ended."),
            SyncError::HalfMade(error) => error.into(),
            SyncError::Unclear(source) => {
                let words = "uv did not say what a sync would change.";
                Self::new(ErrorCode::ToolFailed, words).with_source(source)
            }
            SyncError::NoPython { name } => {
                let words = format!("No Python was found in the environment of {name}.");
                Self::new(ErrorCode::ToolFailed, words)
            }
            SyncError::NotImportable { name, source } => {
                let said = Self::from(&**source);
                let last = said.causes.last().cloned().unwrap_or_default();
                let message = format!(
                    "The packages of {name} are installed, but Dagster can't be imported: {last}."
                );
                Self { message, ..said }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::OnceError;
    use crate::rim::samples::not_run;

    #[test]
    fn each_failure_has_its_code() {
        let name = || "etl".to_owned();
        for (error, code) in [
            (SyncError::Busy { name: name() }, ErrorCode::Precondition),
            (SyncError::Ended, ErrorCode::Cancelled),
            (SyncError::Closed, ErrorCode::Internal),
            (SyncError::NoPython { name: name() }, ErrorCode::ToolFailed),
            (OnceError::Cancelled.into(), ErrorCode::Cancelled),
        ] {
            assert_eq!(ApiError::from(&error).code, code, "{error:?}");
        }
    }

    #[test]
    fn what_lay_behind_it_is_told() {
        let source = dagster::uv::parse_sync_check("none").unwrap_err();
        let said = source.to_string();
        let told = ApiError::from(SyncError::Unclear(source));
        assert_eq!((&told.causes[0], told.causes.len()), (&said, 2));
        let title = "Trying the environment of etl".to_owned();
        let source = not_run();
        let told = ApiError::from(SyncError::NotImportable {
            name: "etl".into(),
            source: Box::new(OnceError::NotRun { title, source }),
        });
        assert_eq!(told.code, ErrorCode::ToolFailed);
        let last = told.causes.last().unwrap();
        assert!(told.message.ends_with(&format!("{last}.")), "{told:?}");
    }
}
