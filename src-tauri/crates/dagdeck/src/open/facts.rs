//! What every unit of the open workspace shares: the latest reading, the instance, the sockets, the webserver's place.
//!
//! Owns facts and where things are kept; refuses to start or stop anything.

mod answers;
mod folder;
mod launched;
mod loaded;
mod loading;
mod reading;
mod remembered;
mod wanted;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dagster::command::Shared;
use dagster::instance::Instance;
use dagster::sockets::{LocationSockets, SocketFolder};
use logstore::{LogKey, RunMeta, Store, Writer};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;
use workspace::{Concern, DotEnv, Project, Reader, Reading, Touched};

use self::answers::Answers;
use self::folder::OwnFolder;
use self::launched::LastLaunch;
use self::loaded::LoadAttempts;
pub(crate) use self::loaded::Unloaded;
use self::reading::Readings;
use self::wanted::WantedLocations;
use super::error::FactsError;
use super::observed::Observed;
use super::runs::{self, Runs};
use super::syncing::{SyncMark, Syncing};
use crate::context::AppContext;
use crate::state::workspace_key;

/// What the units share.
pub(crate) struct WorkspaceFacts {
    pub(crate) context: Arc<AppContext>,
    pub(crate) root: PathBuf,
    folder: OwnFolder,
    store: Store,
    sockets: SocketFolder,
    readings: Readings,
    /// The numbers of the locations' sockets, by id.
    numbers: Mutex<BTreeMap<String, usize>>,
    wanted: WantedLocations,
    syncing: Arc<Syncing>,
    /// What was seen of it that no file tells.
    seen: Mutex<Observed>,
    /// Whether it is still to be shown. Held by who gathers and shows: nothing older comes after something newer.
    showing: Mutex<bool>,
    answers: Answers,
    attempts: LoadAttempts,
    last_launch: LastLaunch,
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
    ) -> Result<(Self, Store), FactsError> {
        let reader = Arc::<Reader>::default();
        let first = reading::read(&context, &reader, path, false, Touched::All).await?;
        let root = first.reading.root.clone();
        let folder = OwnFolder::make(&context, &root).map_err(FactsError::Folder)?;
        let store = Store::open(&folder.path().join("logs")).map_err(FactsError::Logs)?;
        // The app's own process is in the key, so that two apps on one workspace don't share sockets.
        let key = format!("{}-{}", workspace_key(&root), std::process::id());
        let facts = Self {
            readings: Readings::new(&context, folder.path(), reader, first),
            sockets: SocketFolder::make(&key).map_err(FactsError::Sockets)?,
            root,
            store: store.clone(),
            numbers: Mutex::default(),
            wanted: WantedLocations::default(),
            syncing: Arc::default(),
            seen: Mutex::default(),
            showing: Mutex::new(true),
            answers: Answers::default(),
            attempts: LoadAttempts::default(),
            last_launch: LastLaunch::read(folder.path()),
            folder,
            loading: watch::channel(false).0,
            answering: watch::channel(None).0,
            context,
        };
        Ok((facts, store))
    }

    /// What was read last.
    pub(crate) fn reading(&self) -> Arc<Reading> {
        Arc::clone(&self.readings.latest().reading)
    }

    /// What is worth a look before the folder is trusted.
    pub(crate) fn concerns(&self) -> Arc<Vec<Concern>> {
        Arc::clone(&self.readings.latest().concerns)
    }

    /// The instance in use: what runs keeps the one that it was started with, whatever the files say by now.
    pub(crate) fn instance(&self) -> Instance {
        let now = self.readings.latest().instance.clone();
        self.seen().instance(now)
    }

    /// The same, kept from now on until nothing runs any more.
    pub(crate) fn keep_instance(&self) -> Instance {
        let now = self.readings.latest().instance.clone();
        self.seen().keep_instance(now)
    }

    /// Whether Dagster would use another instance than the one in use: it reads the root's `.env` by itself.
    pub(crate) fn is_instance_overruled(&self) -> bool {
        let reading = self.reading();
        let named = reading.dot_env.as_ref().map(DotEnv::variables);
        let named = named.as_ref().and_then(|all| all.get("DAGSTER_HOME"));
        let instance = self.instance();
        instance.is_overruled_by(named.map(String::as_str))
    }

    /// Reads the folder again, as far as something of it was touched; `thorough` also compares lockfiles.
    pub(crate) async fn read_again(
        &self,
        thorough: bool,
        touched: Touched,
    ) -> Result<Arc<Reading>, FactsError> {
        let folders = (self.root.as_path(), self.folder());
        let again = self
            .readings
            .again(&self.context, folders, thorough, touched);
        again.await
    }

    /// A project as read last.
    pub(crate) fn project(&self, id: &str) -> Result<Project, FactsError> {
        let found = self.reading().project(id).cloned();
        found.ok_or_else(|| FactsError::NoLocation { id: id.to_owned() })
    }

    /// Dagdeck's own folder for this workspace.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps it known that an environment is being synced, until the mark is dropped: nothing starts from it meanwhile.
    /// None where it is being synced already.
    pub(crate) fn mark_syncing(&self, environment: &Path) -> Option<SyncMark> {
        SyncMark::take(&self.syncing, environment)
    }

    /// Whether an environment is being synced.
    pub(crate) fn is_syncing(&self, environment: &Path) -> bool {
        self.syncing.is_marked(environment)
    }

    /// The operation that syncs an environment now, once it has one.
    pub(crate) fn sync_of(&self, environment: &Path) -> Option<u32> {
        self.syncing.operation(environment)
    }

    /// Counts the beginnings and ends of its syncs: an answer about an environment is worth nothing once this differs.
    pub(crate) fn syncs_of(&self, environment: &Path) -> u32 {
        self.syncing.count(environment)
    }

    /// What the webserver and the daemon run from.
    pub(crate) fn runs_from(&self) -> Option<Runs> {
        runs::choose(&self.reading(), &self.context.state_folder)
    }

    /// What every Dagster process of this workspace shares.
    pub(crate) fn shared(&self) -> Shared {
        let reading = self.reading();
        let dot_env = reading.dot_env.as_ref().map(DotEnv::variables);
        let instance_ref = self.seen().instance_ref.clone();
        Shared {
            root: self.root.clone(),
            instance: self.instance().path,
            instance_ref,
            dot_env: dot_env.unwrap_or_default(),
            telemetry: self.context.state.settings().dagster_telemetry,
        }
    }

    /// The generated workspace.yaml.
    pub(crate) fn workspace_file(&self) -> PathBuf {
        self.folder().join("workspace.yaml")
    }

    /// The sockets of a location.
    pub(crate) fn sockets_of(&self, id: &str) -> Result<LocationSockets, FactsError> {
        let mut numbers = self.numbers.lock();
        let next = numbers.len();
        let number = *numbers.entry(id.to_owned()).or_insert(next);
        self.sockets.location(number).map_err(FactsError::Socket)
    }

    /// Begins a run in a log, under what it says first: a note, or a command as it is read at a glance, which the record of
    /// operations has whole.
    pub(crate) fn writer(&self, key: &str, title: String) -> Result<Writer, FactsError> {
        let key = LogKey(key.to_owned());
        let writer = self.store.writer(key, RunMeta { title });
        writer.map_err(FactsError::Log)
    }

    /// The address of the webserver while it answers.
    pub(crate) fn url(&self) -> Option<String> {
        self.answering.borrow().clone()
    }

    /// What was seen of it that no file tells.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Observed> {
        self.seen.lock()
    }

    /// Whether it is still to be shown.
    pub(crate) fn lock_showing(&self) -> MutexGuard<'_, bool> {
        self.showing.lock()
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
