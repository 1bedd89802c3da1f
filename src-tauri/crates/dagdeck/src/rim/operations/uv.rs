//! The words for uv itself: brought, or picked.

use dagster::uv::wheel;

use crate::operations::uv::UvError;
use crate::rim::{by_value, cancelled};
use api::{ApiError, ErrorCode};

by_value!(UvError);

impl From<&UvError> for ApiError {
    fn from(error: &UvError) -> Self {
        let failed = |words| Self::new(ErrorCode::ToolFailed, words);
        match error {
            UvError::Cancelled => cancelled(),
            UvError::NotThere { path } => {
                let words = format!("There is no uv at {}.", path.display());
                Self::new(ErrorCode::NotFound, words)
                    .with_hint("Name the program itself, or the folder that it is in.")
            }
            UvError::Index(source) => Self::new(ErrorCode::Invalid, format!("{source}.")).with_hint(
                "Correct UV_DEFAULT_INDEX, UV_INDEX_URL or PIP_INDEX_URL, and start Dagdeck again.",
            ),
            UvError::Unreachable { address, source } => {
                unreachable_index(&wheel::shown(address.as_str()), source)
            }
            UvError::NoWheel { page, source } => {
                failed(format!("{}: {source}.", wheel::shown(page.as_str())))
                    .with_hint("Name another index in UV_DEFAULT_INDEX, or install uv yourself and pick it.")
            }
            UvError::NotPromised { address } => failed(format!(
                "The file that {} sent is not the one that the index promised, so it was thrown away. Nothing was installed.",
                wheel::shown(address.as_str())
            ))
            .with_hint("Try again. If it stays so, something between here and the index changes files."),
            UvError::NotKept { folder, source } => {
                let words = format!("Dagdeck can't write uv to {}.", folder.display());
                Self::new(ErrorCode::Io, words)
                    .with_source(source)
                    .with_hint("Check the space on the disk and the folder's permissions.")
            }
            UvError::Damaged(source) => {
                failed("The uv that came can't be unpacked.".to_owned()).with_source(source)
            }
            UvError::NoProgram => failed("The package that came holds no uv program.".to_owned()),
            UvError::Unpacking(source) => {
                Self::new(ErrorCode::Internal, "Dagdeck can't unpack uv.").with_source(source)
            }
            UvError::Silent { program, source } => {
                let words = format!("{} does not answer as uv does.", program.display());
                let told = failed(words).with_hint("Name another uv.");
                match source {
                    Some(source) => told.with_source(source),
                    None => told,
                }
            }
        }
    }
}

fn unreachable_index(place: &str, error: &reqwest::Error) -> ApiError {
    let words = match error.status() {
        Some(status) => format!("{place} answered {status}."),
        None if error.is_timeout() => format!("{place} does not answer."),
        None => format!("{place} can't be reached."),
    };
    let mut failed = ApiError::new(ErrorCode::ToolFailed, words);
    // Its own words say no more than that.
    if let Some(cause) = std::error::Error::source(error) {
        failed = failed.with_source(cause);
    }
    failed.with_hint(
        "Check the network. Behind a proxy set HTTPS_PROXY, for a certificate of your own SSL_CERT_FILE, for another \
         index UV_DEFAULT_INDEX; then start Dagdeck again. Or install uv yourself and pick it.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::{denied, not_run};
    use dagster::uv::wheel::WheelError;
    use reqwest::Url;
    use zip::result::ZipError;

    fn address() -> Url {
        Url::parse("https://me:secret@index.example/simple/uv/").unwrap()
    }

    #[test]
    fn each_failure_has_its_code_and_what_lay_behind_it() {
        let program = || "/opt/uv".into();
        for (error, code, causes) in [
            (UvError::Cancelled, ErrorCode::Cancelled, 0),
            (
                UvError::NotThere { path: program() },
                ErrorCode::NotFound,
                0,
            ),
            (UvError::Index(WheelError::Answer), ErrorCode::Invalid, 0),
            (
                UvError::NotKept {
                    folder: program(),
                    source: denied(),
                },
                ErrorCode::Io,
                1,
            ),
            (
                UvError::Damaged(ZipError::FileNotFound),
                ErrorCode::ToolFailed,
                1,
            ),
            (UvError::NoProgram, ErrorCode::ToolFailed, 0),
            (
                UvError::Silent {
                    program: program(),
                    source: Some(not_run()),
                },
                ErrorCode::ToolFailed,
                1,
            ),
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, code, "{error:?}");
            assert_eq!(told.causes.len(), causes, "{told:?}");
        }
    }

    #[test]
    fn no_password_of_an_index_is_told() {
        let address = address();
        let page = address.clone();
        let source = WheelError::Answer;
        for error in [
            UvError::NoWheel { page, source },
            UvError::NotPromised { address },
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::ToolFailed);
            assert!(told.message.contains("index.example"), "{told:?}");
            assert!(!format!("{told:?} {error}").contains("secret"), "{told:?}");
        }
    }
}
