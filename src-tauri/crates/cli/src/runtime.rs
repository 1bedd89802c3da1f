//! Where the command's waiting is done: it begins a runtime, and is over with it.

use std::future::Future;

use tokio::runtime::Builder;

use crate::error::CliError;

/// Does what this command does itself, much of it at once, on as many threads as there are processors.
///
/// # Errors
/// When no thread can be started, and as the work.
pub(crate) fn run(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    on(Builder::new_multi_thread(), work)?
}

/// Does what is little more than to ask an owner and wait, on this thread alone: to wake another costs more than it would do.
///
/// # Errors
/// When the system refuses what waiting takes.
pub(crate) fn wait_for<T>(answer: impl Future<Output = T>) -> Result<T, CliError> {
    on(Builder::new_current_thread(), answer)
}

fn on<T>(mut builder: Builder, work: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = builder.enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Failed(format!("can't begin: {error}")))?;
    Ok(runtime.block_on(work))
}
