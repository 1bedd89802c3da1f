//! Keeps a fault of ours from reaching a person as silence: a panic in a command becomes an error with a report to copy.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use api::{ApiError, ErrorCode};
use dagdeck::own_log;
use futures::FutureExt;

thread_local! {
    /// The last panic on this thread. A future that panics unwinds on the thread that polls it.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps a report of each panic, besides what the default hook prints.
pub(crate) fn install_hook() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let report = report(panic);
        // A thread that is ending has no slot left; the default hook still prints.
        let _ending = LAST.try_with(|last| last.replace(Some(report)));
        usual(panic);
    }));
}

/// Runs a command's work; a panic in it becomes an `internal` error.
pub(crate) async fn guarded<T>(
    command: &str,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    // Boxed: some commands' futures are large, and the adapters' own stay small this way.
    let work = AssertUnwindSafe(Box::pin(work)).catch_unwind();
    let answer = match work.await {
        Ok(answer) => answer,
        Err(_payload) => {
            let report = LAST.with(RefCell::take).unwrap_or_default();
            let mut error = ApiError::new(
                ErrorCode::Internal,
                "This is a fault in Dagdeck, not in your workspace. What runs goes on running.",
            );
            error.causes.push(format!("command {command}\n{report}"));
            Err(error)
        }
    };
    if let Err(error) = &answer {
        own_log::refused(command, error);
    }
    answer
}

fn report(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
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

#[cfg(test)]
mod tests {
    use super::*;

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
