//! The instance folder (DAGSTER_HOME): which one, whether it is made, whether it is damaged.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// The databases of an instance on SQLite that several processes would make at the same time.
const DATABASES: [&str; 3] = [
    "history/runs.db",
    "history/runs/index.db",
    "schedules/schedules.db",
];

/// The text put into an instance folder that Dagdeck makes.
const QUIET: &str = "telemetry:\n  enabled: false\n";

/// Where the choice of an instance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// DAGSTER_HOME in the environment.
    Environment,
    /// DAGSTER_HOME in the root's `.env`.
    DotEnv,
    /// Dagdeck's own of this workspace.
    Dagdeck,
}

impl Source {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::DotEnv => "dotEnv",
            Self::Dagdeck => "dagdeck",
        }
    }
}

/// The instance to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its folder, absolute.
    pub path: PathBuf,
    /// Where the choice comes from.
    pub source: Source,
    /// Why the person's own DAGSTER_HOME is not used.
    pub problem: Option<String>,
    /// The instance that is to be used once nothing runs any more: what runs keeps the one that it was started with.
    pub next: Option<PathBuf>,
}

impl Instance {
    /// Whether Dagster would use another where the root's `.env` says this of DAGSTER_HOME: it reads that file by itself, and
    /// what stands there wins over its environment.
    #[must_use]
    pub fn is_overruled_by(&self, dot_env: Option<&str>) -> bool {
        dot_env.is_some_and(|named| expanded(named) != self.path)
    }

    /// The same, kept by what runs, where another is to be used by now.
    #[must_use]
    pub fn kept_before(self, now: Instance) -> Self {
        Self {
            next: Some(now.path).filter(|path| *path != self.path),
            ..self
        }
    }
}

/// What can be said of an instance folder from its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Not made yet: one process must open it alone before others do.
    Fresh,
    /// Made.
    Ready,
    /// Two processes made it at the same time, and Dagster can't open it any more.
    Damaged {
        /// The database that shows it.
        database: PathBuf,
    },
}

/// Chooses the instance. As under `dg dev` the root's `.env` wins over the environment; a value that can't be used is
/// told, and Dagdeck's own folder is used instead.
#[must_use]
pub fn choose(environment: Option<&str>, dot_env: Option<&str>, own: &Path) -> Instance {
    let given = |value: Option<&str>, source| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((value.to_owned(), source))
    };
    let named = given(dot_env, Source::DotEnv).or_else(|| given(environment, Source::Environment));
    let Some((value, source)) = named else {
        return Instance {
            path: own.to_owned(),
            source: Source::Dagdeck,
            problem: None,
            next: None,
        };
    };
    let path = expanded(&value);
    match fault(&path, &value) {
        None => Instance {
            path,
            source,
            problem: None,
            next: None,
        },
        Some(problem) => Instance {
            path: own.to_owned(),
            source: Source::Dagdeck,
            problem: Some(problem),
            next: None,
        },
    }
}

fn expanded(value: &str) -> PathBuf {
    match std::env::var_os("HOME") {
        Some(home) => workspace::expand_home(value, Path::new(&home)),
        None => PathBuf::from(value),
    }
}

/// Makes Dagdeck's own instance folder, with Dagster's usage statistics off. A dagster.yaml that is there stays.
///
/// # Errors
/// When the folder or its dagster.yaml can't be made.
pub fn make_own(path: &Path) -> io::Result<()> {
    fs_err::create_dir_all(path)?;
    match atomicfile::create(&path.join("dagster.yaml"), QUIET.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Looks at an instance folder. Where dagster.yaml names another storage than SQLite, there is nothing to make.
#[must_use]
pub fn state(path: &Path) -> State {
    if stored_elsewhere(path) {
        return State::Ready;
    }
    let mut fresh = false;
    for name in DATABASES {
        let database = path.join(name);
        match heads(&database) {
            Some(0) | None => fresh = true,
            Some(1) => {}
            Some(_) => return State::Damaged { database },
        }
    }
    if fresh { State::Fresh } else { State::Ready }
}

/// Whether one process must open it alone first.
#[must_use]
pub fn is_fresh(path: &Path) -> bool {
    state(path) == State::Fresh
}

/// Whether Dagster can't open it any more.
#[must_use]
pub fn is_damaged(path: &Path) -> bool {
    matches!(state(path), State::Damaged { .. })
}

/// How many migration heads a database has; none if there is no such database, no table, or it can't be read now.
fn heads(database: &Path) -> Option<usize> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !database.is_file() {
        return None;
    }
    let connection = Connection::open_with_flags(database, flags).ok()?;
    let count = connection.query_row("SELECT COUNT(*) FROM alembic_version", [], |row| {
        row.get::<_, i64>(0)
    });
    match count {
        Ok(count) => usize::try_from(count).ok(),
        // In use by a running Dagster, so made.
        Err(rusqlite::Error::SqliteFailure(error, _))
            if matches!(
                error.code,
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked
            ) =>
        {
            Some(1)
        }
        Err(_) => None,
    }
}

/// Whether dagster.yaml puts runs and events somewhere else: a database server, or another folder.
#[must_use]
pub fn stored_elsewhere(path: &Path) -> bool {
    let text = ["dagster.yaml", "dagster.yml"]
        .iter()
        .find_map(|name| fs_err::read_to_string(path.join(name)).ok())
        .unwrap_or_default();
    let keys = [
        "storage:",
        "run_storage:",
        "event_log_storage:",
        "schedule_storage:",
    ];
    text.lines()
        .any(|line| keys.iter().any(|key| line.starts_with(key)))
}

/// What keeps Dagster from using a folder as DAGSTER_HOME, in a sentence.
fn fault(path: &Path, value: &str) -> Option<String> {
    if !path.is_absolute() {
        return Some(format!(
            "DAGSTER_HOME is “{value}”, and Dagster takes an absolute path only"
        ));
    }
    match fs_err::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(format!(
            "DAGSTER_HOME is {value}, and there is no such folder"
        )),
        Err(_) => Some(format!("DAGSTER_HOME is {value}, which can't be read")),
        Ok(found) if !found.is_dir() => {
            Some(format!("DAGSTER_HOME is {value}, which is no folder"))
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(home: &Path, name: &str, heads: &[&str]) {
        let path = home.join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        let connection = Connection::open(path).unwrap();
        connection
            .execute("CREATE TABLE alembic_version (version_num VARCHAR(32))", [])
            .unwrap();
        for head in heads {
            connection
                .execute("INSERT INTO alembic_version VALUES (?1)", [head])
                .unwrap();
        }
    }

    #[test]
    fn the_persons_own_is_used_if_it_can_be() {
        let home = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let own = Path::new("/own");
        let (home, other) = (
            home.path().to_str().unwrap(),
            other.path().to_str().unwrap(),
        );
        let chosen = choose(Some(home), None, own);
        assert_eq!(
            (chosen.path.to_str(), chosen.source),
            (Some(home), Source::Environment)
        );
        let chosen = choose(Some(home), Some(other), own);
        assert_eq!(
            (chosen.path.to_str(), chosen.source),
            (Some(other), Source::DotEnv)
        );
        assert_eq!(choose(Some(""), None, own).problem, None);
        for bad in ["relative", "/nonexistent/home"] {
            let chosen = choose(Some(bad), None, own);
            assert_eq!(
                (chosen.path.as_path(), chosen.source),
                (own, Source::Dagdeck)
            );
            assert!(chosen.problem.unwrap().contains(bad));
        }
    }

    #[test]
    fn fresh_ready_and_damaged_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(state(home.path()), State::Fresh);
        database(home.path(), DATABASES[0], &["a"]);
        database(home.path(), DATABASES[1], &["b"]);
        assert_eq!(state(home.path()), State::Fresh);
        database(home.path(), DATABASES[2], &["c"]);
        assert_eq!(state(home.path()), State::Ready);
        let broken = tempfile::tempdir().unwrap();
        database(broken.path(), DATABASES[0], &["a", "b"]);
        assert!(is_damaged(broken.path()));
    }

    #[test]
    fn a_database_server_needs_no_making() {
        let home = tempfile::tempdir().unwrap();
        fs_err::write(
            home.path().join("dagster.yaml"),
            "storage:\n  postgres: {}\n",
        )
        .unwrap();
        assert_eq!(state(home.path()), State::Ready);
    }

    #[test]
    fn our_own_has_statistics_off_and_keeps_what_is_there() {
        let home = tempfile::tempdir().unwrap();
        make_own(home.path()).unwrap();
        assert_eq!(
            fs_err::read_to_string(home.path().join("dagster.yaml")).unwrap(),
            QUIET
        );
        fs_err::write(home.path().join("dagster.yaml"), "x: 1\n").unwrap();
        make_own(home.path()).unwrap();
        assert_eq!(
            fs_err::read_to_string(home.path().join("dagster.yaml")).unwrap(),
            "x: 1\n"
        );
    }
}
