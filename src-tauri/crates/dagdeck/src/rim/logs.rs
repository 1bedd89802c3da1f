//! The words for a view on a log that has no answer.

use crate::logs::LogsError;
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(LogsError);

impl From<&LogsError> for ApiError {
    fn from(error: &LogsError) -> Self {
        match error {
            LogsError::Closed => Self::new(ErrorCode::NotFound, "This log view was closed."),
            LogsError::Reading(source) => {
                let words = format!("Reading the log ended early: {source}");
                Self::new(ErrorCode::Internal, words)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::ended_early;

    #[tokio::test]
    async fn a_view_that_was_closed_is_not_there_and_a_thread_that_ends_is_our_fault() {
        let told = ApiError::from(LogsError::Closed);
        assert_eq!(told.code, ErrorCode::NotFound);
        let source = ended_early().await;
        let said = source.to_string();
        let told = ApiError::from(LogsError::Reading(source));
        assert_eq!(told.code, ErrorCode::Internal);
        assert!(told.message.ends_with(&said), "{told:?}");
    }
}
