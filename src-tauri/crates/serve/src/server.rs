//! An owner as hosts see it: the deck, who is attached, and the end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::protocol::frozen::{HostKind, Status};
use api::{ApiError, ErrorCode, Nothing};
use dagdeck::Deck;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::connection;
use crate::hosts::Hosts;
use crate::listener::Listener;

/// The pause after a host could not be let in, as when too many files are open.
const AGAIN: Duration = Duration::from_millis(100);

/// Serves a deck to every host that comes. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub struct Server {
    served: Arc<Served>,
}

/// What every connection knows.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) deck: Deck,
    pub(crate) hosts: Hosts,
    /// What the owner was started with, which everything that it starts is given.
    pub(crate) environment: BTreeMap<String, String>,
    /// Ends when a host said `down` or the owner's process has had enough.
    pub(crate) ended: CancellationToken,
}

impl Server {
    /// A server of this deck that nobody is attached to. Hosts compare their own environment with `environment`.
    pub fn new(deck: Deck, environment: BTreeMap<String, String>) -> Self {
        Self {
            served: Arc::new(Served {
                deck,
                hosts: Hosts::default(),
                environment,
                ended: CancellationToken::new(),
            }),
        }
    }

    /// The deck that is served.
    pub fn deck(&self) -> &Deck {
        &self.served.deck
    }

    /// Who is attached.
    pub fn hosts(&self) -> &Hosts {
        &self.served.hosts
    }

    /// Waits until serving ends, as when a host said `down`.
    pub async fn ended(&self) {
        self.served.ended.cancelled().await;
    }

    /// Ends serving; the deck stays as it is.
    pub fn end(&self) {
        self.served.ended.cancel();
    }

    /// Serves until [`Self::end`], or until a host said `down`: then nothing runs any more. The workspace is owned until
    /// this returns.
    pub async fn run(&self, mut listener: Listener) {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = self.served.ended.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok(Some(stream)) => {
                    connections.spawn(connection::serve(Arc::clone(&self.served), stream));
                }
                // Another person's process, which has no business here.
                Ok(None) => {}
                // The host that could not be let in tries again, and so do we.
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
            while connections.try_join_next().is_some() {}
        }
        let _owned = listener.close();
        while connections.join_next().await.is_some() {}
    }
}

impl Served {
    /// How it stands, for a host of any version.
    pub(crate) async fn status(&self, id: u64) -> Status {
        let snapshot = self.deck.snapshot_get(Nothing {}).await.ok();
        let workspace = snapshot.and_then(|snapshot| snapshot.workspace);
        let attendance = self.hosts.watch().borrow().clone();
        Status {
            id,
            workspace: workspace.map(|workspace| workspace.root),
            running: self.deck.running_processes().await as u64,
            windows: attendance.count(HostKind::Window),
            terminals: attendance.count(HostKind::Terminal),
        }
    }

    /// Stops everything that runs; where no workspace is open, nothing does.
    pub(crate) async fn stop(&self) -> Result<(), ApiError> {
        if self.hosts.is_closed() {
            // Everything is being stopped, and that is waited for.
            self.deck.shut_down().await;
            return Ok(());
        }
        match self.deck.stop_all(Nothing {}).await {
            Err(error) if error.code != ErrorCode::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
