//! Events in batches, so that a burst costs a window one message.

use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::BATCH;
use api::Envelope;

/// The most events in one batch.
const MOST: usize = 256;

/// Events from the moment of subscribing on.
#[derive(Debug)]
pub struct Subscription {
    events: Receiver<Envelope>,
    /// What was received for the next batch: who stops waiting for one loses nothing.
    batch: Vec<Envelope>,
    first: bool,
}

impl Subscription {
    pub(super) fn new(events: Receiver<Envelope>) -> Self {
        Self {
            events,
            batch: Vec::new(),
            first: true,
        }
    }

    /// Waits for the next batch; `None` when Dagdeck is gone. A reader that was too slow misses events, which shows as
    /// a gap in their numbers: it fetches the snapshot again.
    pub async fn next(&mut self) -> Option<Vec<Envelope>> {
        while self.batch.is_empty() {
            match self.events.recv().await {
                Ok(envelope) => self.batch.push(envelope),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
        if !self.first {
            tokio::time::sleep(BATCH).await;
        }
        self.first = false;
        let mut batch = std::mem::take(&mut self.batch);
        while batch.len() < MOST {
            match self.events.try_recv() {
                Ok(envelope) => batch.push(envelope),
                Err(_) => break,
            }
        }
        Some(batch)
    }
}
