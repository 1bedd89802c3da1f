//! The words for what can't be opened, looked at or listed.

use crate::open::FilesError;
use crate::open::folder::FolderError;
use crate::open::status::NotAWorkspace;
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(FilesError, FolderError, NotAWorkspace);

impl From<&FilesError> for ApiError {
    fn from(error: &FilesError) -> Self {
        match error {
            FilesError::Refused(refused) => refused.clone(),
            FilesError::Listing(source) => {
                let words = format!("Listing the files ended early: {source}");
                Self::new(ErrorCode::Internal, words)
            }
        }
    }
}

impl From<&FolderError> for ApiError {
    fn from(error: &FolderError) -> Self {
        match error {
            FolderError::NothingTyped => Self::new(ErrorCode::Invalid, "Type or choose a folder."),
            FolderError::NotThere { path } => {
                let words = format!("There is no folder at {}.", path.display());
                Self::new(ErrorCode::NotFound, words)
                    .with_hint("Check the path, or choose the folder in the dialog.")
            }
        }
    }
}

impl From<&NotAWorkspace> for ApiError {
    fn from(NotAWorkspace { path, nearby }: &NotAWorkspace) -> Self {
        let words = format!("{} is not a Dagster workspace or project.", path.display());
        let told = Self::new(ErrorCode::Invalid, words);
        nearby.iter().fold(told, |told, near| {
            told.with_hint(format!("There is one at {}", near.display()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::ended_early;

    #[test]
    fn a_folder_that_is_none_is_told_with_what_to_do() {
        let told = ApiError::from(FolderError::NothingTyped);
        assert_eq!(told.code, ErrorCode::Invalid);
        let path = "/srv/nowhere".into();
        let told = ApiError::from(FolderError::NotThere { path });
        assert_eq!(told.code, ErrorCode::NotFound);
        assert_eq!(told.message, "There is no folder at /srv/nowhere.");
        assert_eq!(told.hints.len(), 1);
    }

    #[test]
    fn a_folder_that_is_no_workspace_is_told_with_those_near_it() {
        let told = ApiError::from(NotAWorkspace {
            path: "/srv".into(),
            nearby: vec!["/srv/acme".into(), "/srv/etl".into()],
        });
        assert_eq!(told.code, ErrorCode::Invalid);
        let hints: Vec<&str> = told.hints.iter().map(|hint| hint.text.as_str()).collect();
        let near = ["There is one at /srv/acme", "There is one at /srv/etl"];
        assert_eq!(hints, near);
    }

    #[tokio::test]
    async fn a_listing_that_ends_early_is_our_fault() {
        let source = ended_early().await;
        let told = ApiError::from(FilesError::Listing(source));
        assert_eq!(told.code, ErrorCode::Internal);
    }
}
