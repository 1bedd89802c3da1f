//! Windows: how they are made, named, shown and put away.

use std::path::Path;

use tauri::webview::PageLoadEvent;
use tauri::window::Color;
use tauri::{AppHandle, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::host::Host;
use crate::{start, title};

/// The page's own backgrounds, so that nothing flashes before it is drawn.
const LIGHT: Color = Color(250, 250, 248, 255);
const DARK: Color = Color(22, 23, 25, 255);

/// Opens a window, of a workspace or without one. It is visible at once: a window made invisible may never hear events
/// (WebKitGTK).
pub(crate) fn open(app: &AppHandle, label: &str, root: Option<&Path>) -> tauri::Result<()> {
    let mut builder = WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title(title::of(root))
        .inner_size(1280.0, 820.0)
        .min_inner_size(880.0, 560.0)
        .center()
        .resizable(true)
        .background_color(LIGHT)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Started
                && let Some(pane) = window.state::<Host>().pane(window.label())
            {
                pane.is_loading();
            }
        });
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
    if let Some(folder) = start::chosen_state_folder() {
        builder = builder.data_directory(folder.join("webview"));
    }
    let window = builder.build()?;
    if window.theme().is_ok_and(|theme| theme == Theme::Dark) {
        window.set_background_color(Some(DARK))?;
    }
    Ok(())
}

/// Brings a window in front, wherever it was.
pub(crate) fn show(app: &AppHandle, label: &str) {
    with(app, label, |window| {
        window.show()?;
        window.unminimize()?;
        window.set_focus()
    });
    app.state::<Host>().focused(label);
}

/// Brings every window in front, the one that the person was at last over the others.
pub(crate) fn show_all(app: &AppHandle) {
    let host = app.state::<Host>();
    let last = host.last();
    for pane in host.all() {
        if pane.label != last {
            show(app, &pane.label);
        }
    }
    show(app, &last);
}

/// Takes a window away; only a tray or a second start brings it back.
pub(crate) fn hide(app: &AppHandle, label: &str) {
    with(app, label, WebviewWindow::hide);
}

/// Minimises a window.
pub(crate) fn minimise(app: &AppHandle, label: &str) {
    with(app, label, WebviewWindow::minimize);
}

/// Ends a window without asking it.
pub(crate) fn destroy(app: &AppHandle, label: &str) {
    with(app, label, WebviewWindow::destroy);
}

fn with(app: &AppHandle, label: &str, act: impl FnOnce(&WebviewWindow) -> tauri::Result<()>) {
    if let Some(window) = app.get_webview_window(label) {
        // A window system that refuses leaves things as they are.
        let _refused = act(&window);
    }
}
