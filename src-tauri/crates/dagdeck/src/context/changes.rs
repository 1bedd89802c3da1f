//! What has changed of what the checks read, gathered until somebody asks for it.
//!
//! Owns nothing of what changed: who changes the model says which part it was.

use ::health::{Reads, Request};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// The changes since they were last asked for.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pending: Mutex<Option<Request>>,
    more: Notify,
}

impl Changes {
    /// Some parts differ.
    pub(crate) fn add_parts(&self, parts: impl IntoIterator<Item = Reads>) {
        self.add(Request::changed(parts));
    }

    /// Everything may differ.
    pub(crate) fn add_all(&self) {
        self.add(Request::all());
    }

    /// What differs by now, if anything does.
    pub(crate) fn take(&self) -> Option<Request> {
        self.pending().take()
    }

    /// Waits until something differs.
    pub(crate) async fn wait(&self) {
        loop {
            let more = self.more.notified();
            if self.pending().is_some() {
                return;
            }
            more.await;
        }
    }

    fn add(&self, request: Request) {
        {
            let mut pending = self.pending();
            *pending = Some(match pending.take() {
                Some(former) => former.and(request),
                None => request,
            });
        }
        self.more.notify_waiters();
    }

    fn pending(&self) -> parking_lot::MutexGuard<'_, Option<Request>> {
        self.pending.lock()
    }
}
