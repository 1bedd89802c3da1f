//! The words for a command that can't begin.

use crate::deck::DeckError;
use crate::rim::{by_value, no_workspace, precondition};
use api::{ApiError, ErrorCode};

by_value!(DeckError);

impl From<&DeckError> for ApiError {
    fn from(error: &DeckError) -> Self {
        match error {
            DeckError::Starting(source) => Self::new(
                ErrorCode::Internal,
                format!("Dagdeck can't start: {source}"),
            ),
            DeckError::NoWorkspace => no_workspace(),
            DeckError::NothingMade => Self::new(ErrorCode::NotFound, "Nothing is being made."),
            DeckError::NothingToRetry => precondition("There is no step to try again."),
            DeckError::StillMaking { root } => precondition(format!(
                "{} is still being made. One at a time.",
                root.display()
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_code() {
        let root = "/srv/acme".into();
        for (error, code) in [
            (DeckError::NoWorkspace, ErrorCode::NotFound),
            (DeckError::NothingMade, ErrorCode::NotFound),
            (DeckError::NothingToRetry, ErrorCode::Precondition),
            (DeckError::StillMaking { root }, ErrorCode::Precondition),
        ] {
            assert_eq!(ApiError::from(&error).code, code, "{error:?}");
        }
    }
}
