//! The one window: how it is made, shown and put away.

use std::path::Path;

use tauri::window::Color;
use tauri::{AppHandle, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// The window's name in capabilities and events.
pub(crate) const MAIN: &str = "main";

/// The page's own backgrounds, so that nothing flashes before it is drawn.
const LIGHT: Color = Color(250, 250, 248, 255);
const DARK: Color = Color(22, 23, 25, 255);

/// Opens the window. It is visible at once: a window made invisible may never hear events (WebKitGTK).
pub(crate) fn open(app: &AppHandle, state_folder: Option<&Path>) -> tauri::Result<()> {
    let mut builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Dagdeck")
        .inner_size(1280.0, 820.0)
        .min_inner_size(880.0, 560.0)
        .center()
        .resizable(true)
        .background_color(LIGHT);
    #[cfg(target_os = "macos")]
    {
        builder = builder
            .title_bar_style(tauri::TitleBarStyle::Overlay)
            .hidden_title(true);
    }
    #[cfg(not(target_os = "macos"))]
    {
        builder = builder.decorations(false);
    }
    if let Some(folder) = state_folder {
        builder = builder.data_directory(folder.join("webview"));
    }
    let window = builder.build()?;
    if window.theme().is_ok_and(|theme| theme == Theme::Dark) {
        window.set_background_color(Some(DARK))?;
    }
    Ok(())
}

/// Brings the window in front, wherever it was.
pub(crate) fn show(app: &AppHandle) {
    with(app, |window| {
        window.show()?;
        window.unminimize()?;
        window.set_focus()
    });
}

/// Takes the window away; only a tray or a second start brings it back.
pub(crate) fn hide(app: &AppHandle) {
    with(app, WebviewWindow::hide);
}

/// Minimises the window.
pub(crate) fn minimise(app: &AppHandle) {
    with(app, WebviewWindow::minimize);
}

fn with(app: &AppHandle, act: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        // A window system that refuses leaves things as they are.
        let _refused = act(&window);
    }
}
