//! The tray icon: a way back to the window, to the Dagster UI, and out.
//!
//! Not every desktop shows one, so nothing may depend on it: [`can_be_seen`] tells.

pub(crate) mod running;

use std::panic::{AssertUnwindSafe, catch_unwind};

use api::Nothing;
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager};

use crate::closing::{self, Leaving};
use crate::door::Door;
use crate::host::{Host, MAIN};
use crate::{outside, window};
use running::{Held, Icon};

const ICON: Image<'static> = tauri::include_image!("icons/tray.png");

const SHOW: &str = "show";
const OPEN: &str = "open-dagster";
const STOP: &str = "stop-all";
const QUIT: &str = "quit";

/// Sets the icon up once the first window has something to show, so that it costs that window no time.
pub(crate) fn prepare(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let first = app.state::<Host>().pane(MAIN);
        if let Some(first) = first
            && first.door().await.is_ok()
        {
            can_be_seen(&app).await;
        }
    });
}

/// Whether a person can see the icon now. On Linux an icon is shown only by a desktop that has a place for it, and a place
/// that came after the start gets its icon here.
pub(crate) async fn can_be_seen(app: &AppHandle) -> bool {
    if !place_exists().await {
        return false;
    }
    let making = app.clone();
    let (tell, there) = tokio::sync::oneshot::channel();
    let asked = app.run_on_main_thread(move || {
        let held = making.state::<Held>();
        let mut held = held.icon.lock();
        if held.is_none() {
            // The library behind it is loaded at run time and panics where it is missing.
            let made = catch_unwind(AssertUnwindSafe(|| make(&making)));
            *held = made.ok().and_then(Result::ok);
        }
        let _gone = tell.send(held.is_some());
    });
    if asked.is_err() || !there.await.unwrap_or_default() {
        return false;
    }
    running::show(app);
    true
}

/// Makes icon and menu. Opening and stopping are off until `running::show` says that something runs.
fn make(app: &AppHandle) -> tauri::Result<Icon> {
    let show = MenuItem::with_id(app, SHOW, "Show Dagdeck", true, None::<&str>)?;
    let open = MenuItem::with_id(app, OPEN, "Open Dagster UI", false, None::<&str>)?;
    let stop = MenuItem::with_id(app, STOP, "Stop all", false, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "Quit Dagdeck", true, None::<&str>)?;
    let line = PredefinedMenuItem::separator(app)?;
    let menu = Menu::with_items(app, &[&show, &open, &line, &stop, &quit])?;
    let icon = TrayIconBuilder::with_id("dagdeck")
        .icon(ICON)
        .tooltip("Dagdeck")
        .menu(&menu)
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .on_tray_icon_event(|icon, event| {
            let clicked = matches!(
                event,
                TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                }
            );
            if clicked && !cfg!(target_os = "macos") {
                window::show_all(icon.app_handle());
            }
        })
        .build(app)?;
    Ok(Icon {
        _icon: icon,
        open,
        stop,
    })
}

/// Does what was chosen. The Dagster UI is that of the window that was used last; Stop all means every window.
fn chosen(app: &AppHandle, item: &str) {
    match item {
        SHOW => window::show_all(app),
        QUIT => closing::leave(app, Leaving::Asked),
        OPEN => {
            let last = app.state::<Host>().last();
            let url = app.state::<Held>().url(&last);
            if let Some(url) = url.and_then(|url| outside::local(&url).ok()) {
                let app = app.clone();
                tauri::async_runtime::spawn_blocking(move || {
                    if let Err(why) = outside::with_system(&app, url.as_str()) {
                        // The window has the address, and says what to do where it can't be opened either.
                        tracing::warn!(%why, "the browser could not be opened");
                        window::show_all(&app);
                    }
                });
            }
        }
        STOP => {
            for pane in app.state::<Host>().all() {
                tauri::async_runtime::spawn(async move {
                    if let Some(door @ Door::Workspace { .. }) = pane.door_now() {
                        // What could not be stopped shows in the window.
                        let _shown = door.stop_all(Nothing {}).await;
                    }
                });
            }
        }
        _ => {}
    }
}

/// Whether the desktop has a place for tray icons.
#[cfg(target_os = "linux")]
async fn place_exists() -> bool {
    use std::time::Duration;
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    let ask = tauri::async_runtime::spawn_blocking(|| {
        let bus = zbus::blocking::Connection::session().ok()?;
        let names = zbus::blocking::fdo::DBusProxy::new(&bus).ok()?;
        names.name_has_owner(WATCHER.try_into().ok()?).ok()
    });
    matches!(
        tokio::time::timeout(Duration::from_secs(2), ask).await,
        Ok(Ok(Some(true)))
    )
}

/// Windows and macOS always have one.
#[cfg(not(target_os = "linux"))]
async fn place_exists() -> bool {
    true
}
