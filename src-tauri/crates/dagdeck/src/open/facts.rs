//! What every unit of the open workspace shares: the latest reading, the instance, the sockets, the webserver's place.
//!
//! Owns facts and where things are kept; refuses to start or stop anything but the one process that makes an instance.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::health::Reads;
use dagster::command::Shared;
use dagster::instance::Instance;
use dagster::sockets::{LocationSockets, SocketFolder};
use dagster::uv::SyncCheck;
use logstore::{LogKey, RunMeta, Store, Writer};
use parking_lot::{Mutex, MutexGuard, RwLock};
use tempfile::TempDir;
use tokio::sync::watch;
use workspace::{Concern, Environment, Project, ReadOptions, Reader, Reading, Touched};

use super::blocked::blocked;
use super::runs::{self, Runs};
use super::seen::Seen;
use super::syncing::{SyncMark, Syncing};
use crate::context::AppContext;
use crate::run::{Claim, OnceReady};
use crate::state::{KnownDefinitions, LocationMemory, workspace_key};
use api::{ApiError, ErrorCode};

/// What uv said of an environment.
struct UvAnswer {
    check: SyncCheck,
    stamp: Option<String>,
    /// The environment as its files told it at that time.
    read: Environment,
}

/// One reading of the folder, with what follows from it.
struct Read {
    reading: Arc<Reading>,
    instance: Instance,
    /// What is worth a look before the folder is trusted; not looked for once it is.
    concerns: Arc<Vec<Concern>>,
}

/// What the units share.
pub(crate) struct WorkspaceFacts {
    pub(crate) context: Arc<AppContext>,
    pub(crate) root: PathBuf,
    /// Dagdeck's own folder for this workspace.
    pub(crate) folder: PathBuf,
    /// What it is kept in instead where Dagdeck's own folder can't be written.
    _spare: Option<TempDir>,
    pub(crate) store: Store,
    pub(crate) sockets: SocketFolder,
    pub(crate) prepared: OnceReady,
    /// The right to run a daemon for the instance, while it is ours. Held by who takes it or gives it up.
    pub(crate) claim: tokio::sync::Mutex<Option<Claim>>,
    reader: Arc<Reader>,
    read: RwLock<Arc<Read>>,
    /// Held by who reads the folder again.
    reads: tokio::sync::Mutex<()>,
    numbers: Mutex<BTreeMap<String, usize>>,
    wanted: Mutex<BTreeSet<String>>,
    port: Mutex<Option<u16>>,
    syncing: Arc<Syncing>,
    /// What was seen of it that no file tells.
    seen: Mutex<Seen>,
    /// Whether it is still to be shown. Held by who gathers and shows: nothing older comes after something newer.
    showing: Mutex<bool>,
    /// What uv said last of each environment.
    answers: Mutex<BTreeMap<PathBuf, UvAnswer>>,
    /// Whether a launch waits for locations to load.
    pub(crate) loading: watch::Sender<bool>,
    /// The address of the webserver while it answers.
    pub(crate) answering: watch::Sender<Option<String>>,
}

impl WorkspaceFacts {
    /// Reads a folder and makes ready what Dagdeck keeps beside it. The log store is returned for the views on it.
    pub(crate) async fn open(
        context: Arc<AppContext>,
        path: &Path,
    ) -> Result<(Self, Store), ApiError> {
        let reader = Arc::<Reader>::default();
        let (reading, concerns) = read(&context, &reader, path, false, Touched::All).await?;
        let root = reading.root.clone();
        let key = workspace_key(&root);
        let failed = |what: &str, error: &dyn std::error::Error| {
            ApiError::new(ErrorCode::Io, format!("Dagdeck can't {what}.")).with_source(error)
        };
        let (folder, spare) =
            own_folder(&context, &root).map_err(|error| failed("make its own folder", &error))?;
        let store =
            Store::open(&folder.join("logs")).map_err(|error| failed("open its logs", &error))?;
        // The app's own process is in the key, so that two apps on one workspace don't share sockets.
        let sockets = SocketFolder::make(&format!("{key}-{}", std::process::id()))
            .map_err(|error| failed("make a folder for sockets", &error))?;
        let read = Read::of(&context, &folder, reading, concerns);
        let facts = Self {
            root,
            folder,
            _spare: spare,
            store: store.clone(),
            sockets,
            prepared: OnceReady::default(),
            claim: tokio::sync::Mutex::default(),
            reader,
            read: RwLock::new(Arc::new(read)),
            reads: tokio::sync::Mutex::default(),
            numbers: Mutex::default(),
            wanted: Mutex::default(),
            port: Mutex::default(),
            syncing: Arc::default(),
            seen: Mutex::default(),
            showing: Mutex::new(true),
            answers: Mutex::default(),
            loading: watch::channel(false).0,
            answering: watch::channel(None).0,
            context,
        };
        Ok((facts, store))
    }

    /// What was read last.
    pub(crate) fn reading(&self) -> Arc<Reading> {
        Arc::clone(&self.read().reading)
    }

    /// What is worth a look before the folder is trusted.
    pub(crate) fn concerns(&self) -> Arc<Vec<Concern>> {
        Arc::clone(&self.read().concerns)
    }

    fn read(&self) -> Arc<Read> {
        Arc::clone(&self.read.read())
    }

    /// Reads the folder again, as far as something of it was touched; `thorough` also compares lockfiles.
    pub(crate) async fn read_again(
        &self,
        thorough: bool,
        touched: Touched,
    ) -> Result<Arc<Reading>, ApiError> {
        // One after the other: what was read earlier never takes the place of what was read later.
        let _turn = self.reads.lock().await;
        let read = read(&self.context, &self.reader, &self.root, thorough, touched);
        let (reading, concerns) = read.await?;
        let read = Arc::new(Read::of(&self.context, &self.folder, reading, concerns));
        let former = {
            let mut kept = self.read.write();
            std::mem::replace(&mut *kept, Arc::clone(&read))
        };
        if former.reading != read.reading || former.instance != read.instance {
            let parts = [Reads::Files, Reads::Uv, Reads::Instance];
            self.context.changes.tell(parts);
        }
        Ok(Arc::clone(&read.reading))
    }

    /// A project as read last.
    pub(crate) fn project(&self, id: &str) -> Result<Project, ApiError> {
        self.reading().project(id).cloned().ok_or_else(|| {
            ApiError::new(
                ErrorCode::NotFound,
                format!("There is no location \"{id}\" in this workspace."),
            )
        })
    }

    /// The project, if its location can be started now.
    pub(crate) fn startable(&self, id: &str) -> Result<Project, ApiError> {
        let project = self.project(id)?;
        if self.is_syncing(&project.environment.path) {
            let message = "Its environment is being synced. It starts when that is over.";
            return Err(ApiError::new(ErrorCode::Precondition, message));
        }
        match blocked(&project) {
            Some(reason) => Err(ApiError::new(ErrorCode::Precondition, reason)),
            None => Ok(project),
        }
    }

    /// Keeps it known that an environment is being synced, until the mark is dropped: nothing starts from it meanwhile.
    /// None where it is being synced already.
    pub(crate) fn mark_syncing(&self, environment: &Path) -> Option<SyncMark> {
        SyncMark::take(&self.syncing, environment)
    }

    /// The operation that syncs an environment now, once it has one.
    pub(crate) fn sync_of(&self, environment: &Path) -> Option<u32> {
        self.syncing.operation(environment)
    }

    /// Counts the beginnings and ends of its syncs: an answer about an environment is worth nothing once this differs.
    pub(crate) fn syncs_of(&self, environment: &Path) -> u32 {
        self.syncing.count(environment)
    }

    /// Keeps what uv said of an environment, and shows it; `stamp` is what it depends on, where that is known.
    pub(crate) fn keep_answer(&self, read: &Environment, check: &SyncCheck, stamp: Option<String>) {
        let answer = UvAnswer {
            check: check.clone(),
            stamp,
            read: read.clone(),
        };
        self.answers.lock().insert(read.path.clone(), answer);
        self.context.changes.tell([Reads::Files, Reads::Uv]);
        self.show_environment(&read.path);
    }

    /// What uv said of an environment, as long as its files tell nothing new since.
    pub(crate) fn standing_answer(&self, read: &Environment) -> Option<SyncCheck> {
        let answers = self.answers.lock();
        let answer = answers.get(&read.path);
        let standing = answer.filter(|answer| answer.read == *read);
        standing.map(|answer| answer.check.clone())
    }

    /// What uv said last of an environment.
    pub(crate) fn answer_of(&self, environment: &Path) -> Option<SyncCheck> {
        let answers = self.answers.lock();
        answers.get(environment).map(|answer| answer.check.clone())
    }

    /// Whether what uv said last of an environment still stands, as what it depends on tells. It is shown then: its files
    /// may tell something new that does not matter.
    pub(crate) fn answer_stands(&self, read: &Environment, stamp: &str) -> bool {
        let standing = {
            let mut answers = self.answers.lock();
            let known = answers.get_mut(&read.path);
            known
                .filter(|answer| answer.stamp.as_deref() == Some(stamp))
                .map(|answer| std::mem::replace(&mut answer.read, read.clone()) != *read)
        };
        if standing == Some(true) {
            self.show_environment(&read.path);
        }
        standing.is_some()
    }

    /// Dagdeck's own folder for this workspace.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether an environment is being synced.
    pub(crate) fn is_syncing(&self, environment: &Path) -> bool {
        self.syncing.is_marked(environment)
    }

    /// The instance in use.
    pub(crate) fn instance(&self) -> Instance {
        self.read().instance.clone()
    }

    /// What the webserver and the daemon run from.
    pub(crate) fn runs_from(&self) -> Option<Runs> {
        runs::choose(&self.reading(), &self.context.state_folder)
    }

    /// What every Dagster process of this workspace shares.
    pub(crate) fn shared(&self) -> Shared {
        let dot_env = self
            .reading()
            .dot_env
            .as_ref()
            .map(workspace::DotEnv::variables);
        Shared {
            root: self.root.clone(),
            instance: self.instance().path,
            dot_env: dot_env.unwrap_or_default(),
            telemetry: self.context.state.settings().dagster_telemetry,
        }
    }

    /// The generated workspace.yaml.
    pub(crate) fn workspace_file(&self) -> PathBuf {
        self.folder.join("workspace.yaml")
    }

    /// The sockets of a location.
    pub(crate) fn sockets_of(&self, id: &str) -> Result<LocationSockets, ApiError> {
        let mut numbers = self.numbers.lock();
        let next = numbers.len();
        let number = *numbers.entry(id.to_owned()).or_insert(next);
        self.sockets.location(number).map_err(|error| {
            ApiError::new(ErrorCode::Io, "There is no room for the location's socket.")
                .with_source(&error)
        })
    }

    /// Begins a run in a log.
    pub(crate) fn writer(&self, key: &str, title: String) -> Result<Writer, ApiError> {
        self.store
            .writer(LogKey(key.to_owned()), RunMeta { title })
            .map_err(|error| {
                ApiError::new(ErrorCode::Io, "Dagdeck can't write its log.").with_source(&error)
            })
    }

    /// The port of the webserver, once one was chosen.
    pub(crate) fn port(&self) -> Option<u16> {
        *self.port.lock()
    }

    /// Chooses the port of the webserver.
    pub(crate) fn set_port(&self, port: u16) {
        *self.port.lock() = Some(port);
    }

    /// The address of the webserver while it answers.
    pub(crate) fn url(&self) -> Option<String> {
        self.answering.borrow().clone()
    }

    /// Remembers that the person wants a location to run: it comes in when what keeps it down is gone.
    pub(crate) fn want(&self, id: &str) {
        self.wanted.lock().insert(id.to_owned());
    }

    /// The person no longer wants it.
    pub(crate) fn want_no_more(&self, id: &str) {
        self.wanted.lock().remove(id);
    }

    /// The person wants nothing to run.
    pub(crate) fn want_nothing(&self) {
        self.wanted.lock().clear();
    }

    /// Whether the person wants it.
    pub(crate) fn is_wanted(&self, id: &str) -> bool {
        self.wanted.lock().contains(id)
    }

    /// Whether programs may run here.
    pub(crate) fn is_trusted(&self) -> bool {
        self.context.state.is_trusted(&self.root)
    }

    /// Refuses to go on in a folder that is not trusted, and where nothing that is started could be kept track of.
    pub(crate) fn require_trust(&self) -> Result<(), ApiError> {
        if !self.is_trusted() {
            return Err(ApiError::new(
                ErrorCode::Untrusted,
                "Nothing runs in this folder until you trust it.",
            ));
        }
        match &self.context.no_starts {
            None => Ok(()),
            Some(why) => Err(ApiError::new(ErrorCode::Io, why.clone())),
        }
    }

    /// How long its last launch took, in ms.
    pub(crate) fn launch_took(&self) -> Option<f64> {
        self.context.state.launch_took(&self.root)
    }

    /// Remembers how long a launch took, in ms.
    pub(crate) fn remember_launch(&self, took: f64) {
        self.context.state.remember_launch(&self.root, took);
    }

    /// Looks at what is remembered of a location.
    pub(crate) fn memory_of<T>(&self, id: &str, look: impl FnOnce(&LocationMemory) -> T) -> T {
        self.context.state.location(&self.root, id, look)
    }

    /// Remembers something of a location.
    pub(crate) fn remember_of(&self, id: &str, change: impl FnOnce(&mut LocationMemory)) {
        self.context.state.change_location(&self.root, id, change);
    }

    /// The definitions of a location as last read.
    pub(crate) fn definitions_of(&self, id: &str) -> Option<Arc<KnownDefinitions>> {
        self.context.state.definitions(&self.root, id)
    }

    /// Remembers the definitions of a location.
    pub(crate) fn remember_definitions(&self, id: &str, known: KnownDefinitions) {
        let known = Arc::new(known);
        self.context
            .state
            .remember_definitions(&self.root, id, known);
    }

    /// What was seen of it that no file tells.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock()
    }

    /// Whether it is still to be shown.
    pub(crate) fn lock_showing(&self) -> MutexGuard<'_, bool> {
        self.showing.lock()
    }

    /// Whether a location reloads when its files change.
    pub(crate) fn auto_reload(&self, id: &str) -> bool {
        let own = self.memory_of(id, |memory| memory.auto_reload);
        own.unwrap_or_else(|| self.context.state.settings().auto_reload)
    }
}

impl Drop for WorkspaceFacts {
    fn drop(&mut self) {
        // Nothing listens any more; a folder that can't be removed is found and used again at the next start.
        if let Err(error) = self.sockets.remove() {
            tracing::warn!(%error, "the folder of the code servers' sockets stays");
        }
    }
}

/// Reads a folder away from the async threads.
async fn read(
    context: &Arc<AppContext>,
    reader: &Arc<Reader>,
    path: &Path,
    lock_freshness: bool,
    touched: Touched,
) -> Result<(Reading, Vec<Concern>), ApiError> {
    let root = workspace::find_root(path).unwrap_or_else(|| path.to_owned());
    let path = path.to_owned();
    let (context, reader) = (Arc::clone(context), Arc::clone(reader));
    let look = move || {
        context.catch_up();
        let options = ReadOptions {
            user_config: None,
            environment: context.environment.clone(),
            picked: context.state.picked(&root).into_iter().collect(),
            lock_freshness,
        };
        let reading = reader.read(&path, &options, &touched);
        for project in &reading.projects {
            // Read here the first time, so that nobody has to wait for their files later.
            let _known = context.state.definitions(&root, &project.id);
        }
        let concerns = if context.state.is_trusted(&root) {
            Vec::new()
        } else {
            workspace::concerns(&reading)
        };
        (reading, concerns)
    };
    tokio::task::spawn_blocking(look).await.map_err(|error| {
        ApiError::new(
            ErrorCode::Internal,
            format!("Reading the folder ended early: {error}"),
        )
    })
}

impl Read {
    fn of(context: &AppContext, folder: &Path, reading: Reading, concerns: Vec<Concern>) -> Self {
        Self {
            instance: choose_instance(context, &reading, folder),
            reading: Arc::new(reading),
            concerns: Arc::new(concerns),
        }
    }
}

fn choose_instance(context: &AppContext, reading: &Reading, folder: &Path) -> Instance {
    let dot_env = reading
        .dot_env
        .as_ref()
        .map(workspace::DotEnv::variables)
        .unwrap_or_default();
    let inherited = context.environment.get("DAGSTER_HOME").map(String::as_str);
    let from_file = dot_env.get("DAGSTER_HOME").map(String::as_str);
    dagster::instance::choose(inherited, from_file, &folder.join("instance"))
}

/// Dagdeck's own folder for a workspace; one that goes with the session where its own can't be made.
fn own_folder(context: &AppContext, root: &Path) -> std::io::Result<(PathBuf, Option<TempDir>)> {
    let folder = context.state.workspace_folder(root);
    match fs_err::create_dir_all(folder.join("logs")) {
        Ok(()) => Ok((folder, None)),
        Err(error) => {
            // It was said at the start when it is the whole folder; a person can still open and look.
            let Ok(spare) = tempfile::tempdir() else {
                return Err(error);
            };
            context.board.add_notice(format!(
                "Dagdeck's own folder for this workspace can't be made, so its logs are lost when it is closed: {error}"
            ));
            Ok((spare.path().to_owned(), Some(spare)))
        }
    }
}
