//! What windows are called.

use std::path::Path;

use tauri::{AppHandle, Manager};

/// Names a window after the workspace that it shows.
pub(crate) fn set(app: &AppHandle, label: &str, root: Option<&Path>) {
    if let Some(window) = app.get_webview_window(label) {
        // A window system that refuses leaves things as they are.
        let _refused = window.set_title(&of(root));
    }
}

/// What a window is called that shows a workspace, or none.
pub(crate) fn of(root: Option<&Path>) -> String {
    match root.and_then(Path::file_name) {
        Some(name) => format!("{} – Dagdeck", name.to_string_lossy()),
        None => "Dagdeck".to_owned(),
    }
}
