//! All that one app runs: starts it, lists it, and makes sure that nothing of it outlives the app.
//!
//! Three nets, each for when the one before fails: handles that end trees, a guard process that ends everything when
//! the app dies, and run-files that the next start sweeps when the guard died too.

mod errors;
mod locks;
mod once;
mod run_file;
mod supervisor;
mod sweep;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard, RwLock};
use tokio::task::JoinSet;

pub use errors::{AdoptError, HoldError, RunError, SpawnError, TableError};
pub use once::Finished;
pub(crate) use run_file::forget;
pub use sweep::{Swept, SweptProcess};

use crate::child::{Child, Output, Registrar, StopPlan, Tree, adopt, launch};
use crate::command::CommandLine;
use crate::looks::Looks;
use crate::tree::{self, Identity, TABLE_MARK, TreeWalk};
use crate::usage::{Gauge, Usage};
use run_file::RunFile;
use supervisor::GuardSupervisor;

/// How long a one-shot program may take to end when it is cancelled.
const CANCEL_GRACE: Duration = Duration::from_secs(1);
/// How long closing waits for killed trees.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// How to start the guard: the host's own program with the arguments that lead it to [`crate::guard_main`].
#[derive(Debug, Clone)]
pub struct GuardProgram {
    /// The program, normally `std::env::current_exe()`.
    pub program: PathBuf,
    /// The arguments in front of ours, normally `["guard"]`.
    pub arguments: Vec<OsString>,
}

/// All that one app runs. Dropping it kills what still runs.
pub struct Table {
    shared: Arc<Shared>,
    next: AtomicU64,
    gauge: Mutex<Gauge>,
}

/// What the table and the waiting threads share.
struct Shared {
    mark: String,
    guard: GuardProgram,
    /// Started with the first program: an app that runs nothing yet needs none, and its window is on the screen sooner.
    supervisor: OnceLock<GuardSupervisor>,
    /// The locks that the guard holds, or is to hold before the first program is started.
    locks: Mutex<BTreeSet<PathBuf>>,
    run_file: RunFile,
    /// The registered roots: each is the root of its own tree and a member of no other.
    trees: Mutex<BTreeMap<Identity, Weak<Tree>>>,
    looks: Looks<TreeWalk>,
    /// True from when nothing is started any more; read for as long as one is being started.
    closing: RwLock<bool>,
}

/// Where the run-files are.
fn running(state_folder: &Path) -> PathBuf {
    state_folder.join("running")
}

/// Ends what dead apps left in `state_folder`, as [`Table::open`] does. Takes up to some seconds where there is something to
/// end, so not for async threads.
pub fn sweep_dead(state_folder: &Path) -> Swept {
    sweep::sweep(&running(state_folder))
}

impl Table {
    /// Opens the table: sweeps what dead apps left in `state_folder`. The guard is started with the first program.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn open(state_folder: &Path, guard: GuardProgram) -> Result<(Self, Swept), TableError> {
        let folder = running(state_folder);
        let io = |path: &Path| {
            let path = path.to_path_buf();
            move |source| TableError::Io { path, source }
        };
        fs_err::create_dir_all(&folder).map_err(io(&folder))?;
        raise_file_limit();
        let swept = sweep_dead(state_folder);
        let mark = uuid::Uuid::new_v4().simple().to_string();
        let run_file = RunFile::create(&folder, &mark).map_err(io(&folder))?;
        let shared = Arc::new_cyclic(|shared: &Weak<Shared>| Shared {
            mark,
            guard,
            supervisor: OnceLock::new(),
            locks: Mutex::default(),
            run_file,
            trees: Mutex::default(),
            looks: Looks::new({
                let shared = Weak::clone(shared);
                move || {
                    let shared = shared.upgrade();
                    shared.map(|shared| shared.walk()).unwrap_or_default()
                }
            }),
            closing: RwLock::new(false),
        });
        Ok((
            Self {
                shared,
                next: AtomicU64::new(1),
                gauge: Mutex::default(),
            },
            swept,
        ))
    }

    /// Starts a program in a session of its own. What it prints goes to the log; without one it is thrown away.
    ///
    /// What the program leaves behind when it ends is ended too.
    ///
    /// # Errors
    /// When the folder or the program is not there, the system refuses, or the guard cannot be started: nothing is run
    /// without a guard.
    pub fn spawn(
        &self,
        command: &CommandLine,
        log: Option<logstore::Writer>,
    ) -> Result<Child, SpawnError> {
        self.start(
            command,
            &Output {
                log,
                ..Output::default()
            },
        )
    }

    /// Makes a tree of its own of a process that a program of this table forked. From then on it and its descendants are no
    /// members of that program's tree: they outlive it, and are stopped and measured by themselves. The guard knows of it.
    ///
    /// `start` is the process's start time as the system counts it (on Linux the 22nd field of `/proc/PID/stat`), so that a
    /// pid that changed hands is noticed. `command` is what it stands for. What it prints is not read, and how it
    /// ended is not told: both are its parent's. A program that is being stopped may take it along until this returns.
    ///
    /// # Errors
    /// When it is gone, belongs to no program of this table or is a root already, the table is closed, or the system does
    /// not let us wait for its end.
    pub async fn adopt(
        &self,
        pid: u32,
        start: u64,
        command: &CommandLine,
    ) -> Result<Child, AdoptError> {
        let root = Identity { pid, start };
        let look = self.shared.looks.take().await;
        let within = match look.root_of(root) {
            Some(known) if known == root => return Err(AdoptError::Root { pid }),
            Some(within) => within,
            None if tree::is_alive(root) => return Err(AdoptError::Foreign { pid }),
            None => return Err(AdoptError::Gone { pid }),
        };
        let closing = self.shared.closing.read();
        if *closing {
            return Err(AdoptError::Closing { pid });
        }
        let registrar: Arc<dyn Registrar> = Arc::<Shared>::clone(&self.shared);
        adopt(root, within, command, registrar)
            .map_err(|source| AdoptError::Io { pid, source })?
            .ok_or(AdoptError::Gone { pid })
    }

    /// Processor time and memory of each running tree, by the pid of its root. Cheap: it asks only for what it knows
    /// and for what is new since the last time. The first answer for a tree counts from its start.
    #[must_use]
    pub fn measure(&self) -> BTreeMap<u32, Usage> {
        let trees = self.shared.trees();
        self.gauge
            .lock()
            .measure(&trees, |tree, fresh| self.shared.tell_unmarked(tree, fresh))
    }

    /// What runs now.
    #[must_use]
    pub fn running(&self) -> Vec<Child> {
        self.shared
            .trees()
            .into_iter()
            .map(|tree| Child { tree })
            .collect()
    }

    /// Starts nothing any more, and stops what still runs, all at once. What asked a question finds that its program ended.
    pub async fn close(&self) {
        // Waits for who is just starting one: it is listed then.
        *self.shared.closing.write() = true;
        let begun = Instant::now();
        // Looked at again: one that is told to have ended may still be cleared up after.
        loop {
            let still = self.running();
            if still.is_empty() || begun.elapsed() > CANCEL_GRACE + CLOSE_LIMIT {
                return;
            }
            let stops = still.into_iter().map(|child| async move {
                child.stop(StopPlan::terminate(CANCEL_GRACE)).await;
            });
            stops.collect::<JoinSet<()>>().join_all().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts a program under the guard, with a mark of its own. The guard is started with the first.
    ///
    /// # Errors When the app is closing, when there is no guard to be had, and as the system says.
    fn start(&self, command: &CommandLine, output: &Output) -> Result<Child, SpawnError> {
        let closing = self.shared.closing.read();
        if *closing {
            let program = command.program.clone();
            return Err(SpawnError::Closing { program });
        }
        self.shared.begin_guarding()?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let tree_mark = format!("{}.{number}", self.shared.mark);
        let registrar: Arc<dyn Registrar> = Arc::<Shared>::clone(&self.shared);
        launch(command, &self.shared.mark, tree_mark, output, registrar)
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let begun = Instant::now();
        let trees = self.shared.trees();
        for tree in &trees {
            Child {
                tree: Arc::clone(tree),
            }
            .kill_tree();
        }
        while trees.iter().any(|tree| tree.exit.borrow().is_none()) && begun.elapsed() < CLOSE_LIMIT
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        // The guard then looks once more for anything with our mark, and takes the run-file away.
        match self.shared.supervisor.get() {
            Some(supervisor) => supervisor.close(),
            None => forget(self.shared.run_file.path()),
        }
    }
}

impl Shared {
    /// Starts the guard unless it was started before.
    fn begin_guarding(&self) -> Result<(), SpawnError> {
        if self.supervisor.get().is_some() {
            return Ok(());
        }
        // Held meanwhile, so that one is started and no lock is forgotten.
        let locks = self.locks();
        if self.supervisor.get().is_none() {
            let guard = self.guard.clone();
            let supervisor =
                GuardSupervisor::start(guard, &self.mark, self.run_file.path(), &locks);
            let supervisor = supervisor.map_err(|source| SpawnError::Guard {
                program: self.guard.program.clone(),
                source,
            })?;
            let _first = self.supervisor.set(supervisor);
        }
        Ok(())
    }

    fn locks(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.locks.lock()
    }

    fn tell_guard(&self, say: impl FnOnce(&GuardSupervisor)) {
        if let Some(supervisor) = self.supervisor.get() {
            say(supervisor);
        }
    }

    fn trees(&self) -> Vec<Arc<Tree>> {
        self.trees
            .lock()
            .values()
            .filter_map(Weak::upgrade)
            .collect()
    }

    /// Looks at all processes once, for all trees, and keeps who was seen in which.
    fn walk(&self) -> TreeWalk {
        let mut trees = Vec::new();
        let look = tree::take(|| {
            trees = self.trees();
            trees.iter().map(|tree| tree.target()).collect()
        });
        for tree in &trees {
            let members = look.of(tree.root).all;
            tree.keep(&members);
            self.tell_unmarked(tree, &members);
        }
        look
    }

    /// Tells the guard of members that do not carry our mark: we may die before we have ended them. One that was seen with
    /// it may have executed another program without it since.
    fn tell_unmarked(&self, tree: &Tree, members: &[Identity]) {
        for &member in members.iter().filter(|member| **member != tree.root) {
            if tree::mark_of(member.pid, TABLE_MARK).as_ref() != Some(&self.mark)
                && tree.unmarked.lock().insert(member)
            {
                self.tell_guard(|supervisor| supervisor.enter(member));
                self.run_file.enter(member, Path::new(""));
            }
        }
    }
}

impl Registrar for Shared {
    fn entered(&self, tree: &Arc<Tree>) {
        self.trees.lock().insert(tree.root, Arc::downgrade(tree));
        self.tell_guard(|supervisor| supervisor.enter(tree.root));
        self.run_file.enter(tree.root, &tree.command.program);
        let program = tree.command.program.display();
        tracing::info!(pid = tree.root.pid, %program, "runs");
    }

    fn looks(&self) -> &Looks<TreeWalk> {
        &self.looks
    }

    fn left(&self, tree: &Tree) {
        tracing::info!(pid = tree.root.pid, "ended");
        let unmarked = tree.unmarked.lock().clone();
        for id in std::iter::once(tree.root).chain(unmarked) {
            self.tell_guard(|supervisor| supervisor.leave(id));
            self.run_file.leave(id);
        }
        let mut trees = self.trees.lock();
        trees.remove(&tree.root);
        // Whoever stood inside it now stands inside the one around it.
        let around = *tree.within.lock();
        for inner in trees.values().filter_map(Weak::upgrade) {
            let mut within = inner.within.lock();
            if *within == Some(tree.root) {
                *within = around;
            }
        }
    }
}

/// Allows more open files: macOS gives apps 256, and ten programs with their pipes come near.
fn raise_file_limit() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        const WANTED: u64 = 10_240;
        if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
            && soft < WANTED
        {
            // Refused means we go on with what we have.
            let _refused = setrlimit(Resource::RLIMIT_NOFILE, WANTED.min(hard), hard);
        }
    }
}

/// Whether the process that owned a run-file is still the one that runs.
fn runs(id: Identity) -> bool {
    tree::is_alive(id)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
