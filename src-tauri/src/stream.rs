//! What a window hears, over one channel, in order, in messages small enough for the short way: how everything stands, what
//! happens to it, who runs it, and what the window is to do.

use std::sync::Arc;

use api::protocol::HostCount;
use api::protocol::environment::Difference;
use api::{ApiError, Envelope, ErrorCode, Nothing, Snapshot};
use attach::News;
use dagdeck::guarded::guarded;
use parking_lot::{Mutex, MutexGuard};
use serde::Serialize;
use tauri::async_runtime::JoinHandle;
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::{AppHandle, WebviewWindow};

use crate::door::Door;
use crate::host;
use crate::pane::{First, Pane};
use crate::start;
use crate::tray::running;

/// Messages under 8 KiB are handed to the window directly; longer ones take a detour through a request.
const SHORT: usize = 8 * 1024 - 192;

/// Where a window's events go. A window that was loaded anew subscribes anew, and the older feed ends.
#[derive(Default)]
pub(crate) struct Stream {
    channel: Mutex<Option<Channel<InvokeResponseBody>>>,
    /// The same channel, from the page's first question on: what the window is to do is told also where nothing feeds it.
    ear: Mutex<Option<Channel<InvokeResponseBody>>>,
    feed: Mutex<Option<JoinHandle<()>>>,
    owner: Mutex<OwnerView>,
}

/// Where the window begins: one answer, for each question more would hold up the first screen.
#[derive(Serialize)]
pub(crate) struct FirstScreen {
    snapshot: Snapshot,
    /// Whether that was only read by the app itself: a whole snapshot of the workspace's owner follows.
    looked: bool,
    owner: OwnerView,
}

/// What a window is to do. Kept until it hears.
#[derive(Debug, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Wanted {
    /// Folders to open that starts of the app named or that were dropped; the window says why where one can't be.
    pub(crate) folders: Vec<String>,
    /// To ask the person what becomes of this when it closes.
    pub(crate) close: Option<StillRunning>,
}

/// What runs behind a window that wants to close.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StillRunning {
    pub(crate) processes: u64,
    /// The terminals that are attached to it.
    pub(crate) terminals: u64,
}

/// Who runs the workspace that a window shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct OwnerView {
    state: OwnerState,
    pid: Option<u32>,
    version: Option<String>,
    /// How many terminals are attached.
    terminals: u64,
    /// How many windows are, besides this one.
    windows: u64,
    /// In which variables its environment differs from this app's.
    differs: Vec<Difference>,
    /// How many processes it runs, where it is of another version.
    running: u64,
    /// Why it is gone, where it never was there.
    refused: Option<ApiError>,
    /// The workspace, where it is of another version: nothing else tells the window which one that is.
    root: Option<String>,
}

/// How a window stands with the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum OwnerState {
    /// It shows no workspace.
    #[default]
    None,
    /// It is attached.
    Attached,
    /// The owner is gone, and with it all that it ran.
    Gone,
    /// It is of another version.
    Other,
}

/// What goes over the channel besides batches of events.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Message<'a> {
    Snapshot(&'a Snapshot),
    Owner(&'a OwnerView),
    Wanted(&'a Wanted),
    /// Whether files are being dragged over it.
    Dragging(bool),
}

/// Where events come from.
enum Source {
    Deck(dagdeck::Subscription),
    Owner(Box<attach::Subscription>),
}

/// Answers how everything stands, and feeds the window with events from there on, until it is gone or subscribes again.
#[tauri::command]
pub(crate) async fn events_subscribe(
    app: AppHandle,
    window: WebviewWindow,
    channel: Channel<InvokeResponseBody>,
) -> Result<FirstScreen, ApiError> {
    guarded("events_subscribe", async {
        let pane = host::pane_of(&app, window.label())?;
        pane.hears(channel.clone());
        let door = match pane.first().await? {
            First::Door(door) => door,
            First::Reading(snapshot) => {
                let owner = OwnerView::default();
                pane.stream.owner().clone_from(&owner);
                *pane.stream.channel.lock() = Some(channel);
                // One that came meanwhile found no channel to feed.
                if let Some(door) = pane.door_now() {
                    pane.stream.change(&app, &pane, door);
                }
                return Ok(FirstScreen {
                    snapshot: *snapshot,
                    looked: true,
                    owner,
                });
            }
        };
        let (snapshot, source) = Source::begin(&door).await?;
        running::stands(&app, &pane.label, &snapshot);
        let owner = OwnerView::of(&door).await;
        pane.stream.owner().clone_from(&owner);
        *pane.stream.channel.lock() = Some(channel.clone());
        let feed = feed(app.clone(), Arc::clone(&pane), door, source, channel);
        pane.stream.replace(tauri::async_runtime::spawn(feed));
        Ok(FirstScreen {
            snapshot,
            looked: false,
            owner,
        })
    })
    .await
}

impl Stream {
    /// Feeds from another door from now on, beginning with how everything stands behind it. A window that has not subscribed
    /// yet asks when it does.
    pub(crate) fn change(&self, app: &AppHandle, pane: &Arc<Pane>, door: Door) {
        let Some(channel) = self.channel.lock().clone() else {
            return;
        };
        let (app, pane) = (app.clone(), Arc::clone(pane));
        self.replace(tauri::async_runtime::spawn(async move {
            let (snapshot, source) = match Source::begin(&door).await {
                Ok(begun) => begun,
                Err(silent) if door.owner().is_some_and(|owner| !owner.is_gone()) => {
                    pane.stream.refuse(silent);
                    return;
                }
                // The owner is gone already, and the window's next question says so.
                Err(_) => {
                    pane.stream.gone(&app, &pane, &channel).await;
                    return;
                }
            };
            let owner = OwnerView::of(&door).await;
            pane.stream.owner().clone_from(&owner);
            running::stands(&app, &pane.label, &snapshot);
            if send(&channel, &Message::Snapshot(&snapshot))
                && send(&channel, &Message::Owner(&owner))
            {
                feed(app, pane, door, source, channel).await;
            }
        }));
    }

    /// The window's page hears from now on, by this channel; by none while it is loaded anew.
    pub(crate) fn hear(&self, channel: Option<Channel<InvokeResponseBody>>) {
        *self.ear.lock() = channel;
    }

    /// Tells the window what it is to do, if it hears already; `take` says what.
    pub(crate) fn wanted(&self, take: impl FnOnce() -> Wanted) {
        let ear = self.ear.lock().clone();
        if let Some(ear) = ear {
            let wanted = take();
            if wanted != Wanted::default() {
                send(&ear, &Message::Wanted(&wanted));
            }
        }
    }

    /// Tells the window whether files are being dragged over it. One that does not hear yet shows nothing to drop on.
    pub(crate) fn dragging(&self, over: bool) {
        let ear = self.ear.lock().clone();
        if let Some(ear) = ear {
            send(&ear, &Message::Dragging(over));
        }
    }

    /// Feeds no more: what ends now ends because it was asked to.
    pub(crate) fn end(&self) {
        if let Some(feed) = self.feed.lock().take() {
            feed.abort();
        }
    }

    /// Who runs what the window shows.
    pub(crate) fn owner(&self) -> MutexGuard<'_, OwnerView> {
        self.owner.lock()
    }

    fn replace(&self, feed: JoinHandle<()>) {
        if let Some(older) = self.feed.lock().replace(feed) {
            older.abort();
        }
    }

    /// Changes who runs what the window shows, and tells it.
    fn change_owner(
        &self,
        channel: &Channel<InvokeResponseBody>,
        change: impl FnOnce(&mut OwnerView),
    ) -> bool {
        let mut owner = self.owner();
        let before = owner.clone();
        change(&mut owner);
        *owner == before || send(channel, &Message::Owner(&owner))
    }

    /// Tells the window that no owner can be had for what it shows, and why.
    pub(crate) fn refuse(&self, error: ApiError) {
        let channel = self.channel.lock().clone();
        let mut owner = self.owner();
        *owner = OwnerView {
            refused: Some(error),
            ..OwnerView::gone()
        };
        // A window that subscribes only later finds the owner gone, and learns why when it asks for another.
        if let Some(channel) = channel {
            send(&channel, &Message::Owner(&owner));
        }
    }

    /// Tells the window that the owner is gone. What it shows stays.
    async fn gone(&self, app: &AppHandle, pane: &Pane, channel: &Channel<InvokeResponseBody>) {
        running::stopped(app, &pane.label);
        self.change_owner(channel, |owner| *owner = OwnerView::gone());
        pane.lose(app).await;
    }
}

impl OwnerView {
    /// Who runs what is behind a door.
    async fn of(door: &Door) -> Self {
        if matches!(door, Door::Gone { .. }) {
            return Self::gone();
        }
        let Some(owner) = door.owner() else {
            return Self::default();
        };
        let hello = owner.hello();
        let attached = Self {
            state: OwnerState::Attached,
            pid: Some(hello.pid),
            version: Some(hello.version.clone()),
            ..Self::default()
        };
        let Door::Other { root, .. } = door else {
            return attached;
        };
        let status = owner.status().await;
        Self {
            state: OwnerState::Other,
            running: status.map_or(0, |status| status.running),
            root: Some(root.display().to_string()),
            ..attached
        }
    }

    fn gone() -> Self {
        Self {
            state: OwnerState::Gone,
            ..Self::default()
        }
    }

    fn count(&mut self, hosts: HostCount) {
        self.terminals = hosts.terminals;
        self.windows = hosts.windows.saturating_sub(1);
    }
}

impl Source {
    /// How everything stands behind a door, and what happens from there on.
    async fn begin(door: &Door) -> Result<(Snapshot, Self), ApiError> {
        let Door::Workspace { attached, .. } = door else {
            let Some(deck) = door.deck() else {
                return Err(ended());
            };
            let subscription = deck.subscribe();
            let snapshot = deck.snapshot_get(Nothing {}).await?;
            return Ok((snapshot, Self::Deck(subscription)));
        };
        let (snapshot, subscription) = attached.subscribe().await?;
        Ok((snapshot, Self::Owner(Box::new(subscription))))
    }

    async fn next(&mut self) -> Option<News> {
        match self {
            Self::Deck(subscription) => subscription.next().await.map(News::Events),
            Self::Owner(subscription) => subscription.next().await,
        }
    }
}

fn ended() -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        "The process that runs this workspace ended.",
    )
}

/// Feeds a window until it is gone or what feeds it ends.
async fn feed(
    app: AppHandle,
    pane: Arc<Pane>,
    door: Door,
    mut source: Source,
    channel: Channel<InvokeResponseBody>,
) {
    if let Door::Workspace { attached, .. } = &door
        && let Ok(environment) = start::environment()
        // A comparison that fails means that the owner is gone, which is told below.
        && let Ok(differs) = attached.compare(&environment).await
        && !pane.stream.change_owner(&channel, |owner| owner.differs = differs)
    {
        return;
    }
    while let Some(news) = source.next().await {
        let sent = match &news {
            News::Snapshot(snapshot) => {
                running::stands(&app, &pane.label, snapshot);
                send(&channel, &Message::Snapshot(snapshot))
            }
            News::Hosts(hosts) => pane
                .stream
                .change_owner(&channel, |owner| owner.count(*hosts)),
            News::Events(events) => {
                running::happened(&app, &pane.label, events);
                let mut messages = messages(events).into_iter();
                messages.all(|message| channel.send(InvokeResponseBody::Json(message)).is_ok())
            }
        };
        if !sent {
            return;
        }
    }
    if matches!(source, Source::Owner(_)) {
        pane.stream.gone(&app, &pane, &channel).await;
    }
}

/// Whether the window was still there to hear a message.
fn send(channel: &Channel<InvokeResponseBody>, message: &Message<'_>) -> bool {
    serde_json::to_string(message)
        .is_ok_and(|message| channel.send(InvokeResponseBody::Json(message)).is_ok())
}

/// A batch as JSON arrays, each under the limit unless one event alone is longer.
fn messages(batch: &[Envelope]) -> Vec<String> {
    pack(
        batch
            .iter()
            .filter_map(|envelope| serde_json::to_string(envelope).ok()),
    )
}

fn pack(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut messages = Vec::new();
    let mut message = String::new();
    for item in items {
        if !message.is_empty() && message.len() + item.len() + 2 > SHORT {
            message.push(']');
            messages.push(std::mem::take(&mut message));
        }
        message.push(if message.is_empty() { '[' } else { ',' });
        message.push_str(&item);
    }
    if !message.is_empty() {
        message.push(']');
        messages.push(message);
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(messages: &[String]) -> Vec<serde_json::Value> {
        messages
            .iter()
            .flat_map(|text| serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap())
            .collect()
    }

    #[test]
    fn small_events_share_a_message() {
        let messages = pack((0..10).map(|n| format!("{{\"n\":{n}}}")));
        assert_eq!(messages.len(), 1);
        assert_eq!(whole(&messages).len(), 10);
    }

    #[test]
    fn no_message_is_longer_than_the_short_way_unless_one_event_is() {
        let long = format!("\"{}\"", "x".repeat(3 * SHORT));
        let items: Vec<String> = (0..100)
            .map(|n| {
                if n == 50 {
                    long.clone()
                } else {
                    format!("\"{}\"", "y".repeat(500))
                }
            })
            .collect();
        let messages = pack(items.iter().cloned());
        let over: Vec<_> = messages
            .iter()
            .filter(|message| message.len() > SHORT)
            .collect();
        assert_eq!(over.len(), 1);
        assert_eq!(over[0].len(), long.len() + 2);
        let sent: Vec<String> = whole(&messages).iter().map(ToString::to_string).collect();
        assert_eq!(sent, items);
    }

    #[test]
    fn nothing_is_no_message() {
        assert!(pack(std::iter::empty()).is_empty());
    }
}
