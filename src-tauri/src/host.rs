//! The app's windows, and whose turn it is to open a workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use api::{ApiError, ErrorCode};
use parking_lot::{Mutex, MutexGuard};
use tauri::{AppHandle, Manager};

use crate::door::Door;
use crate::pane::Pane;
use crate::turns::Turns;

/// The first window's label. Others are `w2`, `w3` and so on; the capabilities name both kinds.
pub(crate) const MAIN: &str = "main";

/// What a start of the app keeps.
pub(crate) struct Host {
    panes: Mutex<BTreeMap<String, Arc<Pane>>>,
    /// The window that the person was at last.
    last: Mutex<String>,
    next: AtomicU32,
    /// Turns by the window that asks for a workspace, by its label.
    pub(crate) asked: Turns<String>,
    /// Turns by the workspace that is opened, by its root.
    pub(crate) opened: Turns<PathBuf>,
}

impl Host {
    /// A start of the app, with its first window, behind which nothing is yet.
    pub(crate) fn new() -> Self {
        let first = Pane::new(MAIN, None);
        Self {
            last: Mutex::new(first.label.clone()),
            panes: Mutex::new(BTreeMap::from([(first.label.clone(), first)])),
            next: AtomicU32::new(2),
            asked: Turns::default(),
            opened: Turns::default(),
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
    pub(crate) fn focused(&self, label: &str) {
        label.clone_into(&mut self.last.lock());
        if let Some(pane) = self.pane(label) {
            pane.returned();
        }
    }

    /// The label of the window that the person was at last, or of another where that is gone.
    pub(crate) fn last(&self) -> String {
        let last = self.last.lock().clone();
        let panes = self.panes();
        if panes.contains_key(&last) {
            return last;
        }
        panes.keys().next().cloned().unwrap_or(last)
    }

    fn panes(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Pane>>> {
        self.panes.lock()
    }
}

/// The window that a command or an event came from.
pub(crate) fn pane_of(app: &AppHandle, label: &str) -> Result<Arc<Pane>, ApiError> {
    app.state::<Host>()
        .pane(label)
        .ok_or_else(|| ApiError::new(ErrorCode::Internal, "This window is closing."))
}
