//! The wish of a person or the system that this command ends.

use std::future::Future;

use crate::error::CliError;

/// The wish of a person or the system that we end.
pub(crate) struct Stop {
    #[cfg(unix)]
    signals: Vec<tokio::signal::unix::Signal>,
}

impl Stop {
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        let signals: std::io::Result<Vec<_>> = kinds.into_iter().map(signal).collect();
        let signals = signals
            .map_err(|error| CliError::Failed(format!("can't listen for Ctrl-C: {error}")))?;
        Ok(Self { signals })
    }

    /// Waits until we are told to end.
    #[cfg(unix)]
    pub(crate) fn requested(&mut self) -> impl Future<Output = ()> + '_ {
        std::future::poll_fn(|context| {
            let told = self
                .signals
                .iter_mut()
                .any(|signal| signal.poll_recv(context).is_ready());
            if told {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    /// Waits until we are told to end.
    #[cfg(not(unix))]
    pub(crate) async fn requested(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
