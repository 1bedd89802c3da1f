//! Keeps the screen and the running code true to what is on disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use workspace::Touched;
use workspace::watch::{DiskChange, WatchPlan, Watcher};

use super::OpenWorkspace;
use api::WatchView;
use unit::Unit;

/// How many loads in a row may be overtaken by the next save. What saves faster than code loads would else keep it from ever
/// being loaded, as code does that writes one of its own files while it loads.
const OVERTAKEN: u32 = 2;
/// How long a load may go on after that before a save overtakes it all the same: it may hang.
const HELD: Duration = Duration::from_secs(20);

/// The saves that came while a location's code was being loaded.
#[derive(Debug, Default)]
pub(crate) struct Rush {
    /// How many loads in a row were overtaken.
    overtaken: u32,
    /// Whether somebody waits for the end of one, to load what was saved since.
    held: bool,
}

/// Watches until the session ends.
pub(crate) fn start(session: &Arc<OpenWorkspace>) {
    let weak = Arc::downgrade(session);
    let ended = session.ended.clone();
    let plan = WatchPlan::of(&session.facts.reading());
    tokio::spawn(async move {
        let (sender, mut changes) = mpsc::unbounded_channel();
        let started = tokio::task::spawn_blocking(move || {
            Watcher::start(&plan, move |change| {
                // An error means that the session ended.
                let _ = sender.send(change);
            })
        });
        let watcher = match started.await {
            Ok(Ok(watcher)) => watcher,
            Ok(Err(error)) => return say_unwatched(&weak, &error.to_string()),
            Err(error) => return say_unwatched(&weak, &error.to_string()),
        };
        if let Some(session) = weak.upgrade() {
            session.show_watch(&watcher);
        }
        loop {
            let first = tokio::select! {
                () = ended.cancelled() => return,
                change = changes.recv() => change,
            };
            let Some(first) = first else { return };
            let mut batch = BTreeSet::from([first]);
            while let Ok(more) = changes.try_recv() {
                batch.insert(more);
            }
            let Some(session) = weak.upgrade() else {
                return;
            };
            session.follow(batch, &watcher).await;
        }
    });
}

fn say_unwatched(session: &std::sync::Weak<OpenWorkspace>, why: &str) {
    if let Some(session) = session.upgrade() {
        session.facts.saw_watching(WatchView {
            folders: 0,
            limited: Some(format!("Changes on disk are not seen: {why}")),
        });
    }
}

impl OpenWorkspace {
    fn show_watch(&self, watcher: &Watcher) {
        self.facts.saw_watching(WatchView {
            folders: u32::try_from(watcher.folders()).unwrap_or(u32::MAX),
            limited: watcher.limited(),
        });
    }

    async fn follow(self: &Arc<Self>, batch: BTreeSet<DiskChange>, watcher: &Watcher) {
        if let Some(touched) = touched(&batch) {
            self.refresh_what_was(touched).await;
            if self.ended.is_cancelled() {
                return;
            }
            watcher.replan(&WatchPlan::of(&self.facts.reading()));
            self.show_watch(watcher);
        }
        for change in batch {
            if let DiskChange::Code { project, paths } = change {
                self.code_changed(&project, &paths).await;
            }
        }
    }

    async fn code_changed(self: &Arc<Self>, project: &str, paths: &[PathBuf]) {
        if !self.is_behind(project).await {
            return;
        }
        let Ok(unit) = self.location(project) else {
            return;
        };
        match self.rushed(project, &unit) {
            Pace::Now => self.reload_changed(project, paths).await,
            Pace::Held => {
                let (weak, project) = (Arc::downgrade(self), project.to_owned());
                let paths = paths.to_vec();
                tokio::spawn(async move {
                    let attempt = unit.shown().attempt;
                    let over = unit.wait_for(|now| now.settled || now.attempt != attempt);
                    // One that takes longer is overtaken.
                    let _over = timeout(HELD, over).await;
                    let Some(session) = weak.upgrade() else {
                        return;
                    };
                    session.rushes.lock().remove(&project);
                    if session.is_behind(&project).await {
                        session.reload_changed(&project, &paths).await;
                    }
                });
            }
            Pace::HeldAlready => {}
        }
    }

    /// Whether a location that runs is to load what is on disk by now, and does not yet.
    async fn is_behind(&self, project: &str) -> bool {
        let up = self
            .location(project)
            .is_ok_and(|unit| !unit.shown().at_rest || unit.shown().is_crashed());
        up && self.facts.auto_reload(project)
            && self.facts.is_trusted()
            && !self.is_loading_all_of(project).await
    }

    async fn reload_changed(&self, project: &str, paths: &[PathBuf]) {
        let cause = cause(&self.facts.root, paths);
        // What keeps it from reloading is shown on the location; who only saved a file asked for nothing more.
        if let Err(error) = self.reload_location(project, Some(cause)).await {
            tracing::info!(project, %error, "not reloaded on a change");
        }
    }

    /// When what was saved is loaded, by how many loads were overtaken before it.
    fn rushed(&self, project: &str, unit: &Unit) -> Pace {
        let mut rushes = self.rushes.lock();
        let shown = unit.shown();
        if shown.settled || shown.is_crashed() {
            rushes.remove(project);
            return Pace::Now;
        }
        let rush = rushes.entry(project.to_owned()).or_default();
        if rush.held {
            return Pace::HeldAlready;
        }
        rush.overtaken += 1;
        rush.held = rush.overtaken > OVERTAKEN;
        if rush.held { Pace::Held } else { Pace::Now }
    }

    /// Whether a load under way is let end before what was saved since is loaded.
    pub(super) fn is_held(&self, project: &str) -> bool {
        self.rushes
            .lock()
            .get(project)
            .is_some_and(|rush| rush.held)
    }

    /// Whether the attempt to load that was made last has, or will have, what is on disk by now: who waits for a change to be
    /// live may have asked for it before the change was told.
    async fn is_loading_all_of(&self, project: &str) -> bool {
        let Ok(unit) = self.location(project) else {
            return false;
        };
        match (unit.shown().attempt, self.facts.attempt_of(project)) {
            // It is asked for, and has not looked at the files yet.
            (Some(asked), Some((looked, _))) if asked > looked => true,
            (Some(_), Some(_)) => {
                let unloaded = self.unloaded(project).await;
                unloaded.is_ok_and(|unloaded| unloaded.files.is_empty())
            }
            _ => false,
        }
    }
}

/// When what was saved is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// At once: what is being loaded is overtaken.
    Now,
    /// Once what is being loaded is loaded, or failed.
    Held,
    /// As before, and somebody waits for that.
    HeldAlready,
}

/// What has to be read again; none where only code changed.
fn touched(batch: &BTreeSet<DiskChange>) -> Option<Touched> {
    let mut projects = BTreeSet::new();
    for change in batch {
        match change {
            DiskChange::Config | DiskChange::Everything => return Some(Touched::All),
            DiskChange::Project { project } | DiskChange::Environment { project } => {
                projects.insert(project.clone());
            }
            DiskChange::Code { .. } => {}
        }
    }
    (!projects.is_empty()).then_some(Touched::Projects(projects))
}

/// Why code is loaded again, for the record.
pub(super) fn cause(root: &Path, paths: &[PathBuf]) -> String {
    let first = paths.first().map(|path| {
        path.strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string()
    });
    match (first, paths.len()) {
        (Some(first), 1) => format!("file changed: {first}"),
        (Some(first), count) => format!("{count} files changed, {first} first"),
        (None, _) => "settings changed".to_owned(),
    }
}
