//! The live watch: folders added and taken off as they come and go, bursts waited out, polling where the system's
//! limit is reached.
//!
//! Each folder is watched by itself, never a whole tree, so that environments cost nothing. A folder that comes is looked
//! through at once: what was written into it before it was watched has no event. Where the system gives no more watches,
//! the rest is looked at every two seconds, and that is said.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use parking_lot::Mutex;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::DiskChange;
use super::batch::{Batch, Touch, is_code};
use super::plan::{Walk, WatchPlan};

/// Nothing more for this long, and a burst is over.
const QUIET: Duration = Duration::from_millis(80);
/// A burst that goes on is told of in parts.
const LONGEST: Duration = Duration::from_millis(250);
/// How often folders are looked at that can't be watched.
const POLL: Duration = Duration::from_secs(2);

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system gives no watch at all, and polling can't start either.
    #[error("the folder can't be watched")]
    Notify {
        /// What the system said.
        #[source]
        source: notify::Error,
    },
    /// No thread can be started.
    #[error("the folder can't be watched: no thread can be started")]
    Thread {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// What the watch's thread waits for.
enum Message {
    Event(notify::Result<notify::Event>),
    Replan(Box<WatchPlan>),
    Stop,
}

/// What is asked of the watch from other threads.
#[derive(Debug, Default)]
struct WatchStatus {
    folders: usize,
    limited: Option<String>,
}

/// A running watch; it ends when dropped.
#[derive(Debug)]
pub struct Watcher {
    messages: Sender<Message>,
    status: Arc<Mutex<WatchStatus>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Watches the folders of a plan. `on_change` is called on the watch's own thread and should return soon.
    ///
    /// # Errors
    /// If the system gives neither watches nor threads.
    pub fn start(
        plan: &WatchPlan,
        on_change: impl Fn(DiskChange) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let (messages, inbox) = channel();
        let status = Arc::new(Mutex::new(WatchStatus::default()));
        let mut live = Live::new(plan.clone(), messages.clone(), Arc::clone(&status))?;
        live.follow_plan(&mut Batch::default(), false);
        let thread = std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || live.run(&inbox, &on_change))
            .map_err(|source| WatchError::Thread { source })?;
        Ok(Self {
            messages,
            status,
            thread: Some(thread),
        })
    }

    /// Follows a new plan. Takes effect on the watch's thread, soon after.
    pub fn replan(&self, plan: &WatchPlan) {
        // Fails only when the thread is gone, and then nothing is watched any more.
        let _ = self.messages.send(Message::Replan(Box::new(plan.clone())));
    }

    /// How many folders are watched.
    #[must_use]
    pub fn folders(&self) -> usize {
        self.status.lock().folders
    }

    /// Which limit forces looking every few seconds instead, if one does.
    #[must_use]
    pub fn limited(&self) -> Option<String> {
        self.status.lock().limited.clone()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// The watch on its own thread: what is watched by the system, and what is polled instead.
struct Live {
    plan: WatchPlan,
    native: Option<RecommendedWatcher>,
    poll: Option<PollWatcher>,
    messages: Sender<Message>,
    status: Arc<Mutex<WatchStatus>>,
    watched: BTreeSet<PathBuf>,
    polled: BTreeSet<PathBuf>,
    limit: Option<String>,
    cut: Vec<String>,
    /// A folder came or went: the plan's folders have to be looked up again.
    stale: bool,
}

impl Live {
    fn new(
        plan: WatchPlan,
        messages: Sender<Message>,
        status: Arc<Mutex<WatchStatus>>,
    ) -> Result<Self, WatchError> {
        let mut live = Self {
            plan,
            native: None,
            poll: None,
            messages,
            status,
            watched: BTreeSet::new(),
            polled: BTreeSet::new(),
            limit: None,
            cut: Vec::new(),
            stale: false,
        };
        match notify::recommended_watcher(live.handler()) {
            Ok(native) => live.native = Some(native),
            Err(error) => {
                live.limit = Some(reason(&error));
                live.start_polling()
                    .map_err(|source| WatchError::Notify { source })?;
            }
        }
        Ok(live)
    }

    fn handler(&self) -> impl Fn(notify::Result<notify::Event>) + Send + 'static {
        let messages = self.messages.clone();
        move |event| {
            let _ = messages.send(Message::Event(event));
        }
    }

    fn start_polling(&mut self) -> notify::Result<()> {
        if self.poll.is_none() {
            let config = notify::Config::default().with_poll_interval(POLL);
            self.poll = Some(PollWatcher::new(self.handler(), config)?);
        }
        Ok(())
    }

    /// Waits for events until it is told to stop, and tells of each burst once it is over, or in parts where it lasts.
    fn run(mut self, inbox: &Receiver<Message>, on_change: &dyn Fn(DiskChange)) {
        let mut batch = Batch::default();
        // When the burst began, and when its last event came.
        let mut burst: Option<(Instant, Instant)> = None;
        loop {
            let message = match burst {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some((began, last)) => {
                    let until = (last + QUIET).min(began + LONGEST);
                    inbox.recv_timeout(until.saturating_duration_since(Instant::now()))
                }
            };
            let now = Instant::now();
            match message {
                Ok(Message::Event(event)) => {
                    if self.sort(event, &mut batch) {
                        burst = Some(burst.map_or((now, now), |(began, _)| (began, now)));
                    }
                }
                Ok(Message::Replan(plan)) => {
                    self.plan = *plan;
                    self.follow_plan(&mut batch, false);
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let over =
                burst.is_some_and(|(began, last)| now >= last + QUIET || now >= began + LONGEST);
            if over {
                burst = None;
                if self.stale {
                    self.stale = false;
                    self.follow_plan(&mut batch, true);
                }
                for change in batch.take() {
                    on_change(change);
                }
            }
        }
    }

    /// Sorts an event into the batch; answers whether it matters.
    fn sort(&mut self, event: notify::Result<notify::Event>, batch: &mut Batch) -> bool {
        let event = match event {
            Ok(event) => event,
            Err(_) => {
                // The system lost events, so what it did not tell is unknown.
                batch.everything();
                return true;
            }
        };
        if event.need_rescan() {
            batch.everything();
            self.stale = true;
            return true;
        }
        let touch = match event.kind {
            EventKind::Create(_)
            | EventKind::Remove(_)
            | EventKind::Modify(ModifyKind::Name(_)) => Touch::Moved,
            EventKind::Modify(ModifyKind::Metadata(_)) if self.poll.is_none() => return false,
            EventKind::Modify(_)
            | EventKind::Any
            | EventKind::Access(AccessKind::Close(AccessMode::Write)) => Touch::Written,
            _ => return false,
        };
        let mut matters = false;
        for path in &event.paths {
            matters |= batch.add(&self.plan, path, touch);
            if touch == Touch::Moved && self.concerns_folders(path) {
                self.stale = true;
                matters = true;
            }
        }
        matters
    }

    /// Whether a path that came or went can be one of the folders to watch.
    fn concerns_folders(&mut self, path: &Path) -> bool {
        let known = self.watched.contains(path) || self.polled.contains(path);
        if known && !path.is_dir() {
            self.forget(path);
            return true;
        }
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name == "__pycache__" || name.starts_with('.') && name != ".venv" {
            return false;
        }
        // A folder that was replaced has a new identity, so the watch on it is renewed.
        if known {
            self.forget(path);
        }
        path.is_dir()
            && self.plan.owners.iter().any(|owner| {
                owner.folder.starts_with(path)
                    || owner.environment == path
                    || owner.inside.iter().any(|inside| inside == path)
                    || owner
                        .code
                        .iter()
                        .any(|code| path.starts_with(code) || code.starts_with(path))
            })
            || path.is_dir() && self.plan.settings.iter().any(|each| each == path)
    }

    /// Forgets a folder that is gone, with all below it.
    fn forget(&mut self, path: &Path) {
        let gone: Vec<PathBuf> = self
            .watched
            .iter()
            .chain(&self.polled)
            .filter(|each| each.starts_with(path))
            .cloned()
            .collect();
        for folder in gone {
            if self.watched.remove(&folder)
                && let Some(native) = &mut self.native
            {
                let _ = native.unwatch(&folder);
            }
            if self.polled.remove(&folder)
                && let Some(poll) = &mut self.poll
            {
                let _ = poll.unwatch(&folder);
            }
        }
    }

    /// Watches what the plan names and exists, and nothing else. With `tell`, files of code that lie in folders
    /// that are new to the watch are told of, since they may have come before it.
    fn follow_plan(&mut self, batch: &mut Batch, tell: bool) {
        // A folder may come between the walk and its watch; the next round sees it.
        for _ in 0..3 {
            let Walk { folders, cut } = self.plan.folders();
            self.cut = cut;
            let wanted: BTreeSet<PathBuf> = folders.into_keys().collect();
            let old: Vec<PathBuf> = self
                .watched
                .iter()
                .chain(&self.polled)
                .filter(|each| !wanted.contains(*each))
                .cloned()
                .collect();
            for folder in old {
                self.drop_one(&folder);
            }
            let new: Vec<PathBuf> = wanted
                .into_iter()
                .filter(|each| !self.watched.contains(each) && !self.polled.contains(each))
                .collect();
            if new.is_empty() {
                break;
            }
            self.watch_all(&new);
            if tell {
                for folder in &new {
                    self.tell_of(folder, batch);
                }
            }
        }
        self.report();
    }

    /// Watches a folder no more.
    fn drop_one(&mut self, folder: &Path) {
        if self.watched.remove(folder)
            && let Some(native) = &mut self.native
        {
            let _ = native.unwatch(folder);
        }
        if self.polled.remove(folder)
            && let Some(poll) = &mut self.poll
        {
            let _ = poll.unwatch(folder);
        }
    }

    /// Watches folders, by polling from the first on that meets the system's limit. A folder that is gone again is passed
    /// over.
    fn watch_all(&mut self, folders: &[PathBuf]) {
        let mut left = Vec::new();
        if let Some(native) = &mut self.native {
            let mut paths = native.paths_mut();
            for folder in folders {
                // Once the limit is hit, each further try would fail alike.
                if !left.is_empty() {
                    left.push(folder.clone());
                    continue;
                }
                match paths.add(folder, RecursiveMode::NonRecursive) {
                    Ok(()) => {
                        self.watched.insert(folder.clone());
                    }
                    Err(error) if is_limit(&error) => {
                        self.limit = Some(reason(&error));
                        left.push(folder.clone());
                    }
                    // Gone again, or not ours to read: nothing to watch there.
                    Err(error) => {
                        tracing::debug!(folder = %folder.display(), %error, "not watched");
                    }
                }
            }
            if let Err(error) = paths.commit() {
                tracing::warn!(%error, "some folders may not be watched");
            }
        } else {
            left = folders.to_vec();
        }
        if left.is_empty() || self.start_polling().is_err() {
            return;
        }
        if let Some(poll) = &mut self.poll {
            for folder in left {
                if poll.watch(&folder, RecursiveMode::NonRecursive).is_ok() {
                    self.polled.insert(folder);
                }
            }
        }
    }

    /// Counts the code in a folder that just came as written.
    fn tell_of(&self, folder: &Path, batch: &mut Batch) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_code(&name) {
                batch.add(&self.plan, &path, Touch::Written);
            }
        }
    }

    /// Says how many folders are watched, and which limit there is.
    fn report(&self) {
        let mut status = self.status.lock();
        status.folders = self.watched.len() + self.polled.len();
        let seconds = POLL.as_secs();
        status.limited = if self.polled.is_empty() {
            self.cut.first().map(|project| {
                format!(
                    "{project} has more folders than are watched; changes deep in it may show late"
                )
            })
        } else {
            let cause = self.limit.clone().unwrap_or_default();
            Some(format!(
                "{cause}; {} folders are looked at every {seconds} s instead",
                self.polled.len()
            ))
        };
    }
}

/// Whether the system refused because too much is watched or open already.
fn is_limit(error: &notify::Error) -> bool {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => true,
        // ENOSPC, EMFILE and ENFILE: the system's limits on watches and open files.
        notify::ErrorKind::Io(error) => matches!(error.raw_os_error(), Some(28 | 24 | 23)),
        _ => false,
    }
}

fn reason(error: &notify::Error) -> String {
    if is_limit(error) {
        "The system's limit on watched folders (fs.inotify.max_user_watches) is reached".to_owned()
    } else {
        format!("The system can't watch folders ({error})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ReadOptions;

    #[test]
    fn without_watches_folders_are_looked_at_and_it_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("dg.toml");
        std::fs::write(&settings, "directory_type = \"workspace\"\n").unwrap();
        let reading = crate::read(folder.path(), &ReadOptions::default());
        let (messages, inbox) = channel();
        let status = Arc::new(Mutex::new(WatchStatus::default()));
        let plan = WatchPlan::of(&reading);
        let mut live = Live::new(plan, messages, Arc::clone(&status)).unwrap();
        live.native = None;
        live.limit = Some("The limit is reached".to_owned());
        let mut batch = Batch::default();
        live.follow_plan(&mut batch, false);
        let said = status.lock().limited.clone().unwrap();
        assert!(
            said.starts_with("The limit is reached; 1 folders are looked at"),
            "{said}"
        );

        std::fs::write(folder.path().join("uv.lock"), "version = 1\n").unwrap();
        let mut changes = Vec::new();
        while changes.is_empty() {
            match inbox.recv_timeout(Duration::from_secs(20)).unwrap() {
                Message::Event(event) => {
                    live.sort(event, &mut batch);
                }
                Message::Replan(_) | Message::Stop => unreachable!("nobody sends these"),
            }
            changes = batch.take();
        }
        assert_eq!(changes, [DiskChange::Config]);
    }
}
