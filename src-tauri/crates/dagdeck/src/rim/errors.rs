//! The words for what many rooms share.

use crate::errors::{FileError, NotStarted, UvMissing};
use crate::rim::by_value;
use api::{ApiError, ErrorCode, Hint, HintAction};

by_value!(FileError, NotStarted, UvMissing);

impl From<&UvMissing> for ApiError {
    fn from(_: &UvMissing) -> Self {
        let mut error = Self::new(
            ErrorCode::ToolMissing,
            "uv isn't installed. It installs Python and packages for each project.",
        );
        error.hints.push(Hint {
            text: "Dagdeck's window can bring it: from the package index, into Dagdeck's own folder, nothing system-wide.".to_owned(),
            action: Some(HintAction::BringUv),
        });
        // A terminal has no button.
        error.with_hint("Or install uv yourself, as https://docs.astral.sh/uv says.")
    }
}

impl From<&FileError> for ApiError {
    fn from(error: &FileError) -> Self {
        let FileError { what, source, .. } = error;
        Self::new(ErrorCode::Io, format!("Dagdeck can't {what}: {source}")).with_source(source)
    }
}

impl From<&NotStarted> for ApiError {
    fn from(error: &NotStarted) -> Self {
        let NotStarted { program, source } = error;
        let words = format!("{} can't be started: {source}", program.display());
        Self::new(ErrorCode::ToolFailed, words).with_source(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::{denied, is_told_once, not_found};

    #[test]
    fn a_file_that_refuses_is_told_with_what_the_system_said() {
        let error = FileError::of("make the instance", "/srv/instance")(denied());
        let told = ApiError::from(error);
        assert_eq!(told.code, ErrorCode::Io);
        assert_eq!(
            told.message,
            "Dagdeck can't make the instance: the system says no"
        );
        is_told_once(&told, "the system says no");
    }

    #[test]
    fn a_program_that_does_not_start_is_named() {
        let told = ApiError::from(NotStarted {
            program: "/opt/tool".into(),
            source: not_found(),
        });
        assert_eq!(told.code, ErrorCode::ToolFailed);
        assert!(told.message.starts_with("/opt/tool can't be started: "));
        is_told_once(&told, "the program /opt/tool was not found");
    }

    #[test]
    fn uv_that_is_missing_can_be_brought_by_a_button_or_by_hand() {
        let told = ApiError::from(UvMissing);
        assert_eq!(told.code, ErrorCode::ToolMissing);
        assert_eq!(told.hints[0].action, Some(HintAction::BringUv));
        assert_eq!(told.hints[1].action, None);
    }
}
