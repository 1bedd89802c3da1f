//! Moving aside what can't be used, and holding the folder's lock while a file is made, judged or moved.

use std::fs::TryLockError;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is held while the state folder's files are made, judged or moved.
const LOCK: &str = "state.lock";
/// How long another program's start is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Held by the one program that opens the files of a state folder. Let go when dropped, and by the system if we crash.
pub(super) struct OpeningLock {
    _file: fs_err::File,
}

impl OpeningLock {
    /// Waits for other programs that open the folder's files now, ten seconds at most.
    ///
    /// # Errors
    /// When the folder can't be written, or another program does not come to an end.
    pub(super) fn take(folder: &Path) -> std::io::Result<Self> {
        let path = folder.join(LOCK);
        let file = fs_err::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        let begun = Instant::now();
        loop {
            match file.file().try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(PAUSE);
                }
                Err(TryLockError::WouldBlock) => {
                    let why = format!("another Dagdeck holds {}", path.display());
                    return Err(Error::new(ErrorKind::TimedOut, why));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// A file that SQLite keeps beside a database.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Moves a file or folder beside itself, under a name that nothing there has. Answers the new path.
///
/// # Errors
/// When it can't be moved.
pub(super) fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let aside = free(path, |stem, ending, number| {
        format!("{stem}.damaged-{number}{ending}")
    });
    // A log that were left behind would be played into the next database. So it goes first.
    for ending in ["-wal", "-shm", "-journal"] {
        match fs_err::rename(beside(path, ending), beside(&aside, ending)) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    fs_err::rename(path, &aside)?;
    Ok(aside)
}

/// Renames a file of 0.1 that was converted; it stays beside what took its place.
///
/// # Errors
/// When it can't be renamed.
pub(super) fn put_away(path: &Path) -> std::io::Result<()> {
    let away = free(path, |stem, ending, number| match number {
        1 => format!("{stem}.0.1{ending}"),
        _ => format!("{stem}.0.1-{number}{ending}"),
    });
    fs_err::rename(path, away)
}

/// The first name that nothing has. Whoever asks holds the folder's lock, so nothing takes it meanwhile.
fn free(path: &Path, name: impl Fn(&str, &str, u32) -> String) -> PathBuf {
    let part = |part: Option<&std::ffi::OsStr>| {
        part.map(|part| part.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let (stem, ending) = (part(path.file_stem()), part(path.extension()));
    let mut number = 1;
    loop {
        let free = path.with_file_name(name(&stem, &format!(".{ending}"), number));
        let taken = |path: &Path| path.symlink_metadata().is_ok();
        if !taken(&free) && !taken(&beside(&free, "-wal")) {
            return free;
        }
        number += 1;
    }
}
