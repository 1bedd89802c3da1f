//! The words for a program that was run once, and for an operation that can't be taken back.

use crate::record::{NotCancellable, OnceError};
use crate::rim::{by_value, cancelled, precondition};
use api::{ApiError, ErrorCode, Hint};

/// How many lines of what was printed are told with a failure.
const TOLD: usize = 12;

by_value!(NotCancellable, OnceError);

impl From<&NotCancellable> for ApiError {
    fn from(_: &NotCancellable) -> Self {
        precondition("This operation has ended, or can't be cancelled.")
    }
}

impl From<&OnceError> for ApiError {
    fn from(error: &OnceError) -> Self {
        let failed = |message| Self::new(ErrorCode::ToolFailed, message);
        match error {
            OnceError::Cancelled => cancelled(),
            OnceError::NotRun { title, source } => {
                failed(format!("{title} did not work.")).with_source(source)
            }
            OnceError::Uv { explained, printed } => {
                let message = match &explained.explanation {
                    Some(explanation) => format!("{}: {explanation}", explained.title),
                    None => explained.title.clone(),
                };
                let hints = explained.hints.iter().map(|step| Hint {
                    text: step.text().to_owned(),
                    action: None,
                });
                Self {
                    causes: last_lines(printed),
                    hints: hints.collect(),
                    ..failed(message)
                }
            }
            OnceError::Tool {
                title,
                ended,
                explained,
                printed,
            } => {
                let message = match &explained.explanation {
                    Some(explanation) => format!("{}: {explanation}", explained.title),
                    None if explained.title.is_empty() => format!("{title}: the program {ended}."),
                    None => format!("{title}: the program {ended}. It said: {}", explained.title),
                };
                let told = Self {
                    causes: last_lines(printed),
                    ..failed(message)
                };
                explained.hint.iter().fold(told, Self::with_hint)
            }
        }
    }
}

fn last_lines(printed: &str) -> Vec<String> {
    let lines: Vec<&str> = printed.lines().collect();
    let last = lines.len().saturating_sub(TOLD);
    lines[last..].iter().map(|&line| line.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::not_run;
    use dagster::explain::{explain_tool, explain_uv};

    fn tool(printed: &str) -> ApiError {
        ApiError::from(OnceError::Tool {
            title: "Listing what etl can hold".into(),
            ended: "ended with code 1".into(),
            explained: Box::new(explain_tool(printed, None, None)),
            printed: printed.to_owned(),
        })
    }

    #[test]
    fn what_was_taken_back_is_no_alarm() {
        assert_eq!(
            ApiError::from(OnceError::Cancelled).code,
            ErrorCode::Cancelled
        );
        let told = ApiError::from(NotCancellable { operation: 3 });
        assert_eq!(told.code, ErrorCode::Precondition);
    }

    #[test]
    fn a_program_that_did_not_run_is_told_with_why() {
        let title = "Syncing etl".to_owned();
        let source = not_run();
        let told = ApiError::from(OnceError::NotRun { title, source });
        assert_eq!(told.code, ErrorCode::ToolFailed);
        assert_eq!(told.message, "Syncing etl did not work.");
        assert_eq!(told.causes[0], "the program /opt/tool was not found");
    }

    #[test]
    fn what_nobody_can_explain_is_told_by_its_title_and_its_last_lines() {
        let lines: Vec<String> = (1..=20).map(|line| format!("line {line}")).collect();
        let told = tool(&lines.join("\n"));
        assert_eq!(
            told.message,
            "Listing what etl can hold: the program ended with code 1. It said: line 20"
        );
        assert_eq!(told.causes, lines[8..]);
    }

    #[test]
    fn what_is_known_is_explained_with_a_step() {
        let known = "ModuleNotFoundError: No module named 'etl'";
        let told = tool(known);
        assert!(told.message.starts_with("There is no module etl: "));
        assert_eq!((told.hints.len(), told.causes.len()), (1, 1));
        let printed = "error: No space left on device (os error 28)".to_owned();
        let explained = Box::new(explain_uv(&printed));
        let steps = explained.hints.len();
        assert!(steps > 0, "{explained:?}");
        let told = ApiError::from(OnceError::Uv { explained, printed });
        assert_eq!(told.code, ErrorCode::ToolFailed);
        assert_eq!((told.hints.len(), told.causes.len()), (steps, 1));
    }
}
