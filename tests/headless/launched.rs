//! A launched workspace with the API that hosts speak: what a test says and waits for.

use std::time::Duration;

use api::{
    LaunchRequest, LocationRequest, LocationView, Nothing, Readiness, Snapshot, WorkspaceView,
};
use dagdeck::Deck;
use testkit::{Graphql, TestWorkspace, wait_until, wait_until_none_mentions, within};

use crate::opened::Opened;

/// How long a launch or a reload may take on a busy machine.
pub(crate) const STARTING: Duration = Duration::from_secs(240);

/// A deck with its workspace open, trusted and launched.
pub(crate) struct Launched {
    pub(crate) deck: Deck,
    pub(crate) workspace: TestWorkspace,
}

impl Launched {
    /// Opens, trusts and launches, and waits until all has settled.
    pub(crate) async fn of(workspace: TestWorkspace) -> Self {
        let launched = Self::begun(workspace, None).await;
        launched.settled().await;
        launched
    }

    /// Opens, trusts and launches, on this port if one is given, and does not wait.
    pub(crate) async fn begun(workspace: TestWorkspace, port: Option<u16>) -> Self {
        let opened = Self::opened(workspace).await;
        let request = LaunchRequest {
            port,
            ..LaunchRequest::default()
        };
        opened.deck.launch(request).await.unwrap();
        opened
    }

    /// Opens and trusts, and starts nothing.
    pub(crate) async fn opened(workspace: TestWorkspace) -> Self {
        let Opened { deck } = Opened::of(&workspace.path(), &workspace.state()).await;
        Self { deck, workspace }
    }

    /// Waits until all of a launch has settled.
    pub(crate) async fn settled(&self) {
        self.until("the launch has settled", |workspace| {
            !workspace.launch.active
        })
        .await;
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        self.deck.snapshot_get(Nothing {}).await.unwrap()
    }

    pub(crate) async fn shown(&self) -> WorkspaceView {
        self.snapshot().await.workspace.unwrap()
    }

    pub(crate) async fn location(&self, name: &str) -> LocationView {
        let locations = self.shown().await.locations;
        locations
            .into_iter()
            .find(|location| location.name == name)
            .unwrap()
    }

    /// Waits until the workspace is as `condition` says.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn(&WorkspaceView) -> bool) {
        wait_until(what, STARTING, async || condition(&self.shown().await)).await;
    }

    /// Waits until a location is as `condition` says, and answers it.
    pub(crate) async fn until_location(
        &self,
        name: &str,
        what: &str,
        condition: impl Fn(&LocationView) -> bool,
    ) -> LocationView {
        within(format!("{name}: {what}"), STARTING, async || {
            Some(self.location(name).await).filter(&condition)
        })
        .await
    }

    /// Reloads a location and waits until another process serves.
    pub(crate) async fn reload(&self, name: &str) {
        let before = self.location(name).await;
        self.deck
            .location_reload(LocationRequest {
                location: before.id,
            })
            .await
            .unwrap();
        let pid = before.process.unwrap().pid;
        self.until_location(name, "another process serves", |location| {
            is_ready(location)
                && location
                    .process
                    .as_ref()
                    .is_some_and(|process| process.pid != pid)
        })
        .await;
    }

    pub(crate) async fn graphql(&self) -> Graphql {
        Graphql::new(&self.shown().await.webserver.url.unwrap())
    }

    /// Stops all and sees that nothing is left.
    pub(crate) async fn end(self) {
        let Self { deck, workspace } = self;
        deck.shut_down().await;
        // The guard goes with the deck.
        drop(deck);
        wait_until_none_mentions(&[workspace.around()]).await;
    }
}

/// Loaded, with nothing newer on its way.
pub(crate) fn is_ready(location: &LocationView) -> bool {
    matches!(location.readiness, Readiness::Ready { .. }) && !location.reloading
}
