//! The words for a plan of a creation that nothing is made by.

use crate::operations::create::PlanError;
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(PlanError);

impl From<&PlanError> for ApiError {
    fn from(error: &PlanError) -> Self {
        match error {
            PlanError::Looking(source) => {
                let words = "Dagdeck can't look at the folder.";
                Self::new(ErrorCode::Internal, words).with_source(source)
            }
            PlanError::Moved(moved) => moved.into(),
            PlanError::MovedAndBlocked { moved, remark } => {
                let mut told = Self::from(moved);
                told.causes.push(remark.clone());
                told
            }
            PlanError::Blocked { remark } => Self::new(ErrorCode::Invalid, remark.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::basis::Moved;

    #[test]
    fn what_speaks_against_it_is_told_with_what_moved() {
        let remark = || "There is something there already.".to_owned();
        let told = ApiError::from(PlanError::MovedAndBlocked {
            moved: Moved {
                parts: vec!["dg.toml".into()],
            },
            remark: remark(),
        });
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(told.causes, [remark()]);
        let told = ApiError::from(PlanError::Blocked { remark: remark() });
        assert_eq!(told.code, ErrorCode::Invalid);
        assert_eq!(told.message, remark());
    }
}
