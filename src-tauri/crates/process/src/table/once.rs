//! Programs that are run once, to their end, for what they print. Starts them as any other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::{CANCEL_GRACE, RunError, SpawnError, Table};
use crate::child::{Captured, Child, Output, OutputSink, StopPlan};
use crate::command::CommandLine;
use crate::exit::Exit;

/// What a one-shot program did.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// What it printed, at most the first 16 MiB.
    pub stdout: Vec<u8>,
    /// What it printed as errors, at most the first 16 MiB.
    pub stderr: Vec<u8>,
    /// True if it printed more than is kept here; a log has it all.
    pub cut: bool,
    /// From start to end.
    pub took: Duration,
}

impl Finished {
    /// What it printed, with odd bytes replaced.
    #[must_use]
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// What it printed as errors, with odd bytes replaced.
    #[must_use]
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Table {
    /// Runs a program to its end and keeps what it prints. Its tree is ended at the limit, on cancel, and when the
    /// future is dropped.
    ///
    /// # Errors
    /// When it cannot be started, takes longer than `limit`, or is cancelled, as it also is when the table is closed. Any
    /// exit code is a result, not an error.
    pub async fn run(
        &self,
        command: &CommandLine,
        log: Option<logstore::Writer>,
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Finished, RunError> {
        self.run_heard(command, log, limit, cancel, None).await
    }

    /// Runs a program to its end as [`Self::run`] does, and hands what it prints to `hear` as it comes.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_heard(
        &self,
        command: &CommandLine,
        log: Option<logstore::Writer>,
        limit: Duration,
        cancel: &CancellationToken,
        hear: Option<OutputSink>,
    ) -> Result<Finished, RunError> {
        let captured = Arc::new(Mutex::new(Captured::default()));
        let begun = Instant::now();
        let output = Output {
            log,
            hear,
            captured: Some(Arc::clone(&captured)),
        };
        let child = match self.start(command, &output) {
            Ok(child) => child,
            Err(SpawnError::Closing { program }) => return Err(RunError::Cancelled { program }),
            Err(error) => return Err(error.into()),
        };
        let unless_dropped = KillOnDrop(child.clone());
        let exit = tokio::select! {
            exit = child.exited() => Some(exit),
            () = tokio::time::sleep(limit) => None,
            () = cancel.cancelled() => None,
        };
        let took = begun.elapsed();
        if exit.is_none() {
            child.stop(StopPlan::terminate(CANCEL_GRACE)).await;
        }
        drop(unless_dropped);
        let kept = std::mem::take(&mut *captured.lock());
        let Some(exit) = exit else {
            let stderr = String::from_utf8_lossy(&kept.stderr).into_owned();
            let program = command.program.clone();
            return Err(if cancel.is_cancelled() {
                RunError::Cancelled { program }
            } else {
                RunError::TooLong {
                    program,
                    limit,
                    stderr,
                }
            });
        };
        // By another than this call: the table is being closed.
        if child.was_stopped() {
            let program = command.program.clone();
            return Err(RunError::Cancelled { program });
        }
        Ok(Finished {
            exit,
            stdout: kept.stdout,
            stderr: kept.stderr,
            cut: kept.cut,
            took,
        })
    }
}

/// Ends a one-shot program whose future nobody polls any more.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if self.0.exit().is_none() {
            self.0.kill_tree();
        }
    }
}
