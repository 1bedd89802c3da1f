//! Events as a host hears them: how everything stands, then what happens.

use std::sync::Arc;

use api::protocol::frozen::Ask;
use api::protocol::{FromHost, HostCount};
use api::{ApiError, Envelope, Snapshot};
use tokio::sync::mpsc;

use crate::connection::OwnerConnection;
use crate::error::gone;

/// How much news may wait for a host; one that is further behind begins anew with a snapshot.
const QUEUE: usize = 16;

/// What a subscription brings.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// How everything stands, where events had to be left out.
    Snapshot(Box<Snapshot>),
    /// What happened since, numbered without a gap.
    Events(Vec<Envelope>),
    /// Who is attached: at first, and whenever it changes.
    Hosts(HostCount),
}

/// What happens. A later subscription on the same connection takes its place.
pub struct Subscription {
    line: Arc<OwnerConnection>,
    id: u64,
    news: mpsc::Receiver<News>,
}

impl Subscription {
    /// How everything stands, and what happens from there on.
    pub(crate) async fn whole(line: Arc<OwnerConnection>) -> Result<(Snapshot, Self), ApiError> {
        let mut subscription = Self::begin(line).await?;
        match subscription.next().await {
            Some(News::Snapshot(snapshot)) => Ok((*snapshot, subscription)),
            _ => Err(gone()),
        }
    }

    async fn begin(line: Arc<OwnerConnection>) -> Result<Self, ApiError> {
        let id = line.id();
        let (sender, news) = mpsc::channel(QUEUE);
        let ask = FromHost::Subscribe(Ask { id });
        *line.shared.feed.lock() = Feed {
            id,
            news: Some(sender),
        };
        line.send(&ask).await?;
        if line.shared.gone.is_cancelled() {
            line.shared.feed.lock().end();
        }
        Ok(Self { line, id, news })
    }

    /// Waits for the next news; `None` when the owner is gone or a later subscription took this one's place.
    pub async fn next(&mut self) -> Option<News> {
        loop {
            if let Some(news) = self.news.recv().await {
                return Some(news);
            }
            let replaced = self.line.shared.feed.lock().id != self.id;
            if replaced || self.line.shared.gone.is_cancelled() {
                return None;
            }
            // The host was too slow and has now had all that was kept for it.
            *self = Self::begin(Arc::clone(&self.line)).await.ok()?;
        }
    }
}

/// Where the news of one connection goes.
#[derive(Default)]
pub(crate) struct Feed {
    id: u64,
    news: Option<mpsc::Sender<News>>,
}

impl Feed {
    /// Hands news on, never waiting: what comes behind it may be an answer that the host needs.
    pub(crate) fn bring(&mut self, id: u64, news: News) {
        let current = self.news.as_ref().filter(|_| self.id == id);
        if current.is_some_and(|feed| feed.try_send(news).is_err()) {
            self.end();
        }
    }

    /// Nothing comes any more.
    pub(crate) fn end(&mut self) {
        self.news = None;
    }
}
