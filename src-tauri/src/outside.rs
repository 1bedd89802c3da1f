//! What the window asks of the desktop around it: the folder dialog, the browser, the editor, the clipboard.
//!
//! Paths come from the window, so each is checked; nothing goes through a shell.

use std::path::{Path, PathBuf};
use std::time::Duration;

use api::{ApiError, ErrorCode, Nothing, OpenPathRequest};
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
        in_time("the browser", move || with_system(&app, url.as_str())).await
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
            let name = words.first().cloned().unwrap_or_default();
            let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
            in_time(&name, move || {
                detached::start(&words, &folder).map_err(|error| error.to_string())
            })
            .await
        }
        None => in_time("the system's opener", move || with_system(&app, &text)).await,
    }
}

/// Shows a file or folder in the file browser.
#[tauri::command]
pub(crate) async fn reveal_path(app: AppHandle, path: String) -> Result<(), ApiError> {
    guarded("reveal_path", async {
        let path = existing(&path)?;
        in_time("the file browser", move || {
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
        in_time("the clipboard", move || {
            use tauri::Manager;
            let clipboard = app.state::<Clipboard>();
            let mut kept = clipboard.0.lock();
            if kept.is_none() {
                *kept = Some(arboard::Clipboard::new().map_err(|error| error.to_string())?);
            }
            let Some(clipboard) = kept.as_mut() else {
                return Ok(());
            };
            let written = clipboard.set_text(text).map_err(|error| error.to_string());
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
pub(crate) fn with_system(app: &AppHandle, what: &str) -> Result<(), String> {
    if cfg!(target_os = "linux") && std::env::var_os("APPDIR").is_some() {
        // Inside an AppImage the opener has to be spared our libraries, which the plugin would pass on.
        let opener = ["xdg-open".to_owned(), what.to_owned()];
        return detached::start(&opener, Path::new("/")).map_err(|error| error.to_string());
    }
    let opened = if Path::new(what).is_absolute() {
        app.opener().open_path(what, None::<&str>)
    } else {
        app.opener().open_url(what, None::<&str>)
    };
    opened.map_err(|error| error.to_string())
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

/// Runs something that may block on another program, on a thread of its own and with an end.
async fn in_time(
    whom: &str,
    act: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Result<(), ApiError> {
    let done = tokio::time::timeout(OPEN_LIMIT, tauri::async_runtime::spawn_blocking(act)).await;
    let cause = match done {
        Ok(Ok(Ok(()))) => return Ok(()),
        Ok(Ok(Err(cause))) => cause,
        Ok(Err(panicked)) => panicked.to_string(),
        Err(_) => format!("no answer in {} seconds", OPEN_LIMIT.as_secs()),
    };
    let mut error = ApiError::new(
        ErrorCode::ToolFailed,
        format!("Dagdeck could not reach {whom}."),
    );
    error.causes.push(cause);
    Err(error)
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

    #[tokio::test]
    async fn a_refusal_is_told_with_its_cause() {
        let error = in_time("the editor", || Err("no such file".to_owned()))
            .await
            .unwrap_err();
        assert_eq!(
            (error.code, error.causes),
            (ErrorCode::ToolFailed, vec!["no such file".to_owned()])
        );
    }
}
