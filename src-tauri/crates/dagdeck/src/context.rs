//! What lives as long as Dagdeck does, whatever workspace is open.

mod changes;
pub(crate) mod locks;
mod options;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::health::machine::Tool;
use ::health::{InTheWay, Reads};
use parking_lot::{Mutex, RwLock};
use process::{GuardProgram, HoldError, Swept, Table, TableError};
use tempfile::TempDir;
use tokio::sync::{OnceCell, watch};
use workspace::Environment;

use crate::board::Board;
use crate::clock;
use crate::present;
use crate::record::Operations;
use crate::state::{Opened, State, StateError};
use changes::Changes;

pub use locks::{LockError, Right, card_beside, guard_lock, owner_lock};
pub(crate) use options::here;
pub use options::{DeckOptions, state_folder};

use api::{HealthView, Machine, Settings, Snapshot};

/// Why Dagdeck can't start, or can't remember what it has to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContextError {
    /// What it starts can't be kept track of.
    #[error("what is started can't be kept track of")]
    Untracked(#[source] TableError),
    /// The guard can't hold one of its locks.
    #[error("it can't be made sure that nothing runs twice")]
    Unlocked(#[source] HoldError),
    /// Whether a folder is trusted can't be written down.
    #[error("whether {} is trusted can't be written down", root.display())]
    NotRemembered {
        /// The folder.
        root: PathBuf,
        /// Whether it was to be trusted, else to be trusted no longer.
        trusted: bool,
        /// Why.
        #[source]
        source: StateError,
    },
}

/// What lives as long as Dagdeck does.
pub(crate) struct AppContext {
    pub(crate) board: Arc<Board>,
    /// What changed of what the checks read.
    pub(crate) changes: Changes,
    pub(crate) operations: Operations,
    pub(crate) table: Arc<Table>,
    /// What is remembered between starts.
    pub(crate) state: Arc<State>,
    /// Why nothing that stays may be started; none where all is well.
    pub(crate) no_starts: Option<String>,
    /// Where the run-file is when Dagdeck's own folder can't hold it; until nothing runs any more.
    pub(crate) run_folder: Mutex<Option<TempDir>>,
    pub(crate) state_folder: PathBuf,
    pub(crate) environment: BTreeMap<String, String>,
    /// The person's home folder.
    pub(crate) home: PathBuf,
    /// What the host had set so that its window can be drawn.
    pub(crate) drawing: Vec<(String, String)>,
    /// What the host found to be in the way of whoever would run something in the workspace.
    pub(crate) in_the_way: Option<InTheWay>,
    /// Whether work that nobody waits for may begin.
    awake: watch::Sender<bool>,
    /// Replaced as a whole when uv is to be looked for anew.
    uv: RwLock<Arc<OnceCell<Option<PathBuf>>>>,
    /// Held while somebody looks at the machine: every Python of it is asked.
    looking: tokio::sync::Mutex<()>,
    /// What the last look for tools found.
    tools: RwLock<Vec<Tool>>,
    /// Replaced as a whole when another was installed.
    pythons: RwLock<Arc<OnceCell<Vec<::health::machine::Python>>>>,
    downloadable: OnceCell<Vec<String>>,
}

/// uv did not answer what it was asked.
#[derive(Debug)]
struct NoAnswer;

impl AppContext {
    /// Opens what is remembered, sweeps what a dead Dagdeck left, and has the guard hold its locks. Takes as long as ending
    /// left-over programs does, so not for async threads.
    ///
    /// # Errors When nothing can keep track of what is started, not even beside Dagdeck's own folder, and when a lock can't
    /// be held. What can't be remembered is a notice.
    pub(crate) fn start(options: DeckOptions) -> Result<Self, ContextError> {
        let DeckOptions {
            state_folder,
            guard,
            locks,
            workspace,
            environment,
            home,
            drawing,
            in_the_way,
        } = options;
        let Opened {
            state,
            operations,
            mut notices,
        } = State::open(&state_folder, workspace.as_deref());
        let state = Arc::new(state);
        let Tracked {
            table,
            swept,
            no_starts,
            folder: run_folder,
        } = Tracked::open(&state_folder, &guard).map_err(ContextError::Untracked)?;
        for lock in &locks {
            table.hold(lock).map_err(ContextError::Unlocked)?;
        }
        notices.extend(no_starts.clone());
        notices.extend(swept.damaged.iter().map(|path| {
            format!(
                "Dagdeck's own {} was damaged and set aside.",
                path.display()
            )
        }));
        notices.extend(ended(&swept));
        for notice in &notices {
            tracing::warn!("{notice}");
        }
        let last = operations.iter().map(|one| one.id).max();
        let board = Arc::new(Board::new(Snapshot {
            revision: 0,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            platform: std::env::consts::OS.to_owned(),
            home: home.display().to_string(),
            machine: Machine::default(),
            recent: Vec::new(),
            settings: (*state.settings()).clone(),
            workspace: None,
            health: HealthView::default(),
            creation: None,
            operations,
            notices,
        }));
        let told = Arc::clone(&board);
        state.tell_faults_to(move |fault| {
            tracing::error!("{fault}");
            told.add_notice(fault);
        });
        Ok(Self {
            operations: Operations::after(last, Arc::clone(&board), Arc::clone(&state)),
            board,
            changes: Changes::default(),
            table: Arc::new(table),
            state,
            no_starts,
            run_folder: Mutex::new(run_folder),
            state_folder,
            environment,
            home,
            drawing,
            in_the_way,
            awake: watch::Sender::new(true),
            uv: RwLock::default(),
            looking: tokio::sync::Mutex::default(),
            tools: RwLock::default(),
            pythons: RwLock::default(),
            downloadable: OnceCell::new(),
        })
    }

    /// Holds back work that nobody waits for, or lets it begin.
    pub(crate) fn set_awake(&self, awake: bool) {
        self.awake.send_replace(awake);
    }

    /// Waits until work that nobody waits for may begin.
    pub(crate) async fn until_background_may_begin(&self) {
        // The sender lives as long as we do.
        let _ = self.awake.subscribe().wait_for(|awake| *awake).await;
    }

    /// uv: the one that the person chose or let Dagdeck bring, else the one that is found. Looked for once and off the
    /// async threads: the search may ask a login shell.
    pub(crate) async fn uv(&self) -> Option<PathBuf> {
        let find = || async {
            let chosen = PathBuf::from(&self.state.settings().uv);
            if chosen.is_file() {
                return Some(chosen);
            }
            let found = tokio::task::spawn_blocking(|| process::tools::find("uv")).await;
            found.ok().flatten().map(|found| found.path)
        };
        let cell = self.uv_cell();
        cell.get_or_init(find).await.clone()
    }

    /// Uses another uv from now on, and keeps that; an empty path means the one that is found.
    pub(crate) async fn choose_uv(&self, uv: &str) {
        self.change_settings(|kept| uv.clone_into(&mut kept.uv));
        *self.uv.write() = Arc::default();
        self.look_at_machine().await;
    }

    /// Changes the person's settings: keeps and shows them.
    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.state.change_settings(change);
        self.show_settings();
    }

    /// Takes over what other programs remembered since. May read a disk, so not for async threads.
    pub(crate) fn catch_up(&self) {
        let before = self.state.settings();
        self.state.catch_up();
        if before != self.state.settings() {
            self.show_settings();
        }
    }

    fn show_settings(&self) {
        self.board.set_settings((*self.state.settings()).clone());
        self.changes.add_parts([Reads::Processes, Reads::Machine]);
    }

    /// Lets programs run in a workspace, or no longer. It is on disk when this returns.
    ///
    /// # Errors
    /// When it can't be written: then it was not given. One that was taken back stays so all the same.
    pub(crate) async fn set_trust(&self, root: &Path, trusted: bool) -> Result<(), ContextError> {
        let saved = self.state.set_trust(root, trusted).await;
        saved.map_err(|source| ContextError::NotRemembered {
            root: root.to_owned(),
            trusted,
            source,
        })
    }

    fn uv_cell(&self) -> Arc<OnceCell<Option<PathBuf>>> {
        Arc::clone(&self.uv.read())
    }

    /// uv, if it was found by now.
    pub(crate) fn uv_if_known(&self) -> Option<PathBuf> {
        self.uv_cell().get().cloned().flatten()
    }

    /// The Pythons of this machine, asked for once. A uv that did not answer in time is asked again next time.
    pub(crate) async fn learn_pythons(&self) {
        if let Some(uv) = self.uv().await {
            let look = async || {
                let pythons = ::health::machine::pythons(&self.table, &self.state_folder, &uv);
                pythons.await.ok_or(NoAnswer)
            };
            let _unanswered = self.pythons_cell().get_or_try_init(look).await;
        }
    }

    /// The Pythons of this machine, newest first, asked for once.
    pub(crate) async fn pythons(&self) -> Vec<::health::machine::Python> {
        self.learn_pythons().await;
        self.pythons_cell().get().cloned().unwrap_or_default()
    }

    /// Takes note that another Python was installed: they are asked for anew when next needed.
    pub(crate) fn forget_pythons(&self) {
        *self.pythons.write() = Arc::default();
    }

    fn pythons_cell(&self) -> Arc<OnceCell<Vec<::health::machine::Python>>> {
        Arc::clone(&self.pythons.read())
    }

    /// The versions of Python that uv would download, newest first, asked for once uv answers.
    pub(crate) async fn downloadable(&self) -> Vec<String> {
        let Some(uv) = self.uv().await else {
            return Vec::new();
        };
        let look = async || {
            let downloadable =
                ::health::machine::downloadable(&self.table, &self.state_folder, &uv);
            downloadable.await.ok_or(NoAnswer)
        };
        let known = self.downloadable.get_or_try_init(look).await;
        known.cloned().unwrap_or_default()
    }

    /// An interpreter for a project that has no environment that can stay: the newest installed one that meets its
    /// requires-python and its `.python-version`, as far as they are known. Named to uv, so that it never asks a shim.
    ///
    /// None where the environment there can stay, where nothing fits, or where `.python-version` asks for a Python in
    /// other words than a version: uv then decides, and says why it can't.
    pub(crate) fn python_for(&self, folder: &Path, environment: &Environment) -> Option<PathBuf> {
        let pin = workspace::python_pin(folder);
        let pinned = |version: &str| {
            let dotted = format!("{version}.");
            pin.as_deref()
                .is_none_or(|pin| dotted.starts_with(&format!("{pin}.")))
        };
        let stays = environment.can_run()
            && environment.requires_python_met != Some(false)
            && environment.python.as_deref().is_none_or(pinned);
        if stays {
            return None;
        }
        let requires = environment.requires_python.as_deref();
        let meets = |version: &str| {
            pinned(version) && requires.is_none_or(|all| workspace::meets(version, all))
        };
        let cell = self.pythons_cell();
        let mut known = cell.get()?.iter();
        known
            .find(|python| meets(&python.text))
            .map(|python| python.path.clone())
    }

    /// The tools and Pythons of this machine, looked for once if nobody did yet.
    pub(crate) async fn machine(&self) -> (Vec<Tool>, Vec<::health::machine::Python>) {
        let known = |context: &Self| {
            let tools = context.tools.read();
            tools.clone()
        };
        {
            // Who comes while somebody looks waits for what they see.
            let _turn = self.looking.lock().await;
            if known(self).is_empty() {
                self.detect_tools().await;
            }
        }
        (known(self), self.pythons().await)
    }

    /// Looks at this machine's tools and shows them.
    pub(crate) async fn look_at_machine(&self) {
        let _turn = self.looking.lock().await;
        self.detect_tools().await;
    }

    /// Looks for uv, Python and Git and shows them. Which Pythons there are is kept from the first time.
    async fn detect_tools(&self) {
        let uv = self.uv().await;
        let find = move |name: &str| match name {
            "uv" => uv.clone(),
            other => process::tools::find(other).map(|found| found.path),
        };
        let (tools, pythons) =
            ::health::machine::detect(&self.table, &self.state_folder, find).await;
        self.tools.write().clone_from(&tools);
        let tools = tools.into_iter().map(present::tool).collect();
        if let Some(pythons) = pythons {
            // Kept from the first time: a sync that began with them goes on with them.
            let _ = self.pythons_cell().set(pythons);
        }
        self.board.set_machine(Machine {
            tools,
            checked_at: Some(clock::now()),
        });
        self.changes.add_parts([Reads::Machine]);
    }
}

/// Says what was ended, where a Dagdeck was killed and its guard too, or that hangs.
fn ended(swept: &Swept) -> Option<String> {
    let pids: Vec<String> = swept.ended.iter().map(|one| one.pid.to_string()).collect();
    let hanging: Vec<String> = swept.hanging.iter().map(u32::to_string).collect();
    let whose = match hanging.as_slice() {
        [] => "was killed together with its guard".to_owned(),
        some => format!(
            "was killed, and whose guard hangs (pid {}),",
            some.join(", ")
        ),
    };
    (!pids.is_empty()).then(|| {
        format!(
            "A Dagdeck that {whose} had left programs running. They were ended (pid {}).",
            pids.join(", ")
        )
    })
}

/// The table of what runs.
struct Tracked {
    table: Table,
    swept: Swept,
    /// Why nothing that stays may be started.
    no_starts: Option<String>,
    /// Where the run-file is, if not in Dagdeck's own folder.
    folder: Option<TempDir>,
}

impl Tracked {
    /// Opens the table. Where Dagdeck's own folder can't hold the run-file, what only looks at something may still run,
    /// and the guard ends it; what stays may not, for the next start could not find it.
    fn open(state_folder: &Path, guard: &GuardProgram) -> Result<Self, TableError> {
        let refused = match Table::open(state_folder, guard.clone()) {
            Ok((table, swept)) => {
                return Ok(Self {
                    table,
                    swept,
                    no_starts: None,
                    folder: None,
                });
            }
            Err(refused) => refused,
        };
        let Ok(folder) = tempfile::tempdir() else {
            return Err(refused);
        };
        let (table, swept) = Table::open(folder.path(), guard.clone())?;
        let why = format!(
            "Nothing can be started or synced: Dagdeck can't keep track of it in its own folder. {refused}"
        );
        Ok(Self {
            table,
            swept,
            no_starts: Some(why),
            folder: Some(folder),
        })
    }
}
