//! The words for what can't be listed or remembered of a project.

use crate::open_workspace::FilesError;
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(FilesError);

impl From<&FilesError> for ApiError {
    fn from(error: &FilesError) -> Self {
        match error {
            FilesError::Refused(error) => error.into(),
            FilesError::Listing(source) => {
                let words = format!("Listing the files ended early: {source}");
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
    async fn a_listing_that_ends_early_is_our_fault() {
        let source = ended_early().await;
        let told = ApiError::from(FilesError::Listing(source));
        assert_eq!(told.code, ErrorCode::Internal);
    }
}
