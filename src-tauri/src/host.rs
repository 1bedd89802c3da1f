//! What the shell keeps for as long as the app lives: its windows, and Dagdeck without a workspace for those that show none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::{ApiError, ErrorCode};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::OnceCell;

use crate::door::Door;
use crate::pane::Pane;
use crate::turns::Turns;
use crate::{folder, opening, window};

/// A window that is not shown is never painted: after this long what was held back for it begins all the same.
const FIRST_SCREEN: Duration = Duration::from_secs(5);

/// What a start of the app keeps.
pub(crate) struct Host {
    /// Dagdeck without a workspace; begun when the first window needs it.
    welcome: OnceCell<Deck>,
    panes: Mutex<BTreeMap<String, Arc<Pane>>>,
    /// The window that the person was at last.
    last: Mutex<String>,
    next: AtomicU32,
    /// Turns by the window that asks for a workspace, by its label.
    pub(crate) asked: Turns<String>,
    /// Turns by the workspace that is opened, by its root.
    pub(crate) opened: Turns<PathBuf>,
    pub(crate) closing: crate::closing::Progress,
    pub(crate) tray: crate::tray::Held,
    pub(crate) clipboard: Mutex<Option<arboard::Clipboard>>,
}

impl Host {
    /// A start of the app, with its first window, behind which nothing is yet.
    pub(crate) fn new() -> Self {
        let first = Pane::new(window::MAIN, None);
        Self {
            welcome: OnceCell::new(),
            last: Mutex::new(first.label.clone()),
            panes: Mutex::new(BTreeMap::from([(first.label.clone(), first)])),
            next: AtomicU32::new(2),
            asked: Turns::default(),
            opened: Turns::default(),
            closing: Default::default(),
            tray: Default::default(),
            clipboard: Mutex::default(),
        }
    }

    /// The window with a label.
    pub(crate) fn pane(&self, label: &str) -> Option<Arc<Pane>> {
        self.panes().get(label).cloned()
    }

    /// Every window.
    pub(crate) fn all(&self) -> Vec<Arc<Pane>> {
        self.panes().values().cloned().collect()
    }

    /// The window that shows a workspace.
    pub(crate) fn showing(&self, root: &Path) -> Option<Arc<Pane>> {
        let all = self.all().into_iter();
        let mut showing = all.filter(|pane| pane.root().is_some_and(|shown| shown == root));
        showing.next()
    }

    /// A window more, with something behind it.
    pub(crate) fn add(&self, door: Door) -> Arc<Pane> {
        let label = format!("w{}", self.next.fetch_add(1, Ordering::Relaxed));
        let pane = Pane::new(&label, Some(door));
        self.panes().insert(label, Arc::clone(&pane));
        pane
    }

    /// A window is gone; whether it was the last.
    pub(crate) fn remove(&self, label: &str) -> bool {
        let mut panes = self.panes();
        panes.remove(label);
        panes.is_empty()
    }

    /// The person is at a window.
    pub(crate) fn at(&self, label: &str) {
        label.clone_into(&mut lock(&self.last));
        if let Some(pane) = self.pane(label) {
            pane.returned();
        }
    }

    /// The label of the window that the person was at last, or of another where that is gone.
    pub(crate) fn last(&self) -> String {
        let last = lock(&self.last).clone();
        let panes = self.panes();
        if panes.contains_key(&last) {
            return last;
        }
        panes.keys().next().cloned().unwrap_or(last)
    }

    fn panes(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Pane>>> {
        lock(&self.panes)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to find what the first window shows: `named`, or the welcome screen. Returns at once: the window must not wait for
/// the disk.
pub(crate) fn find_first(app: &AppHandle, named: Option<PathBuf>) {
    let Some(first) = app.state::<Host>().pane(window::MAIN) else {
        return;
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let named = match named {
            Some(folder) => match opening::door_to(&app, &folder.to_string_lossy()).await {
                Ok(found) => Some(found),
                Err(_) => {
                    // The window tries again, and says why it can't.
                    first.keep_unopened(&folder);
                    None
                }
            },
            None => None,
        };
        match named {
            // The turn ends once it is shown, so that a second start finds it here.
            Some((door, _turn)) => first.enter(&app, Ok(door)),
            None => first.enter(&app, welcome(&app).await),
        }
    });
}

/// The door of the welcome screen.
pub(crate) async fn welcome(app: &AppHandle) -> Result<Door, ApiError> {
    welcome_deck(app).await.map(Door::Welcome)
}

/// Dagdeck without a workspace, which every window without one shares.
pub(crate) async fn welcome_deck(app: &AppHandle) -> Result<Deck, ApiError> {
    let host = app.state::<Host>();
    host.welcome.get_or_try_init(begin).await.cloned()
}

/// Stops what Dagdeck without a workspace does.
pub(crate) async fn end_welcome(app: &AppHandle) {
    if let Some(deck) = app.state::<Host>().welcome.get() {
        deck.shut_down().await;
    }
}

/// Tells the window that the person was at last that a start of the app named a folder.
pub(crate) fn tell_folder(app: &AppHandle, folder: &Path) {
    let last = app.state::<Host>().last();
    let _closed = app.emit_to(
        last.as_str(),
        "folder-opened",
        serde_json::json!({ "path": folder.to_string_lossy() }),
    );
}

/// The folder that this start names.
pub(crate) fn named_folder() -> Option<PathBuf> {
    let arguments: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let current = std::env::current_dir().unwrap_or_default();
    folder::named(arguments.iter().map(String::as_str), &current)
}

/// The state folder if the environment chose it rather than the platform.
pub(crate) fn chosen_state_folder() -> Option<PathBuf> {
    std::env::var_os("DAGDECK_STATE")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
}

/// What Dagdeck is started with in this process.
pub(crate) fn options() -> Result<DeckOptions, ApiError> {
    let program = std::env::current_exe().map_err(|error| {
        ApiError::new(
            ErrorCode::Io,
            format!("Dagdeck can't find its own program file: {error}"),
        )
    })?;
    let guard = GuardProgram {
        program,
        arguments: vec!["guard".into()],
    };
    let drawing = crate::graphics::set().iter();
    let drawing = drawing.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Ok(DeckOptions {
        drawing: drawing.collect(),
        ..DeckOptions::from_environment(guard)
    })
}

async fn begin() -> Result<Deck, ApiError> {
    let deck = Deck::start(options()?).await?;
    // Until the first screen is painted, which wakes it: both want the processor.
    deck.doze();
    let waking = deck.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FIRST_SCREEN).await;
        waking.wake();
    });
    deck.look_around();
    deck.keep_checking();
    deck.follow_others();
    Ok(deck)
}

/// A switch that is thrown once.
#[derive(Default)]
pub(crate) struct Once(AtomicBool);

impl Once {
    /// Throws it; true for the first who does.
    pub(crate) fn first(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether it was thrown.
    pub(crate) fn thrown(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
