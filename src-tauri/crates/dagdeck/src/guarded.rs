//! Keeps a fault of ours from reaching a person as silence: a panic in a command becomes an error with a report to copy.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use api::ApiError;
use futures::FutureExt;

use crate::own_log;

/// A command panicked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the command {command} panicked: {report}")]
pub(crate) struct Fault {
    pub(crate) command: String,
    /// What is known of it, for a bug report.
    pub(crate) report: String,
}

thread_local! {
    /// The last panic on this thread. A future that panics unwinds on the thread that polls it.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps a report of each panic, besides what the default hook prints. Without it, only what a panic said is told.
pub fn install_hook() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let report = report(panic);
        // A thread that is ending has no slot left; the default hook still prints.
        let _ending = LAST.try_with(|last| last.replace(Some(report)));
        usual(panic);
    }));
}

/// Runs a command's work; a panic in it becomes an `internal` error. Whatever it is refused for is written to Dagdeck's own log.
///
/// # Errors
/// As the work, and when it panics.
pub async fn guarded<T>(
    command: &str,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    // Boxed: some commands' futures are large, and the adapters' own stay small this way.
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    let answer = match work.await {
        Ok(answer) => answer,
        Err(payload) => {
            let kept = LAST.with(RefCell::take);
            let report = kept.unwrap_or_else(|| message(payload.as_ref()).to_owned());
            let command = command.to_owned();
            Err(Fault { command, report }.into())
        }
    };
    if let Err(error) = &answer {
        own_log::refused(command, error);
    }
    answer
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let message = message(panic.payload());
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let version = env!("CARGO_PKG_VERSION");
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    format!(
        "Dagdeck {version}, {system} {machine}\n{message}\nat {place}\n{}",
        Backtrace::force_capture()
    )
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ErrorCode;

    #[tokio::test]
    async fn a_panic_becomes_a_report() {
        install_hook();
        let answer: Result<(), ApiError> =
            guarded("launch", async { panic!("the sky fell") }).await;
        let error = answer.unwrap_err();
        assert_eq!(error.code, ErrorCode::Internal);
        let report = &error.causes[0];
        assert!(
            report.contains("command launch")
                && report.contains("the sky fell")
                && report.contains("guarded.rs")
        );
    }

    #[tokio::test]
    async fn answers_and_errors_pass() {
        assert_eq!(guarded("x", async { Ok(7) }).await, Ok(7));
        let no: Result<(), _> = Err(ApiError::new(ErrorCode::NotFound, "no"));
        assert_eq!(guarded("x", async { no.clone() }).await, no);
    }
}
