//! A start: both databases are opened, what 0.1 left is taken over, what is remembered is read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;

use super::database::Access;
use super::definitions::Definitions;
use super::faults::Faults;
use super::journal::{Journal, journal_in};
use super::memory::Memory;
use super::sessions::{self, Session};
use super::trust::HeldTrust;
use super::writer::{Queue, Targets, Writer};
use super::{Reader, State, aside, convert, database, history, migrations, rows};
use api::Operation;

/// State as a start finds it.
pub(crate) struct Opened {
    /// What is remembered.
    pub(crate) state: State,
    /// The record of what was run, newest first.
    pub(crate) operations: Vec<Operation>,
    /// What the person should know.
    pub(crate) notices: Vec<String>,
}

impl State {
    /// Opens what is remembered in Dagdeck's own folder, as far as it can be read and written; the record is that of a workspace,
    /// and of what was run for none.
    ///
    /// Blocks: for other starts too, ten seconds at most.
    pub(crate) fn open(folder: &Path, workspace: Option<&Path>) -> Opened {
        Self::open_with(folder, workspace, None)
    }

    /// As [`Self::open`], with a journal of choice instead of the one that the folder allows.
    pub(super) fn open_with(
        folder: &Path,
        workspace: Option<&Path>,
        journal: Option<Journal>,
    ) -> Opened {
        let lock = fs_err::create_dir_all(folder).and_then(|()| aside::OpeningLock::take(folder));
        // Once the folder is there: one that is not has no kind.
        let journal = journal.unwrap_or_else(|| journal_in(folder));
        let alone = || lock.as_ref().map(|_| ()).map_err(ToString::to_string);
        let mut state = database::open(folder, &migrations::STATE, journal, alone());
        let mut cache = database::open(folder, &migrations::CACHE, journal, alone());
        let mut notices: Vec<String> = [state.notice.take(), cache.notice.take()]
            .into_iter()
            .flatten()
            .collect();
        notices.dedup();
        notices.extend(convert::convert(
            folder,
            whole(&mut state.standing),
            whole(&mut cache.standing),
        ));
        let may_write = lock.is_ok();
        // With the lock: one start at a time begins.
        let session = match cache.standing {
            Access::Whole(_) => Session::begin(folder),
            Access::ReadOnly { .. } | Access::Absent => Session::without_record(),
        };
        drop(lock);

        let faults = Arc::new(Faults::default());
        let trust = Arc::new(HeldTrust::default());
        let queue = Arc::new(Queue::default());
        let (operations, cache) = record_of(cache, (folder, workspace), &faults);
        let state = load_state(state, journal, &mut notices);
        let writes = state.writer.is_some();
        let targets = Targets {
            state: state.writer,
            cache,
            session,
            workspace: workspace.map(Path::to_owned),
            faults: Arc::clone(&faults),
            trust: Arc::clone(&trust),
        };
        let writer = may_write.then(|| Writer::start(Arc::clone(&queue), targets));
        let writer = writer.transpose().unwrap_or_else(|error| {
            notices.push(format!("Dagdeck can't write what it remembers: {error}"));
            None
        });
        let state = Self {
            folder: folder.to_owned(),
            memory: RwLock::new(state.memory),
            definitions: Definitions::default(),
            reader: state.reader.map(Mutex::new),
            trust,
            faults,
            queue,
            writes: writes && writer.is_some(),
            writer,
        };
        Opened {
            state,
            operations,
            notices,
        }
    }
}

/// `state.db` as found.
struct LoadedState {
    memory: Memory,
    reader: Option<Reader>,
    writer: Option<(PathBuf, Connection)>,
}

/// Reads what is remembered and opens a second connection for the writer. What
/// can't be read is a notice and counts as never remembered; what can't be written still lets a person look.
fn load_state(
    opened: database::Opened,
    journal: Journal,
    notices: &mut Vec<String>,
) -> LoadedState {
    let path = opened.path;
    let (mut connection, newer, may_write) = match opened.standing {
        Access::Whole(connection) => (connection, false, true),
        Access::ReadOnly { connection, newer } => (connection, newer, false),
        Access::Absent => {
            return LoadedState {
                memory: Memory::default(),
                reader: None,
                writer: None,
            };
        }
    };
    let shown = path.display();
    let seen = rows::data_version(&connection).ok();
    let memory = match rows::load(&mut connection) {
        Ok((memory, unknown)) => {
            if !unknown.is_empty() {
                let names = unknown.join(", ");
                notices.push(format!(
                    "{shown} holds settings with values that this Dagdeck does not know: {names}. They have their defaults."
                ));
            }
            memory
        }
        Err(error) => {
            notices.push(format!("{shown} can't be read: {error}"));
            Memory::default()
        }
    };
    let writer = may_write.then(|| database::connect(&path, journal));
    let writer = writer.transpose().unwrap_or_else(|error| {
        notices.push(format!("{shown} can't be written: {error}"));
        None
    });
    LoadedState {
        memory,
        writer: writer.map(|writer| (path.clone(), writer)),
        reader: Some(Reader {
            path,
            connection,
            newer,
            seen,
        }),
    }
}

/// The record as found, and what it is written to.
fn record_of(
    opened: database::Opened,
    (folder, workspace): (&Path, Option<&Path>),
    faults: &Faults,
) -> (Vec<Operation>, Option<(PathBuf, Connection)>) {
    let (connection, may_write) = match opened.standing {
        Access::Whole(connection) => (connection, true),
        Access::ReadOnly { connection, .. } => (connection, false),
        Access::Absent => return (Vec::new(), None),
    };
    let lives = |session: &str| sessions::lives(folder, session);
    let operations = history::load(&connection, workspace, lives).unwrap_or_else(|error| {
        faults.unreadable(&opened.path, &error);
        Vec::new()
    });
    (operations, may_write.then_some((opened.path, connection)))
}

fn whole(standing: &mut Access) -> Option<&mut Connection> {
    match standing {
        Access::Whole(connection) => Some(connection),
        Access::ReadOnly { .. } | Access::Absent => None,
    }
}
