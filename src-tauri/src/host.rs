//! The deck as the shell holds it: being started while the window opens, then there for every command.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::{ApiError, ErrorCode, FolderRequest};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use tauri::{AppHandle, Emitter};
use tokio::sync::watch;

use crate::folder;

/// A window that is not shown is never painted: after this long what was held back for it begins all the same.
const FIRST_SCREEN: Duration = Duration::from_secs(5);

/// What a start of the app keeps: the deck, and where leaving stands.
pub(crate) struct Host {
    deck: watch::Receiver<Option<Result<Deck, ApiError>>>,
    /// A folder that could not be opened before the window heard of it; the window tries again and says why.
    unopened: Mutex<Option<PathBuf>>,
    pub(crate) closing: crate::closing::Progress,
    pub(crate) tray: crate::tray::Held,
    pub(crate) stream: crate::stream::Current,
    pub(crate) clipboard: Mutex<Option<arboard::Clipboard>>,
}

impl Host {
    /// Begins to start the deck, and to open `named` in it. Returns at once: the window must not wait for the disk.
    pub(crate) fn start(app: &AppHandle, named: Option<PathBuf>) -> Self {
        let (tell, deck) = watch::channel(None);
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let started = begin().await;
            if let (Ok(deck), Some(folder)) = (&started, named) {
                let request = FolderRequest {
                    path: folder.to_string_lossy().into_owned(),
                };
                if deck.workspace_open(request).await.is_err() {
                    keep_unopened(&app, folder);
                }
            }
            tell.send_replace(Some(started));
        });
        Self {
            deck,
            unopened: Mutex::default(),
            closing: Default::default(),
            tray: Default::default(),
            stream: Default::default(),
            clipboard: Mutex::default(),
        }
    }

    /// The deck, as soon as it has started.
    pub(crate) async fn deck(&self) -> Result<Deck, ApiError> {
        let mut deck = self.deck.clone();
        match deck.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(started)) => started.clone(),
            _ => Err(ApiError::new(
                ErrorCode::Internal,
                "Dagdeck's own start ended early.",
            )),
        }
    }

    /// The deck, if it has started.
    pub(crate) fn deck_now(&self) -> Option<Deck> {
        self.deck
            .borrow()
            .as_ref()
            .and_then(|started| started.as_ref().ok().cloned())
    }

    /// The folder that this start named and that could not be opened, once.
    pub(crate) fn take_unopened(&self) -> Option<PathBuf> {
        self.unopened.lock().ok().and_then(|mut kept| kept.take())
    }
}

/// Tells the window that a start of the app named a folder.
pub(crate) fn tell_folder(app: &AppHandle, folder: &std::path::Path) {
    let _closed = app.emit(
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

async fn begin() -> Result<Deck, ApiError> {
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
    let deck = Deck::start(DeckOptions {
        drawing: drawing.collect(),
        ..DeckOptions::from_environment(guard)
    })
    .await?;
    // Until the first screen is painted, which wakes it: both want the processor.
    deck.doze();
    let waking = deck.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FIRST_SCREEN).await;
        waking.wake();
    });
    deck.look_around();
    deck.keep_checking();
    Ok(deck)
}

fn keep_unopened(app: &AppHandle, folder: PathBuf) {
    use tauri::Manager;
    let host = app.state::<Host>();
    if let Ok(mut kept) = host.unopened.lock() {
        *kept = Some(folder);
    }
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
