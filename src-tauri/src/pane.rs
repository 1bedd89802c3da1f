//! One window as the shell knows it: the door behind it, and the stream that feeds it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api::{ApiError, ErrorCode, Snapshot};
use parking_lot::Mutex;
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::{AppHandle, DragDropEvent};
use tokio::sync::watch;

use crate::door::Door;
use crate::stream::{StillRunning, Stream, Wanted};
use crate::{title, welcome};

/// What a window begins with.
pub(crate) enum First {
    Door(Door),
    /// What the app reads of a workspace itself, until its owner is there.
    Reading(Box<Snapshot>),
}

/// One window.
pub(crate) struct Pane {
    /// Its label.
    pub(crate) label: String,
    /// None while the first is being found.
    door: watch::Sender<Option<Result<Door, ApiError>>>,
    pub(crate) stream: Stream,
    /// What the app reads itself of a workspace whose owner is still to be started.
    looked: watch::Sender<Option<Snapshot>>,
    /// Whether a screen is on the glass.
    painted: watch::Sender<bool>,
    /// Whether the person chose that what runs shall go on without this window.
    kept: AtomicBool,
    /// What the window is to do once it hears.
    wanted: Mutex<Wanted>,
}

impl Pane {
    /// A window whose door is being found, or is there.
    pub(crate) fn new(label: &str, door: Option<Door>) -> Arc<Self> {
        Arc::new(Self {
            label: label.to_owned(),
            door: watch::Sender::new(door.map(Ok)),
            stream: Stream::default(),
            looked: watch::Sender::default(),
            painted: watch::Sender::default(),
            kept: AtomicBool::new(false),
            wanted: Mutex::default(),
        })
    }

    /// The door, as soon as there is one.
    pub(crate) async fn door(&self) -> Result<Door, ApiError> {
        let mut door = self.door.subscribe();
        match door.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(found)) => found.clone(),
            _ => Err(ApiError::new(
                ErrorCode::Internal,
                "Dagdeck's own start ended early.",
            )),
        }
    }

    /// What the window begins with: its door, or what the app reads itself until there is one.
    pub(crate) async fn first(&self) -> Result<First, ApiError> {
        let mut looked = self.looked.subscribe();
        let look = async { looked.wait_for(Option::is_some).await.ok()?.clone() };
        tokio::select! {
            biased;
            door = self.door() => Ok(First::Door(door?)),
            Some(snapshot) = look => Ok(First::Reading(Box::new(snapshot))),
        }
    }

    /// Shows what was read of a workspace until its owner is there.
    pub(crate) fn show_reading(&self, app: &AppHandle, root: &Path, snapshot: Snapshot) {
        self.looked.send_replace(Some(snapshot));
        title::set(app, &self.label, Some(root));
    }

    /// A screen is on the glass.
    pub(crate) fn is_painted(&self) {
        self.painted.send_replace(true);
    }

    /// Waits until a screen is on the glass.
    pub(crate) async fn painted(&self) {
        let mut painted = self.painted.subscribe();
        // It lives as long as the window does.
        let _ended = painted.wait_for(|painted| *painted).await;
    }

    /// No owner can be had for what the app has read: the window shows that on, and why it can't be run.
    pub(crate) async fn refuse(&self, app: &AppHandle, root: PathBuf, error: ApiError) {
        match welcome::deck(app).await {
            Ok(deck) => {
                self.door.send_replace(Some(Ok(Door::Gone { root, deck })));
                self.stream.refuse(error);
            }
            Err(error) => drop(self.door.send_replace(Some(Err(error)))),
        }
    }

    /// The door, if there is one by now.
    pub(crate) fn door_now(&self) -> Option<Door> {
        self.door
            .borrow()
            .as_ref()
            .and_then(|door| door.clone().ok())
    }

    /// The root of the workspace that it shows.
    pub(crate) fn root(&self) -> Option<PathBuf> {
        self.door_now().and_then(|door| door.root().cloned())
    }

    /// Shows what is behind another door from now on.
    pub(crate) fn enter(self: &Arc<Self>, app: &AppHandle, door: Result<Door, ApiError>) {
        self.kept.store(false, Ordering::SeqCst);
        self.door.send_replace(Some(door.clone()));
        self.looked.send_replace(None);
        let root = door.as_ref().ok().and_then(Door::root);
        title::set(app, &self.label, root.map(PathBuf::as_path));
        if let Ok(door) = door {
            self.stream.change(app, self, door);
        }
    }

    /// The owner behind it is gone: what the window shows stays, and Dagdeck without a workspace answers.
    pub(crate) async fn lose(&self, app: &AppHandle) {
        let Some(root) = self.root() else { return };
        if let Ok(deck) = welcome::deck(app).await {
            self.door.send_if_modified(|door| {
                // Another may have been entered meanwhile.
                let lost =
                    matches!(door, Some(Ok(Door::Workspace { root: shown, .. })) if *shown == root);
                if lost {
                    *door = Some(Ok(Door::Gone { root, deck }));
                }
                lost
            });
        }
    }

    /// Has the window open a folder: at once, or as soon as it hears.
    pub(crate) fn open(&self, folder: &Path) {
        let folder = folder.to_string_lossy().into_owned();
        self.want(|wanted| wanted.folders.push(folder));
    }

    /// Files of another program are being dragged over the window, or were dropped on it; of those, the first is opened.
    pub(crate) fn dragged(&self, drag: &DragDropEvent) {
        match drag {
            DragDropEvent::Enter { .. } => self.stream.dragging(true),
            DragDropEvent::Leave => self.stream.dragging(false),
            DragDropEvent::Drop { paths, .. } => {
                self.stream.dragging(false);
                if let Some(first) = paths.first() {
                    self.open(first);
                }
            }
            // Each move over it says nothing new.
            _ => {}
        }
    }

    /// Has the window ask whether it shall close: at once, or as soon as it hears.
    pub(crate) fn ask_to_close(&self, running: StillRunning) {
        self.want(|wanted| wanted.close = Some(running));
    }

    /// The window's page hears from now on, by this channel, and first what it is to do.
    pub(crate) fn hears(&self, channel: Channel<InvokeResponseBody>) {
        self.stream.hear(Some(channel));
        self.want(|_| {});
    }

    /// The window's page is being loaded: what it is to do waits for its first question.
    pub(crate) fn is_loading(&self) {
        self.stream.hear(None);
    }

    fn want(&self, add: impl FnOnce(&mut Wanted)) {
        // Kept before it is looked whether it hears: one that begins to meanwhile takes what is kept.
        add(&mut self.wanted.lock());
        self.stream
            .wanted(|| std::mem::take(&mut *self.wanted.lock()));
    }

    /// Lets what runs go on without this window.
    pub(crate) async fn detach(&self) -> Result<(), ApiError> {
        if let Some(Door::Workspace { attached, .. }) = self.door_now() {
            attached.detach().await?;
            self.kept.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Whether what runs goes on without this window.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::SeqCst)
    }

    /// The person is back at this window: what runs ends with it again.
    pub(crate) fn returned(self: &Arc<Self>) {
        if !self.kept.swap(false, Ordering::SeqCst) {
            return;
        }
        let pane = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            if let Some(Door::Workspace { attached, .. }) = pane.door_now()
                && attached.hold().await.is_err()
            {
                // The owner is gone, which the stream tells.
                pane.kept.store(false, Ordering::SeqCst);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Receiver};

    use serde_json::{Value, json};

    use super::*;

    /// A page that begins to hear, and what it is told.
    fn page(pane: &Pane) -> Receiver<Value> {
        let (tell, told) = mpsc::channel();
        pane.hears(Channel::new(move |message| {
            let InvokeResponseBody::Json(message) = message else {
                panic!("bytes");
            };
            tell.send(serde_json::from_str(&message)?).unwrap();
            Ok(())
        }));
        told
    }

    fn dropped(path: &str) -> DragDropEvent {
        DragDropEvent::Drop {
            paths: vec![path.into()],
            position: (1.0, 1.0).into(),
        }
    }

    #[test]
    fn what_a_window_is_to_do_waits_until_its_page_hears_and_is_told_once() {
        let pane = Pane::new("main", None);
        pane.open(Path::new("/named"));
        pane.dragged(&dropped("/dropped"));
        let (processes, terminals) = (2, 1);
        pane.ask_to_close(StillRunning {
            processes,
            terminals,
        });
        let told = page(&pane);
        let close = json!({ "processes": processes, "terminals": terminals });
        let kept = json!({ "folders": ["/named", "/dropped"], "close": close });
        assert_eq!(
            told.try_iter().collect::<Vec<_>>(),
            [json!({ "wanted": kept })]
        );

        pane.dragged(&dropped("/then"));
        let then = json!({ "folders": ["/then"], "close": null });
        let both = [json!({ "dragging": false }), json!({ "wanted": then })];
        assert_eq!(told.try_iter().collect::<Vec<_>>(), both);

        pane.is_loading();
        pane.dragged(&dropped("/meanwhile"));
        assert_eq!(told.try_iter().next(), None);
        let meanwhile = json!({ "folders": ["/meanwhile"], "close": null });
        let anew = page(&pane);
        assert_eq!(
            anew.try_iter().collect::<Vec<_>>(),
            [json!({ "wanted": meanwhile })]
        );
    }
}
