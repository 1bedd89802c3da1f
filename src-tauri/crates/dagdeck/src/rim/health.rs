//! The words for findings that were not put right, and for a report that can't be saved.

use crate::health::{FixError, NotSaved};
use crate::operations::projects::file_name;
use crate::rim::{broke_down, by_value, edit_failed, no_workspace, precondition};
use api::{ApiError, ErrorCode, Hint, HintAction, Subject};

by_value!(FixError, NotSaved);

impl From<&FixError> for ApiError {
    fn from(error: &FixError) -> Self {
        let not_found = |words: &str| Self::new(ErrorCode::NotFound, words);
        let useless = |words: &str| Self::new(ErrorCode::ToolFailed, words);
        let io = |source: &std::io::Error| {
            Self::new(ErrorCode::Io, source.to_string()).with_source(source)
        };
        match error {
            FixError::Unknown => not_found("This finding is gone: check again."),
            FixError::Gone { title } => not_found(&format!(
                "“{title}” is not found any more, so nothing was done."
            )),
            FixError::Otherwise { moved, title, now } => {
                let now = now.as_ref().map(|now| format!(": {now}"));
                let now = now.unwrap_or_default();
                let mut told = Self::from(moved);
                told.causes
                    .push(format!("“{title}” would be put right so now{now}"));
                told
            }
            FixError::Several { first, others } => {
                let mut told = Self::from(&**first);
                let others = others.iter().map(|other| Self::from(other).message);
                told.causes.extend(others);
                told
            }
            FixError::Moved(moved) => moved.into(),
            FixError::Persons => {
                let words = "This is for you to put right: Dagdeck shows where.";
                Self::new(ErrorCode::Invalid, words)
            }
            FixError::NotCarriedOut => not_found("This is for you to put right."),
            FixError::NoWorkspace => no_workspace(),
            FixError::StillFound => useless("It was done, but the check still finds the same."),
            FixError::Unchecked => {
                useless("It was done, but whether it helped could not be checked.")
            }
            FixError::NothingMade => not_found("There is nothing to take back of this finding."),
            FixError::Inseparable { path } => inseparable(path),
            FixError::Edit(error) => edit_failed(error),
            FixError::File { source, .. } | FixError::Process { source, .. } => io(source),
            FixError::NotTrashed { path, source } => {
                let words = format!("{} can’t be moved to the trash.", path.display());
                Self::new(ErrorCode::Io, words).with_source(source)
            }
            FixError::Sync(error) => error.into(),
            FixError::Program(error) => error.into(),
            FixError::Uv(error) => error.into(),
            FixError::BrokeDown(source) => broke_down(source),
        }
    }
}

fn inseparable(path: &std::path::Path) -> ApiError {
    let name = file_name(path);
    let mut told = precondition(format!(
        "The lines of this change in {name} were changed again since, so it can’t be taken back by itself. Nothing was changed."
    ));
    let subject = Subject {
        path: path.display().to_string(),
        line: None,
        column: None,
    };
    told.hints.push(Hint {
        text: "Take back later changes first, or edit the file by hand.".to_owned(),
        action: Some(HintAction::OpenFile { subject }),
    });
    told
}

impl From<&NotSaved> for ApiError {
    fn from(NotSaved { folder, source }: &NotSaved) -> Self {
        let words = format!("The report can’t be written to {}.", folder.display());
        Self::new(ErrorCode::Io, words)
            .with_source(source)
            .with_hint("Choose another folder.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::basis::Moved;
    use crate::rim::samples::{denied, is_told_once};

    #[test]
    fn each_failure_has_its_code() {
        let title = || "A port is taken".to_owned();
        for (error, code) in [
            (FixError::Unknown, ErrorCode::NotFound),
            (FixError::Gone { title: title() }, ErrorCode::NotFound),
            (FixError::Persons, ErrorCode::Invalid),
            (FixError::NotCarriedOut, ErrorCode::NotFound),
            (FixError::NoWorkspace, ErrorCode::NotFound),
            (FixError::StillFound, ErrorCode::ToolFailed),
            (FixError::Unchecked, ErrorCode::ToolFailed),
            (FixError::NothingMade, ErrorCode::NotFound),
        ] {
            assert_eq!(ApiError::from(&error).code, code, "{error:?}");
        }
    }

    #[test]
    fn several_that_moved_are_told_as_the_first_with_the_others_behind_it() {
        let otherwise = FixError::Otherwise {
            moved: Moved {
                parts: vec!["dg.toml".into()],
            },
            title: "A port is taken".into(),
            now: Some("Use 3001".into()),
        };
        let title = "A file is gone".to_owned();
        let told = ApiError::from(FixError::Several {
            first: Box::new(otherwise),
            others: vec![FixError::Gone { title }],
        });
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(
            told.causes,
            [
                "“A port is taken” would be put right so now: Use 3001",
                "“A file is gone” is not found any more, so nothing was done."
            ]
        );
    }

    #[test]
    fn a_disk_that_refuses_is_told_with_what_it_said() {
        let path = || "/srv/.gitignore".into();
        let told = ApiError::from(FixError::File {
            path: path(),
            source: denied(),
        });
        assert_eq!(told.message, "the system says no");
        is_told_once(&told, "the system says no");
        let told = ApiError::from(NotSaved {
            folder: path(),
            source: denied(),
        });
        assert_eq!(told.code, ErrorCode::Io);
        assert_eq!(told.causes, ["the system says no"]);
        let told = ApiError::from(FixError::Inseparable { path: path() });
        assert_eq!(told.code, ErrorCode::Precondition);
        assert!(told.message.contains("in .gitignore"), "{told:?}");
    }
}
