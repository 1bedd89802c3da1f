//! Openings take turns: those of one workspace, so that two at the same instant make one window, and those that one window
//! asks for, so that the later one knows what the earlier one showed.
//!
//! Owns the turns and where a workspace is shown. Opens nothing itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

/// The turns on whatever a key names.
#[derive(Debug)]
pub(crate) struct Turns<Key>(Mutex<BTreeMap<Key, Weak<tokio::sync::Mutex<()>>>>);

/// A turn; it ends when this is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl<Key> Default for Turns<Key> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<Key: Ord> Turns<Key> {
    /// Waits for the turn on a key.
    pub(crate) async fn of(&self, key: Key) -> Turn {
        let turns = {
            let mut all = self.0.lock();
            all.retain(|_, turns| turns.strong_count() > 0);
            let waited_for = all.get(&key).and_then(Weak::upgrade);
            waited_for.unwrap_or_else(|| {
                let turns = Arc::default();
                all.insert(key, Arc::downgrade(&turns));
                turns
            })
        };
        turns.lock_owned().await
    }
}

/// Where a workspace is shown that a window asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ShownIn<'a> {
    /// The asking window shows it already.
    Here,
    /// The window of this label shows it.
    There(&'a str),
    /// The asking window shows none and takes it.
    Enters,
    /// The asking window shows another, so that it gets one of its own.
    Another,
}

/// Where a workspace is shown that `showing` shows, if any window does, and that the window `asking` asks for.
pub(crate) fn place<'a>(showing: Option<&'a str>, asking: &str, asking_shows: bool) -> ShownIn<'a> {
    match showing {
        Some(label) if label == asking => ShownIn::Here,
        Some(label) => ShownIn::There(label),
        None if asking_shows => ShownIn::Another,
        None => ShownIn::Enters,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// An app whose windows are labels with roots, and in which opening takes a while.
    #[derive(Default)]
    struct App {
        turns: Turns<&'static str>,
        windows: Mutex<BTreeMap<String, &'static str>>,
        opened: AtomicU32,
    }

    impl App {
        /// Opens a root as the shell does, asked for by the window "main", which shows another.
        async fn open(&self, root: &'static str) {
            let _turn = self.turns.of(root).await;
            let windows = self.windows.lock().clone();
            let mut showing = windows.iter().filter(|(_, shown)| **shown == root);
            let showing = showing.next().map(|(label, _)| label.as_str());
            if place(showing, "main", true) == ShownIn::Another {
                // The owner is reached meanwhile.
                tokio::task::yield_now().await;
                let label = format!("w{}", self.opened.fetch_add(1, Ordering::SeqCst));
                self.windows.lock().insert(label, root);
            }
        }
    }

    #[tokio::test]
    async fn two_openings_of_one_workspace_at_the_same_instant_make_one_window() {
        let app = App::default();
        tokio::join!(
            app.open("/a"),
            app.open("/b"),
            app.open("/a"),
            app.open("/a")
        );
        let shown: Vec<_> = app.windows.lock().values().copied().collect();
        assert_eq!(app.opened.load(Ordering::SeqCst), 2);
        assert!(shown.contains(&"/a") && shown.contains(&"/b"), "{shown:?}");
    }

    #[tokio::test]
    async fn a_turn_waits_for_the_one_before_it_and_for_no_other() {
        let turns = Turns::default();
        let first = turns.of("/a").await;
        let second = turns.of("/a");
        let mut second = std::pin::pin!(second);
        assert!(futures::poll!(&mut second).is_pending());
        let _of_another = turns.of("/b").await;
        drop(first);
        let _second = second.await;
        assert_eq!(turns.0.lock().len(), 2, "what is over is not kept");
    }

    #[test]
    fn a_workspace_is_shown_once_and_in_the_asking_window_where_that_shows_none() {
        assert_eq!(place(Some("main"), "main", true), ShownIn::Here);
        assert_eq!(place(Some("w2"), "main", false), ShownIn::There("w2"));
        assert_eq!(place(None, "main", false), ShownIn::Enters);
        assert_eq!(place(None, "main", true), ShownIn::Another);
    }
}
