//! The welcome screen's two lists: workspaces opened before, and this machine's tools.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Deck;
use crate::context::locks;
use crate::state::RecentEntry;
use api::{RecentState, RecentWorkspace};

impl Deck {
    /// Looks at every remembered folder and shows the list.
    pub async fn show_recent(&self) {
        let context = Arc::clone(&self.context);
        let session = self.session.read().await.clone();
        let open = session.map(|session| {
            let root = session.facts.root.clone();
            let all = session.facts.reading().projects.len();
            (root, session.running_locations(), all)
        });
        let looked = tokio::task::spawn_blocking(move || {
            context.catch_up();
            let entries = context.state.recent().into_iter();
            let elsewhere = |root: &Path| {
                let owner = locks::owner_of(&context.state_folder, root);
                owner.is_some_and(|pid| pid != std::process::id())
            };
            entries
                .map(|entry| glance(&entry, open.as_ref(), elsewhere(&entry.root)))
                .collect()
        });
        if let Ok(recent) = looked.await {
            self.context.board.set_recent(recent);
        }
    }
}

/// How a workspace stands; `elsewhere` is whether another process owns it.
fn glance(
    entry: &RecentEntry,
    open: Option<&(PathBuf, usize, usize)>,
    elsewhere: bool,
) -> RecentWorkspace {
    let summary = workspace::quick_summary(&entry.root);
    let locations = |count: u32| {
        if count == 1 {
            "1 location".to_owned()
        } else {
            format!("{count} locations")
        }
    };
    let (state, detail) = match open {
        _ if !summary.exists => (RecentState::Missing, "Folder moved or deleted".to_owned()),
        Some((root, up, all)) if *root == entry.root && *up > 0 => {
            (RecentState::Running, format!("{up} of {all} running"))
        }
        // How much of it runs only that process knows.
        _ if elsewhere => (RecentState::Running, "Open in another Dagdeck".to_owned()),
        _ if summary.attention == 1 => (
            RecentState::Attention,
            "1 location needs attention".to_owned(),
        ),
        _ if summary.attention > 1 => (
            RecentState::Attention,
            format!("{} locations need attention", summary.attention),
        ),
        _ => (
            RecentState::Stopped,
            format!("Stopped, {}", locations(summary.projects)),
        ),
    };
    let name = entry.root.file_name();
    RecentWorkspace {
        path: entry.root.display().to_string(),
        name: name
            .unwrap_or(entry.root.as_os_str())
            .to_string_lossy()
            .into_owned(),
        opened_at: entry.opened_at,
        state,
        detail,
    }
}
