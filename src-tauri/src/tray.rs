//! The tray icon: a way back to the window, to the Dagster UI, and out.
//!
//! Not every desktop shows one, so nothing may depend on it: [`can_be_seen`] tells.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use api::{Envelope, Event, Lifecycle, Nothing, ServiceName, ServiceView, Snapshot, WorkspaceView};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

use crate::closing::{self, Leaving};
use crate::door::Door;
use crate::host::Host;
use crate::{outside, window};

const ICON: Image<'static> = tauri::include_image!("icons/tray.png");

const SHOW: &str = "show";
const OPEN: &str = "open-dagster";
const STOP: &str = "stop-all";
const QUIT: &str = "quit";

/// The icon, where there is one, and what its menu acts on.
#[derive(Default)]
pub(crate) struct Held {
    icon: Mutex<Option<Icon>>,
    /// By the label of the window that shows it.
    running: Mutex<BTreeMap<String, Running>>,
}

struct Icon {
    _icon: TrayIcon,
    open: MenuItem<Wry>,
    stop: MenuItem<Wry>,
}

/// Sets the icon up once the first window has something to show, so that it costs that window no time.
pub(crate) fn prepare(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let first = app.state::<Host>().pane(window::MAIN);
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
        let host = making.state::<Host>();
        let Ok(mut held) = host.tray.icon.lock() else {
            return;
        };
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
    show(app);
    true
}

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

fn chosen(app: &AppHandle, item: &str) {
    match item {
        SHOW => window::show_all(app),
        QUIT => closing::leave(app, Leaving::Asked),
        OPEN => {
            let host = app.state::<Host>();
            let last = host.last();
            let url = host.tray.running.lock().ok().and_then(|all| {
                let here = all.get(&last).and_then(|one| one.url.clone());
                here.or_else(|| all.values().find_map(|one| one.url.clone()))
            });
            if let Some(url) = url.and_then(|url| outside::local(&url).ok()) {
                let app = app.clone();
                tauri::async_runtime::spawn_blocking(move || {
                    outside::with_system(&app, url.as_str())
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

/// Takes in how everything stands in a window.
pub(crate) fn stands(app: &AppHandle, label: &str, snapshot: &Snapshot) {
    change(app, label, |running| {
        running.read(snapshot.workspace.as_ref());
    });
}

/// Takes in what happened in a window.
pub(crate) fn happened(app: &AppHandle, label: &str, events: &[Envelope]) {
    change(app, label, |running| {
        events.iter().for_each(|one| running.hear(&one.event));
    });
}

/// Takes in that nothing runs in a window any more, or that it closed.
pub(crate) fn stopped(app: &AppHandle, label: &str) {
    change(app, label, |running| *running = Running::default());
}

/// Takes in what changed, and shows it if the menu looks different for it.
fn change(app: &AppHandle, label: &str, take_in: impl FnOnce(&mut Running)) {
    let host = app.state::<Host>();
    let Ok(mut all) = host.tray.running.lock() else {
        return;
    };
    let running = all.entry(label.to_owned()).or_default();
    let before = running.clone();
    take_in(running);
    let differs = *running != before;
    if *running == Running::default() {
        all.remove(label);
    }
    drop(all);
    if differs {
        show(app);
    }
}

/// Brings the menu in line. Menus belong to the main thread, which does it when it comes to it.
fn show(app: &AppHandle) {
    let shown = app.clone();
    let _closing = app.run_on_main_thread(move || {
        let held = &shown.state::<Host>().tray;
        if let (Ok(icon), Ok(running)) = (held.icon.lock(), held.running.lock())
            && let Some(icon) = icon.as_ref()
        {
            let mut all = running.values();
            let _gone = icon.open.set_enabled(all.any(|one| one.url.is_some()));
            let mut all = running.values();
            let _gone = icon.stop.set_enabled(all.any(Running::anything));
        }
    });
}

/// What of the workspace runs, as far as the menu cares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Running {
    url: Option<String>,
    parts: std::collections::BTreeSet<String>,
}

impl Running {
    fn read(&mut self, workspace: Option<&WorkspaceView>) {
        *self = Self::default();
        if let Some(workspace) = workspace {
            self.service(&workspace.webserver);
            self.service(&workspace.daemon);
            workspace
                .locations
                .iter()
                .for_each(|one| self.part(&one.log, &one.lifecycle));
        }
    }

    fn hear(&mut self, event: &Event) {
        match event {
            Event::WorkspaceRead { workspace } => self.read(workspace.as_deref()),
            Event::LocationChanged { location } => self.part(&location.log, &location.lifecycle),
            Event::ServiceChanged { service } => self.service(service),
            _ => {}
        }
    }

    fn service(&mut self, service: &ServiceView) {
        self.part(&service.log, &service.lifecycle);
        if service.name == ServiceName::Webserver {
            let answers = matches!(service.lifecycle, Lifecycle::Running { .. });
            self.url = service.url.clone().filter(|_| answers);
        }
    }

    fn part(&mut self, log: &str, lifecycle: &Lifecycle) {
        let up = matches!(
            lifecycle,
            Lifecycle::Starting { .. } | Lifecycle::Running { .. } | Lifecycle::Stopping { .. }
        );
        if up {
            self.parts.insert(log.to_owned());
        } else {
            self.parts.remove(log);
        }
    }

    fn anything(&self) -> bool {
        !self.parts.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn webserver(lifecycle: Lifecycle) -> Event {
        Event::ServiceChanged {
            service: Box::new(ServiceView {
                name: ServiceName::Webserver,
                lifecycle,
                process: None,
                command: None,
                url: Some("http://127.0.0.1:3000".to_owned()),
                blocked: None,
                log: "webserver".to_owned(),
            }),
        }
    }

    #[test]
    fn the_dagster_ui_is_offered_only_while_it_answers() {
        let mut running = Running::default();
        running.hear(&webserver(Lifecycle::Running { since: 1.0 }));
        assert_eq!(
            (running.url.as_deref(), running.anything()),
            (Some("http://127.0.0.1:3000"), true)
        );
        running.hear(&webserver(Lifecycle::Stopping { since: 2.0 }));
        assert_eq!((running.url.as_deref(), running.anything()), (None, true));
        running.hear(&webserver(Lifecycle::Stopped { at: None, by: None }));
        assert!(!running.anything());
    }

    #[test]
    fn a_closed_workspace_runs_nothing() {
        let mut running = Running::default();
        running.hear(&webserver(Lifecycle::Running { since: 1.0 }));
        running.hear(&Event::WorkspaceRead { workspace: None });
        assert_eq!(running, Running::default());
    }
}
