//! The welcome screen's two lists: workspaces opened before, and this machine's tools.

use std::path::Path;

use super::Deck;
use crate::clock;
use crate::keep::{Memory, RecentEntry};
use api::{RecentState, RecentWorkspace};

/// How many workspaces are remembered.
const MOST: usize = 20;

impl Deck {
    /// Puts a root on top of the list.
    pub(super) fn remember_opened(&self, root: &Path) {
        let root = root.display().to_string();
        let saved = self.context.memory.change(|memory: &mut Memory| {
            memory.recent.retain(|entry| entry.root != root);
            memory.recent.insert(
                0,
                RecentEntry {
                    root,
                    opened_at: clock::now(),
                },
            );
            memory.recent.truncate(MOST);
        });
        self.context.notice_of(saved);
    }

    /// Looks at every remembered folder and shows the list.
    pub(super) async fn show_recent(&self) {
        let entries = self.context.memory.get().recent;
        let session = self.session.read().await.clone();
        let open = session.map(|session| {
            let root = session.site.root.display().to_string();
            let all = session.site.reading().projects.len();
            (root, session.running_locations(), all)
        });
        let looked = tokio::task::spawn_blocking(move || {
            entries
                .into_iter()
                .map(|entry| glance(&entry, open.as_ref()))
                .collect()
        });
        if let Ok(recent) = looked.await {
            self.context.board.set_recent(recent);
        }
    }
}

fn glance(entry: &RecentEntry, open: Option<&(String, usize, usize)>) -> RecentWorkspace {
    let summary = workspace::quick_summary(Path::new(&entry.root));
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
    let name = Path::new(&entry.root).file_name();
    RecentWorkspace {
        path: entry.root.clone(),
        name: name.map_or_else(
            || entry.root.clone(),
            |name| name.to_string_lossy().into_owned(),
        ),
        opened_at: entry.opened_at,
        state,
        detail,
    }
}
