//! The words for adding a definition.

use crate::operations::ScaffoldError;
use crate::rim::{by_value, precondition};
use api::{ApiError, ErrorCode, Hint, HintAction};

by_value!(ScaffoldError);

impl From<&ScaffoldError> for ApiError {
    fn from(error: &ScaffoldError) -> Self {
        match error {
            ScaffoldError::Refused(refused) => refused.into(),
            ScaffoldError::NoFolder { project } => precondition(format!(
                "{project} is no dg project: it has no definitions folder of its own."
            ))
            .with_hint("Add definitions in its code, where it defines the others."),
            ScaffoldError::NotSetUp { project, location } => {
                let mut told = precondition(format!("{project} has no environment that runs yet."));
                told.hints.push(Hint {
                    text: "Set it up first.".to_owned(),
                    action: Some(HintAction::Sync {
                        location: location.clone(),
                    }),
                });
                told
            }
            ScaffoldError::NoPython { project } => {
                precondition(format!("{project} has no Python that is known."))
            }
            ScaffoldError::LacksDg { project } => precondition(format!(
                "{project}'s environment does not hold dagster-dg-cli, which writes definitions."
            ))
            .with_hint("Add dagster-dg-cli to the dev group in pyproject.toml, then sync."),
            ScaffoldError::Unreadable { asked, source } => {
                let words = format!("{asked}'s answer can't be read.");
                Self::new(ErrorCode::ToolFailed, words).with_source(source)
            }
            ScaffoldError::Fault { fault } => Self::new(ErrorCode::Invalid, fault.clone()),
            ScaffoldError::MovedAndFault { moved, fault } => {
                let mut told = Self::from(moved);
                told.causes.push(fault.clone());
                told
            }
            ScaffoldError::NotWritten { path } => {
                let words = format!("dg said it was done, and {} is not there.", path.display());
                Self::new(ErrorCode::ToolFailed, words)
            }
            ScaffoldError::Looking(source) => {
                let words = format!("Dagdeck can't look at the environment: {source}");
                Self::new(ErrorCode::Io, words).with_source(source)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::basis::Moved;

    #[test]
    fn each_failure_has_its_code_and_a_step_where_there_is_one() {
        let project = || "etl".to_owned();
        let location = || "etl@here".to_owned();
        let no_folder = ScaffoldError::NoFolder { project: project() };
        let not_set_up = ScaffoldError::NotSetUp {
            project: project(),
            location: location(),
        };
        let lacks_dg = ScaffoldError::LacksDg { project: project() };
        for error in [&no_folder, &not_set_up, &lacks_dg] {
            let told = ApiError::from(error);
            assert_eq!(told.code, ErrorCode::Precondition, "{error:?}");
            assert_eq!(told.hints.len(), 1, "{told:?}");
        }
        let sync = HintAction::Sync {
            location: location(),
        };
        assert_eq!(ApiError::from(not_set_up).hints[0].action, Some(sync));
        let path = "/srv/etl/defs/a.py".into();
        let told = ApiError::from(ScaffoldError::NotWritten { path });
        assert_eq!(told.code, ErrorCode::ToolFailed);
        let fault = "it is there already".to_owned();
        let told = ApiError::from(ScaffoldError::Fault { fault });
        assert_eq!(told.code, ErrorCode::Invalid);
    }

    #[test]
    fn what_lay_behind_it_is_told() {
        let told = ApiError::from(ScaffoldError::MovedAndFault {
            moved: Moved {
                parts: vec!["src/etl/defs/a.py".into()],
            },
            fault: "it is there already".into(),
        });
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(told.causes, ["it is there already"]);
        let source = serde_json::from_str::<u32>("none").unwrap_err();
        let said = source.to_string();
        let told = ApiError::from(ScaffoldError::Unreadable {
            asked: "components".into(),
            source,
        });
        assert_eq!(told.message, "components's answer can't be read.");
        assert_eq!(told.causes, [said]);
    }
}
