//! The log views that one host has open: they are closed when it goes, for nobody else knows of them.

use std::collections::BTreeSet;

use api::{LogView, ViewRequest};
use dagdeck::Deck;
use parking_lot::Mutex;
use serde_json::value::RawValue;

/// The views of one host; none any more once it is gone.
#[derive(Debug)]
pub(crate) struct Views(Mutex<Option<BTreeSet<u32>>>);

impl Default for Views {
    fn default() -> Self {
        Self(Mutex::new(Some(BTreeSet::new())))
    }
}

impl Views {
    /// Notes what a command that went well did to the views. One that was opened for a host that is gone meanwhile is
    /// closed at once.
    pub(crate) async fn note(
        &self,
        deck: &Deck,
        command: &str,
        request: &RawValue,
        response: &RawValue,
    ) {
        match command {
            "log_open" => {
                if let Ok(opened) = serde_json::from_str::<LogView>(response.get())
                    && !self.with(|views| views.insert(opened.view))
                {
                    close(deck, opened.view).await;
                }
            }
            "log_close" => {
                if let Ok(closed) = serde_json::from_str::<ViewRequest>(request.get()) {
                    self.with(|views| views.remove(&closed.view));
                }
            }
            _ => {}
        }
    }

    /// The host is gone: closes what it left open.
    pub(crate) async fn close_all(&self, deck: &Deck) {
        let left = self.0.lock().take();
        for view in left.into_iter().flatten() {
            close(deck, view).await;
        }
    }

    /// Whether the host was still there to have something done to its views.
    fn with(&self, change: impl FnOnce(&mut BTreeSet<u32>) -> bool) -> bool {
        self.0.lock().as_mut().map(change).is_some()
    }
}

async fn close(deck: &Deck, view: u32) {
    // A view that is gone already, with its workspace, is what is wanted.
    let _ = deck.log_close(ViewRequest { view }).await;
}
