//! What the window asks of the desktop around it: the folder dialog, the browser, the editor, the clipboard.
//!
//! Paths come from the window, so each is checked; nothing goes through a shell.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{ApiError, ErrorCode, Hint, HintAction, Nothing, OpenPathRequest};
use dagdeck::guarded::guarded;
use dagdeck::own_log;
use parking_lot::Mutex;
use tauri::{AppHandle, Url, WebviewWindow};
use tauri_plugin_opener::OpenerExt;

use crate::{detached, host, start, words};

/// How long another program may take to say that it was started.
const OPEN_LIMIT: Duration = Duration::from_secs(10);

/// The clipboard. Kept open: under X11 and Wayland the text lives with the program that put it there.
#[derive(Default)]
pub(crate) struct Clipboard(Mutex<Option<arboard::Clipboard>>);

/// Shows the folder dialog; None when it was dismissed.
///
/// It stays as long as the person looks at it, so there is no limit on it; where it never appears, the window's typed
/// path beside it still works.
#[tauri::command]
pub(crate) async fn dialog_pick_folder(
    window: WebviewWindow,
    start: Option<String>,
) -> Result<Option<String>, ApiError> {
    guarded("dialog_pick_folder", async {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Open workspace");
        if let Some(start) = start.map(PathBuf::from).filter(|start| start.is_dir()) {
            dialog = dialog.set_directory(start);
        }
        let picked = dialog.set_parent(&window).pick_folder().await;
        Ok(picked.map(|folder| folder.path().to_string_lossy().into_owned()))
    })
    .await
}

/// Opens an address of this machine in the browser.
#[tauri::command]
pub(crate) async fn open_url(app: AppHandle, url: String) -> Result<(), ApiError> {
    guarded("open_url", async {
        let url = local(&url)?;
        let whom = Whom::Browser {
            address: url.to_string(),
        };
        in_time(whom, move || with_system(&app, url.as_str())).await
    })
    .await
}

/// Opens a file in the person's editor, or with the system's own opener.
#[tauri::command]
pub(crate) async fn open_path(
    app: AppHandle,
    window: WebviewWindow,
    request: OpenPathRequest,
) -> Result<(), ApiError> {
    guarded("open_path", async {
        let path = existing(&request.path)?;
        open(app, window, &path, request.line).await
    })
    .await
}

/// Opens the file that Dagdeck's processes wrote their own log to last.
#[tauri::command]
pub(crate) async fn own_log_open(app: AppHandle, window: WebviewWindow) -> Result<(), ApiError> {
    guarded("own_log_open", async {
        let folder = start::options()?.state_folder;
        let path = own_log::newest(&folder).ok_or_else(|| {
            let folder = own_log::folder(&folder);
            let message = format!("Nothing is written in {} yet.", folder.display());
            ApiError::new(ErrorCode::NotFound, message)
                .with_hint("Dagdeck’s own folder may be read-only, or its disk full.")
        })?;
        open(app, window, &path, None).await
    })
    .await
}

async fn open(
    app: AppHandle,
    window: WebviewWindow,
    path: &Path,
    line: Option<u32>,
) -> Result<(), ApiError> {
    let door = host::pane_of(&app, window.label())?.door().await?;
    let editor = door.snapshot_get(Nothing {}).await?.settings.editor;
    let text = path.to_string_lossy().into_owned();
    // A folder is for the file browser, whatever the editor is.
    let words = if path.is_dir() {
        None
    } else {
        words::editor(&editor, &text, line)
    };
    match words {
        Some(words) => {
            let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
            let whom = Whom::Editor {
                program: words.first().cloned().unwrap_or_default(),
                place: line.map_or(text.clone(), |line| format!("{text}:{line}")),
            };
            in_time(whom, move || detached::start(&words, &folder)).await
        }
        None => {
            let whom = if path.is_dir() {
                Whom::FileManager { path: text.clone() }
            } else {
                Whom::Opener {
                    place: line.map_or(text.clone(), |line| format!("{text}:{line}")),
                }
            };
            in_time(whom, move || with_system(&app, &text)).await
        }
    }
}

/// Shows a file or folder in the file browser.
#[tauri::command]
pub(crate) async fn reveal_path(app: AppHandle, path: String) -> Result<(), ApiError> {
    guarded("reveal_path", async {
        let path = existing(&path)?;
        let whom = Whom::FileManager {
            path: path.display().to_string(),
        };
        in_time(whom, move || {
            let shown = app.opener().reveal_item_in_dir(&path);
            if shown.is_ok() {
                return Ok(());
            }
            // Some desktops have no way to point at one file; its folder is next best.
            let folder = if path.is_dir() {
                path.as_path()
            } else {
                path.parent().unwrap_or(&path)
            };
            with_system(&app, &folder.to_string_lossy())
        })
        .await
    })
    .await
}

/// Puts text on the clipboard.
#[tauri::command]
pub(crate) async fn clipboard_write(app: AppHandle, text: String) -> Result<(), ApiError> {
    guarded("clipboard_write", async {
        in_time(Whom::Clipboard, move || {
            use tauri::Manager;
            let clipboard = app.state::<Clipboard>();
            let mut kept = clipboard.0.lock();
            if kept.is_none() {
                *kept = Some(arboard::Clipboard::new().map_err(io::Error::other)?);
            }
            let Some(clipboard) = kept.as_mut() else {
                return Ok(());
            };
            let written = clipboard.set_text(text).map_err(io::Error::other);
            if written.is_err() {
                *kept = None;
            }
            written
        })
        .await
    })
    .await
}

/// Hands a path or address to whatever the system opens such things with.
///
/// # Errors
/// Where nothing does; what is said of why is for Dagdeck's own log, not for a person.
pub(crate) fn with_system(app: &AppHandle, what: &str) -> io::Result<()> {
    if cfg!(target_os = "linux") && std::env::var_os("APPDIR").is_some() {
        // Inside an AppImage the opener has to be spared our libraries, which the plugin would pass on.
        let opener = ["xdg-open".to_owned(), what.to_owned()];
        return detached::start(&opener, Path::new("/"));
    }
    let opened = if Path::new(what).is_absolute() {
        app.opener().open_path(what, None::<&str>)
    } else {
        app.opener().open_url(what, None::<&str>)
    };
    opened.map_err(io::Error::other)
}

/// An address on this machine over HTTP. Others are refused: the window has no reason to send a person elsewhere.
pub(crate) fn local(address: &str) -> Result<Url, ApiError> {
    let refused = || {
        ApiError::new(
            ErrorCode::Invalid,
            format!("Dagdeck opens only addresses of this machine, not {address}."),
        )
    };
    let url = Url::parse(address).map_err(|_| refused())?;
    let own_host = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    let plain = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && own_host && plain {
        Ok(url)
    } else {
        Err(refused())
    }
}

/// A path that is absolute and there.
fn existing(path: &str) -> Result<PathBuf, ApiError> {
    let path = PathBuf::from(path);
    if !path.is_absolute() {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            format!("{} is not an absolute path.", path.display()),
        ));
    }
    if path.exists() {
        Ok(path)
    } else {
        Err(ApiError::new(
            ErrorCode::NotFound,
            format!("{} is not there any more.", path.display()),
        ))
    }
}

/// What of the desktop is asked for something, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whom {
    /// The browser, for an address.
    Browser { address: String },
    /// The person's editor, for a file and its line.
    Editor { program: String, place: String },
    /// Whatever the system opens a file with.
    Opener { place: String },
    /// The file manager, for a file or folder.
    FileManager { path: String },
    /// The clipboard.
    Clipboard,
}

impl Whom {
    /// That it could not be reached, and what the person can do instead: the address or path is there to copy.
    fn refused(self, why: &io::Error) -> ApiError {
        tracing::warn!(whom = ?self, %why, "what was asked of the desktop did not work");
        let missing = why.kind() == io::ErrorKind::NotFound;
        let late = why.kind() == io::ErrorKind::TimedOut;
        let (what, hint, copied) = match self {
            Self::Browser { address } => (
                "The browser".to_owned(),
                "Open this address in a browser yourself.",
                Some(address),
            ),
            Self::Editor { program, place } => (
                format!("The editor {program}"),
                "Open this file yourself, or name another editor in Settings.",
                Some(place),
            ),
            Self::Opener { place } => (
                "The program for this kind of file".to_owned(),
                "Open this file yourself, or name an editor in Settings.",
                Some(place),
            ),
            Self::FileManager { path } => (
                "The file manager".to_owned(),
                "Go to this path yourself.",
                Some(path),
            ),
            Self::Clipboard => (
                "The clipboard".to_owned(),
                "Select the text and copy it by keyboard.",
                None,
            ),
        };
        let message = match (late, missing) {
            (true, _) => format!("{what} did not answer."),
            (_, true) => format!("{what} could not be opened: there is no such program here."),
            _ if copied.is_none() => format!("{what} can’t be used."),
            _ => format!("{what} could not be opened."),
        };
        let mut error = ApiError::new(ErrorCode::ToolFailed, message);
        error.hints.push(Hint {
            text: hint.to_owned(),
            action: copied.map(|text| HintAction::CopyText { text }),
        });
        error
    }
}

/// Runs something that may block on another program, on a thread of its own and with an end.
async fn in_time(
    whom: Whom,
    act: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Result<(), ApiError> {
    let done = tokio::time::timeout(OPEN_LIMIT, tauri::async_runtime::spawn_blocking(act)).await;
    let why = match done {
        Ok(Ok(Ok(()))) => return Ok(()),
        Ok(Ok(Err(why))) => why,
        Ok(Err(panicked)) => io::Error::other(panicked),
        Err(late) => io::Error::new(io::ErrorKind::TimedOut, late),
    };
    Err(whom.refused(&why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_opened() {
        assert!(local("http://127.0.0.1:3000/locations?x=1").is_ok());
        assert!(local("https://localhost:3001").is_ok());
        for bad in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://127.0.0.1@example.com/",
            "http://ann:pw@localhost/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "localhost:3000",
            "",
        ] {
            assert_eq!(
                local(bad).map_err(|error| error.code),
                Err(ErrorCode::Invalid),
                "{bad}"
            );
        }
    }

    #[test]
    fn paths_are_absolute_and_there() {
        assert_eq!(
            existing("work/a.py").map_err(|error| error.code),
            Err(ErrorCode::Invalid)
        );
        let folder = std::env::temp_dir();
        assert_eq!(existing(&folder.to_string_lossy()), Ok(folder.clone()));
        let gone = folder.join("dagdeck-never-made");
        assert_eq!(
            existing(&gone.to_string_lossy()).map_err(|error| error.code),
            Err(ErrorCode::NotFound)
        );
    }

    /// What is said where `whom` fails so, and what is there to copy.
    async fn told(whom: Whom, why: io::Error) -> (String, Option<String>) {
        let error = in_time(whom, || Err(why)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::ToolFailed);
        assert_eq!(error.causes, [""; 0], "{}", error.message);
        let copied = error.hints.iter().find_map(|hint| match &hint.action {
            Some(HintAction::CopyText { text }) => Some(text.clone()),
            _ => None,
        });
        (error.message, copied)
    }

    #[tokio::test]
    async fn what_can_not_be_opened_is_told_plainly_with_what_to_open_by_hand() {
        let raw = || io::Error::other("Launcher \"xdg-open\" failed with ExitStatus(768)");
        let address = "http://127.0.0.1:3000/".to_owned();
        let browser = Whom::Browser {
            address: address.clone(),
        };
        let said = "The browser could not be opened.".to_owned();
        assert_eq!(told(browser, raw()).await, (said, Some(address)));

        let path = "/w/acme".to_owned();
        let said = "The file manager could not be opened.".to_owned();
        let manager = Whom::FileManager { path: path.clone() };
        assert_eq!(told(manager, raw()).await, (said, Some(path)));

        let place = "/w/a.py:7".to_owned();
        let editor = Whom::Editor {
            program: "kode".to_owned(),
            place: place.clone(),
        };
        let said = "The editor kode could not be opened: there is no such program here.".to_owned();
        let none = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(told(editor, none).await, (said, Some(place.clone())));

        let opener = Whom::Opener {
            place: place.clone(),
        };
        let late = io::Error::from(io::ErrorKind::TimedOut);
        let said = "The program for this kind of file did not answer.".to_owned();
        assert_eq!(told(opener, late).await, (said, Some(place)));

        let said = "The clipboard can’t be used.".to_owned();
        assert_eq!(told(Whom::Clipboard, raw()).await, (said, None));
    }
}
