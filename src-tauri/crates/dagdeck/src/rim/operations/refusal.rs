//! The words for what several operations say alike: each is told as where it arose.

use crate::operations::Refusal;
use crate::rim::by_value;
use api::ApiError;

by_value!(Refusal);

impl From<&Refusal> for ApiError {
    fn from(error: &Refusal) -> Self {
        match error {
            Refusal::Facts(error) => error.into(),
            Refusal::UvMissing(error) => error.into(),
            Refusal::Moved(moved) => moved.into(),
            Refusal::Program(error) => error.into(),
            Refusal::File(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::{FileError, UvMissing};
    use crate::open::FactsError;
    use crate::operations::basis::Moved;
    use crate::record::OnceError;
    use crate::rim::samples::denied;
    use api::ErrorCode;

    #[test]
    fn what_others_say_is_handed_on_as_they_say_it() {
        let file = FileError::of("read pyproject.toml", "/srv/etl/pyproject.toml")(denied());
        let moved = Moved {
            parts: vec!["dg.toml".into()],
        };
        for (error, code) in [
            (Refusal::from(FactsError::Untrusted), ErrorCode::Untrusted),
            (UvMissing.into(), ErrorCode::ToolMissing),
            (moved.into(), ErrorCode::Precondition),
            (OnceError::Cancelled.into(), ErrorCode::Cancelled),
            (file.into(), ErrorCode::Io),
        ] {
            assert_eq!(ApiError::from(&error).code, code, "{error:?}");
        }
    }
}
