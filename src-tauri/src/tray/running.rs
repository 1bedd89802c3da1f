//! What runs in each window, as far as the tray's menu cares.

use std::collections::{BTreeMap, BTreeSet};

use api::{Envelope, Event, Lifecycle, ServiceName, ServiceView, Snapshot, WorkspaceView};
use parking_lot::Mutex;
use tauri::menu::MenuItem;
use tauri::tray::TrayIcon;
use tauri::{AppHandle, Manager, Wry};

/// The icon, where there is one, and what its menu acts on.
#[derive(Default)]
pub(crate) struct Held {
    pub(super) icon: Mutex<Option<Icon>>,
    /// By the label of the window that shows it.
    running: Mutex<BTreeMap<String, TrayRunning>>,
}

/// The icon, and the lines of its menu that are not always possible.
pub(super) struct Icon {
    pub(super) _icon: TrayIcon,
    pub(super) open: MenuItem<Wry>,
    pub(super) stop: MenuItem<Wry>,
}

impl Held {
    /// The Dagster UI of the workspace in a window, or else in any.
    pub(super) fn url(&self, label: &str) -> Option<String> {
        let all = self.running.lock();
        let here = all.get(label).and_then(|one| one.url.clone());
        here.or_else(|| all.values().find_map(|one| one.url.clone()))
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
    change(app, label, |running| *running = TrayRunning::default());
}

/// Takes in what changed, and shows it if the menu looks different for it.
fn change(app: &AppHandle, label: &str, take_in: impl FnOnce(&mut TrayRunning)) {
    let held = app.state::<Held>();
    let mut all = held.running.lock();
    let running = all.entry(label.to_owned()).or_default();
    let before = running.clone();
    take_in(running);
    let differs = *running != before;
    if *running == TrayRunning::default() {
        all.remove(label);
    }
    drop(all);
    if differs {
        show(app);
    }
}

/// Brings the menu in line. Menus belong to the main thread, which does it when it comes to it.
pub(super) fn show(app: &AppHandle) {
    let shown = app.clone();
    let _closing = app.run_on_main_thread(move || {
        let held = shown.state::<Held>();
        let (icon, running) = (held.icon.lock(), held.running.lock());
        if let Some(icon) = icon.as_ref() {
            let mut all = running.values();
            let _gone = icon.open.set_enabled(all.any(|one| one.url.is_some()));
            let mut all = running.values();
            let _gone = icon.stop.set_enabled(all.any(TrayRunning::anything));
        }
    });
}

/// What of the workspace runs, as far as the menu cares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct TrayRunning {
    url: Option<String>,
    parts: BTreeSet<String>,
}

impl TrayRunning {
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
        let mut running = TrayRunning::default();
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
        let mut running = TrayRunning::default();
        running.hear(&webserver(Lifecycle::Running { since: 1.0 }));
        running.hear(&Event::WorkspaceRead { workspace: None });
        assert_eq!(running, TrayRunning::default());
    }
}
