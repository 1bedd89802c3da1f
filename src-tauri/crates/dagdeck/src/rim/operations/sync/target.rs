//! The words for what is named and can't be synced.

use crate::operations::sync::TargetError;
use crate::rim::{by_value, precondition};
use api::{ApiError, ErrorCode};

by_value!(TargetError);

impl From<&TargetError> for ApiError {
    fn from(error: &TargetError) -> Self {
        match error {
            TargetError::NotListed(error) => error.into(),
            TargetError::NoDeployment => {
                let words = "This workspace has no deployments/local to sync.";
                Self::new(ErrorCode::NotFound, words)
            }
            TargetError::NotItsOwn { name, environment } => precondition(format!(
                "{name} runs from {}, which is no environment of its own. uv would remove from it what {name} \
                 doesn't ask for.",
                environment.display()
            ))
            .with_hint("Choose the project's own .venv on its Environment page, then sync that."),
            TargetError::NoSettings { name } => {
                precondition(format!("{name} has no pyproject.toml for uv to go by."))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::NotListed;

    #[test]
    fn what_is_not_there_is_told_apart_from_what_can_not_be_synced() {
        let name = || "etl".to_owned();
        let not_listed = NotListed {
            name: name(),
            known: Vec::new(),
        };
        let environment = "/usr".into();
        for error in [
            TargetError::NotListed(not_listed),
            TargetError::NoDeployment,
            TargetError::NotItsOwn {
                name: name(),
                environment,
            },
            TargetError::NoSettings { name: name() },
        ] {
            let told = ApiError::from(&error);
            let code = if error.is_of_nothing() {
                ErrorCode::NotFound
            } else {
                ErrorCode::Precondition
            };
            assert_eq!(told.code, code, "{error:?}");
        }
    }

    #[test]
    fn an_environment_of_another_is_told_with_what_to_do() {
        let told = ApiError::from(TargetError::NotItsOwn {
            name: "etl".into(),
            environment: "/usr".into(),
        });
        assert!(
            told.message.starts_with("etl runs from /usr, which is no"),
            "{told:?}"
        );
        assert_eq!(told.hints.len(), 1);
    }
}
