//! Dagdeck's own log: what its processes (window, owner, terminal) did, and what went wrong in them, for a bug report.
//!
//! One text file per day in Dagdeck's own folder, the last seven days; every process appends to it, and each line names who
//! wrote it. `DAGDECK_LOG` chooses what is written: a level, or one for each module that it names (`debug`, `dagdeck=trace,warn`). What
//! programs print is no part of it (`logstore` keeps that), and nothing here may name the value of a person's variable.

use std::fmt;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use api::{ApiError, ErrorCode};
use tracing::{Level, Subscriber};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::context::{here, state_folder};

/// Names the variable that chooses what is written.
pub const LEVELS: &str = "DAGDECK_LOG";

/// Our own crates.
const OURS: [&str; 12] = [
    "api",
    "attach",
    "dagdeck",
    "dagdeck_cli",
    "dagdeck_desktop",
    "dagster",
    "health",
    "logstore",
    "process",
    "serve",
    "unit",
    "workspace",
];
const NAME: &str = "dagdeck";
const ENDING: &str = "log";
/// How many days are kept.
const DAYS: usize = 7;

/// Which of Dagdeck's processes writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The app with its windows.
    Window,
    /// What runs a workspace.
    Owner,
    /// The `dagdeck` command.
    Terminal,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Window => "window",
            Self::Owner => "owner",
            Self::Terminal => "terminal",
        })
    }
}

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
pub enum OwnLogError {
    /// Its folder can't be made.
    #[error("Dagdeck’s own log can’t be kept in {}", folder.display())]
    Folder {
        /// Where it belongs.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its file can't be written.
    #[error("Dagdeck’s own log can’t be written in {}", folder.display())]
    File {
        /// Where it belongs.
        folder: PathBuf,
        /// Why.
        source: InitError,
    },
    /// This process writes to another already.
    #[error("this process has a log already")]
    Begun(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Begins to write in the folder that this process's environment names, for as long as this process lives; a panic is written too, before anything else becomes of it.
///
/// # Errors
/// When the folder can't hold the log, or it was begun before. Dagdeck works without.
pub fn begin(role: Role) -> Result<(), OwnLogError> {
    let (environment, home) = here();
    let state_folder = state_folder(&environment, &home);
    let levels = environment.get(LEVELS).map(String::as_str);
    let (subscriber, refused) = subscriber(&state_folder, role, levels)?;
    tracing::subscriber::set_global_default(subscriber)?;
    if let Some(refused) = refused {
        tracing::warn!("{LEVELS} is not understood, so the usual is written: {refused}");
    }
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        write_panic(panic);
        usual(panic);
    }));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "began");
    Ok(())
}

/// Writes that something a person asked for was refused or failed; what only can't be done now is of little interest.
pub(crate) fn refused(command: &str, error: &ApiError) {
    let causes = error.causes.join("; ");
    let message = &error.message;
    match error.code {
        ErrorCode::Internal => tracing::error!(command, causes, "a fault of ours: {message}"),
        ErrorCode::Cancelled | ErrorCode::Precondition | ErrorCode::Invalid => {
            tracing::debug!(command, causes, "refused: {message}");
        }
        code => tracing::warn!(command, causes, ?code, "failed: {message}"),
    }
}

/// Where the log is kept.
#[must_use]
pub fn folder(state_folder: &Path) -> PathBuf {
    state_folder.join("own-log")
}

/// The file that was written to last; none where nothing was ever written.
#[must_use]
pub fn newest(state_folder: &Path) -> Option<PathBuf> {
    let files = fs_err::read_dir(folder(state_folder)).ok()?;
    let logs = files.filter_map(|entry| Some(entry.ok()?.path()));
    // Their names hold the day: the last by name is the newest.
    logs.filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .max()
}

/// The last whole lines of the newest file, of at most `bytes` bytes; empty where nothing was ever written.
///
/// # Errors
/// When the file can't be read.
pub fn tail(state_folder: &Path, bytes: u64) -> std::io::Result<String> {
    let Some(path) = newest(state_folder) else {
        return Ok(String::new());
    };
    let mut file = fs_err::File::open(path)?;
    let from = file.metadata()?.len().saturating_sub(bytes);
    file.seek(SeekFrom::Start(from))?;
    let mut text = Vec::new();
    file.take(bytes).read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    // The first line is most likely cut.
    let whole = if from == 0 {
        &*text
    } else {
        text.split_once('\n').map_or("", |(_, whole)| whole)
    };
    Ok(whole.to_owned())
}

/// What writes, and why the chosen levels are not taken.
fn subscriber(
    state_folder: &Path,
    role: Role,
    levels: Option<&str>,
) -> Result<(impl Subscriber + use<>, Option<String>), OwnLogError> {
    let folder = folder(state_folder);
    fs_err::create_dir_all(&folder).map_err(|source| OwnLogError::Folder {
        folder: folder.clone(),
        source,
    })?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(NAME)
        .filename_suffix(ENDING)
        .max_log_files(DAYS)
        .build(&folder)
        .map_err(|source| OwnLogError::File { folder, source })?;
    let chosen = levels.map(str::trim).filter(|levels| !levels.is_empty());
    let (levels, refused) = match chosen.map(str::parse::<Targets>) {
        Some(Ok(levels)) => (levels, None),
        Some(Err(error)) => (usual(), Some(error.to_string())),
        None => (usual(), None),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(WhenAndWho { role })
        // A full disk is said where it keeps somebody from something, not in the middle of what a terminal shows.
        .log_internal_errors(false)
        .with_writer(file);
    let subscriber = tracing_subscriber::registry().with(lines).with(levels);
    Ok((subscriber, refused))
}

/// What Dagdeck does, and what goes wrong in what it stands on.
fn usual() -> Targets {
    Targets::new()
        .with_default(Level::WARN)
        .with_targets(OURS.map(|one| (one, Level::INFO)))
}

/// Begins each line: when, and which process.
struct WhenAndWho {
    role: Role,
}

impl FormatTime for WhenAndWho {
    fn format_time(&self, line: &mut Writer<'_>) -> fmt::Result {
        let now = jiff::Timestamp::now();
        write!(line, "{now:.3} {}[{}]", self.role, std::process::id())
    }
}

fn write_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(ToString::to_string);
    let place = place.as_deref().unwrap_or("an unknown place");
    let calls = std::backtrace::Backtrace::force_capture();
    tracing::error!("panicked at {place}: {message}\n{calls}");
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;
    use tracing::subscriber::with_default;

    use super::*;

    fn written(levels: Option<&str>, say: impl FnOnce()) -> (String, Option<String>) {
        let state = tempdir().unwrap();
        let (subscriber, refused) = subscriber(state.path(), Role::Owner, levels).unwrap();
        with_default(subscriber, say);
        (tail(state.path(), 1 << 20).unwrap(), refused)
    }

    #[test]
    fn a_line_says_when_who_and_what() {
        let (text, refused) = written(None, || {
            tracing::warn!(file = "dg.toml", "can't be read");
            tracing::debug!("of no interest");
            tracing::info!(target: "hyper", "of no interest");
        });
        assert_eq!(refused, None);
        let [line] = text.lines().collect::<Vec<_>>()[..] else {
            panic!("one line, not {text:?}");
        };
        let (when, rest) = line.split_once(' ').unwrap();
        assert!(when.parse::<jiff::Timestamp>().is_ok(), "{when}");
        let who = format!("owner[{}]  WARN ", std::process::id());
        assert!(rest.starts_with(&who), "{rest}");
        assert!(rest.ends_with(r#"can't be read file="dg.toml""#), "{rest}");
    }

    #[test]
    fn the_levels_are_chosen_and_what_is_not_understood_is_said() {
        let say = || tracing::debug!("asked for");
        assert!(written(Some("debug"), say).0.contains("asked for"));
        assert!(!written(Some("  "), say).0.contains("asked for"));
        assert!(
            written(Some("warn,dagdeck=debug"), say)
                .0
                .contains("asked for")
        );
        assert_eq!(written(Some("debug,dagdeck=warn"), say).0, "");
        let (text, refused) = written(Some("dagdeck=loud"), say);
        assert_eq!(text, "");
        assert!(refused.is_some_and(|words| words.contains("loud") || !words.is_empty()));
    }

    #[test]
    fn a_panic_is_written_with_its_place() {
        let (text, _) = written(None, || {
            let usual = std::panic::take_hook();
            std::panic::set_hook(Box::new(write_panic));
            let fell = std::panic::catch_unwind(|| panic!("the sky fell"));
            std::panic::set_hook(usual);
            assert!(fell.is_err());
        });
        assert!(
            text.contains("own_log.rs") && text.contains("the sky fell"),
            "{text}"
        );
    }

    #[test]
    fn the_tail_is_whole_lines_of_the_newest_day() {
        let state = tempdir().unwrap();
        assert_eq!(tail(state.path(), 10).unwrap(), "");
        let folder = folder(state.path());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("dagdeck.2026-11-28.log"), "yesterday\n").unwrap();
        std::fs::write(
            folder.join("dagdeck.2026-11-29.log"),
            "first\nsecond\nthird\n",
        )
        .unwrap();
        assert_eq!(tail(state.path(), 1000).unwrap(), "first\nsecond\nthird\n");
        assert_eq!(tail(state.path(), 8).unwrap(), "third\n");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said() {
        let state = tempdir().unwrap();
        let file = state.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = subscriber(&file, Role::Terminal, None)
            .map(drop)
            .unwrap_err();
        assert!(matches!(error, OwnLogError::Folder { .. }), "{error:?}");
    }
}
