//! The words for what the package index does not say.

use crate::operations::create::{IndexError, not_published};
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(IndexError);

impl From<&IndexError> for ApiError {
    fn from(error: &IndexError) -> Self {
        match error {
            IndexError::UvMissing(error) => error.into(),
            IndexError::NotAsked { path, source } => {
                let path = path.display();
                let words = format!("Dagdeck can't write the question for uv to {path}: {source}.");
                Self::new(ErrorCode::Io, words).with_source(source)
            }
            IndexError::Unreachable(source) => {
                let said = Self::from(&**source);
                Self {
                    causes: said.causes,
                    ..not_asked(&said.message)
                }
            }
            IndexError::NotPublished => not_asked("It has no such package or version."),
            IndexError::NoneWhole => Self::new(
                ErrorCode::ToolFailed,
                "The package index has no Dagster version of which all packages are published.",
            )
            .with_hint("Type a version that you know."),
            IndexError::NotWhole {
                version,
                missing,
                newest,
            } => {
                let why = not_published(missing);
                let words = format!("Dagster {version} can't be installed: {why}.");
                let told = Self::new(ErrorCode::Invalid, words);
                match newest {
                    Some(newest) => told.with_hint(format!("The newest that can is {newest}.")),
                    None => told,
                }
            }
        }
    }
}

/// The index was not asked, with what a person can do.
fn not_asked(why: &str) -> ApiError {
    let words = format!("The package index could not be asked for Dagster's versions. {why}");
    ApiError::new(ErrorCode::ToolFailed, words).with_hint(
        "Check the network and the proxy settings (HTTPS_PROXY, UV_INDEX_URL), then try again. A version that was installed \
         before can be typed and used from uv's cache.",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::OnceError;
    use crate::rim::samples::{denied, is_told_once, not_run};

    #[test]
    fn an_index_that_can_not_be_asked_is_told_with_why() {
        let title = "Asking the package index".to_owned();
        let source = not_run();
        let asked = Arc::new(OnceError::NotRun { title, source });
        let told = ApiError::from(IndexError::Unreachable(asked));
        assert_eq!(told.code, ErrorCode::ToolFailed);
        assert!(
            told.message
                .ends_with("Asking the package index did not work.")
        );
        assert!(told.causes[0].contains("was not found"), "{told:?}");
        assert!(told.hints[0].text.contains("HTTPS_PROXY"), "{told:?}");
        let told = ApiError::from(IndexError::NotAsked {
            path: "/srv/create/newest.txt".into(),
            source: Arc::new(denied()),
        });
        assert_eq!(told.code, ErrorCode::Io);
        is_told_once(&told, "/srv/create/newest.txt: the system says no");
    }

    #[test]
    fn a_version_that_is_not_whole_is_told_with_one_that_is() {
        let lacking = |newest| IndexError::NotWhole {
            version: "1.13.28".into(),
            missing: vec!["dagster-dg-cli".into()],
            newest,
        };
        let told = ApiError::from(lacking(Some("1.13.27".into())));
        assert_eq!(told.code, ErrorCode::Invalid);
        assert_eq!(told.hints[0].text, "The newest that can is 1.13.27.");
        assert!(ApiError::from(lacking(None)).hints.is_empty());
        for error in [IndexError::NoneWhole, IndexError::NotPublished] {
            assert_eq!(ApiError::from(error).code, ErrorCode::ToolFailed);
        }
    }
}
