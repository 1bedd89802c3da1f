//! Ends what an app left behind when its guard died with it. Touches only run-files whose owner is dead.
//!
//! A guard that lives is given its time first, for it knows more. What is ended is told with its command and folder, so
//! that a person can see what it was.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::run_file::{Content, RunningProgram, VERSION, forget};
use crate::guard;
use crate::leftover::working_folder;
use crate::tree::{self, Ending, Identity, TABLE_MARK};

/// How long ending may take.
const LIMIT: Duration = Duration::from_secs(3);
/// How long the guards that live may take to end by themselves what they guard.
const GUARDED: Duration = Duration::from_secs(3);
/// The pause between two looks at it.
const LOOK: Duration = Duration::from_millis(25);

/// One process that a sweep ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptProcess {
    /// The pid that it had; free for others by now.
    pub pid: u32,
    /// Its command line.
    pub command: String,
    /// The folder it ran in, absolute; empty where the system does not say.
    pub folder: PathBuf,
}

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// The processes that it ended.
    pub ended: Vec<SweptProcess>,
    /// The guards that should have ended them, live, and did not.
    pub hanging: Vec<u32>,
    /// Run-files that could not be read, under the names they were set aside with.
    pub damaged: Vec<PathBuf>,
}

/// Looks at every run-file in the folder.
pub(super) fn sweep(folder: &Path) -> Swept {
    let mut swept = Swept::default();
    // For all of them together: others wait for who sweeps.
    let guarded = Instant::now() + GUARDED;
    let Ok(entries) = fs_err::read_dir(folder) else {
        return swept;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => sweep_one(&path, guarded, &mut swept),
            // A lock without its file: its owner died before it wrote one, or the file was taken away.
            Some("lock") if !path.with_extension("json").exists() && !is_locked(&path) => {
                forget(&path);
            }
            _ => {}
        }
    }
    swept
}

/// Ends what a dead app ran, once its guard, if that lives, had its time until `guarded`.
fn sweep_one(path: &Path, guarded: Instant, swept: &mut Swept) {
    if is_locked(&path.with_extension("lock")) {
        return;
    }
    let mark = path.file_stem().and_then(|stem| stem.to_str());
    let guard = match read(path) {
        Read::Nothing => return,
        Read::Old => None,
        Read::Left(_) | Read::Damaged => mark.filter(|mark| is_mark(mark)).and_then(guard_of),
    };
    let guards = || guard.is_some_and(tree::is_alive) && path.exists();
    while guards() && Instant::now() < guarded {
        std::thread::sleep(LOOK);
    }
    let hangs = guards();
    let ended = swept.ended.len();
    end_what_it_ran(path, swept);
    if hangs && swept.ended.len() > ended {
        swept.hanging.extend(guard.map(|guard| guard.pid));
    }
}

/// Ends what a dead app ran, and takes its run-file away.
fn end_what_it_ran(path: &Path, swept: &mut Swept) {
    match read(path) {
        Read::Nothing => {}
        Read::Old => forget(path),
        Read::Left(content) => {
            let roots = content
                .processes
                .iter()
                .filter(|entry| is_same(entry, &content.mark))
                .map(|e| e.id)
                .collect();
            swept.ended.extend(end(roots, Some(&content.mark)));
            forget(path);
        }
        Read::Damaged => {
            swept.ended.extend(end(
                Vec::new(),
                path.file_stem().and_then(|stem| stem.to_str()),
            ));
            if let Some(aside) = set_aside(path) {
                swept.damaged.push(aside);
            }
        }
    }
}

/// The process that guards what carries a mark.
fn guard_of(mark: &str) -> Option<Identity> {
    let guards = |&pid: &u32| {
        guard::is_of(&tree::command(pid), mark) && tree::mark_of(pid, TABLE_MARK).is_none()
    };
    let pid = tree::pids().into_iter().find(guards)?;
    tree::process(pid).map(|seen| seen.id)
}

/// What a run-file tells.
enum Read {
    /// Nothing to do: it is gone, or its app lives.
    Nothing,
    /// What ran before the machine was started anew: nothing of it is left.
    Old,
    /// What a dead app ran.
    Left(Content),
    /// No more than its name does.
    Damaged,
}

/// What a run-file tells, held against the machine as it is now: another boot, an owner that lives.
fn read(path: &Path) -> Read {
    let bytes = match fs_err::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Read::Nothing,
        Err(_) => return Read::Damaged,
    };
    match serde_json::from_slice::<Content>(&bytes) {
        Ok(content) if content.version <= VERSION && is_mark(&content.mark) => {
            if content.boot != tree::boot() {
                Read::Old
            } else if super::runs(content.owner) {
                Read::Nothing
            } else {
                Read::Left(content)
            }
        }
        _ => Read::Damaged,
    }
}

/// A mark that is not one of ours must never be looked for: an empty one would find everybody.
fn is_mark(mark: &str) -> bool {
    mark.len() == 32 && mark.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the process of this pid is the one that was entered. A program may have executed another one since: then its
/// mark proves it.
fn is_same(entry: &RunningProgram, mark: &str) -> bool {
    super::runs(entry.id)
        && (entry.executable.is_some() && tree::executable(entry.id.pid) == entry.executable
            || tree::mark_of(entry.id.pid, TABLE_MARK).as_deref() == Some(mark))
}

/// Ends processes by their identity and by their mark, at once: nobody is left who would wait for them to end politely.
fn end(roots: Vec<Identity>, mark: Option<&str>) -> Vec<SweptProcess> {
    let mark = mark.filter(|mark| is_mark(mark));
    if mark.is_none() && roots.is_empty() {
        return Vec::new();
    }
    let mut find = tree::everything(roots, mark.map(|mark| (TABLE_MARK, mark)));
    let swept: Vec<SweptProcess> = find()
        .into_iter()
        .map(|id| SweptProcess {
            pid: id.pid,
            command: tree::command(id.pid),
            folder: working_folder(id.pid).unwrap_or_default(),
        })
        .collect();
    tree::end_with_starting(
        &mut find,
        Ending {
            polite: Duration::ZERO,
            limit: LIMIT,
            clean_looks: 2,
        },
    );
    swept
}

/// Renames a damaged file to one that no sweep reads again.
fn set_aside(path: &Path) -> Option<PathBuf> {
    let aside = (1..1000)
        .map(|n| path.with_extension(format!("damaged-{n}")))
        .find(|path| !path.exists())?;
    fs_err::rename(path, &aside).ok()?;
    forget(path);
    Some(aside)
}

/// Whether somebody living holds this lock.
fn is_locked(path: &Path) -> bool {
    let Ok(file) = fs_err::File::open(path) else {
        return false;
    };
    matches!(
        file.file().try_lock(),
        Err(std::fs::TryLockError::WouldBlock)
    )
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// How long a guard would be waited for: longer than a test may take.
    const FOR_EVER: Duration = Duration::from_hours(1);

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a guard is of no table either")]
    fn no_guard_is_waited_for_where_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let mark = "0123456789abcdef0123456789abcdef";
        let path = folder.path().join(format!("{mark}.json"));
        // No program: it only stands there as a guard does, with the mark in its command line.
        let mut guard = Command::new("sh")
            .args(["-c", "read _", mark])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        while guard_of(mark).is_none() {
            std::thread::yield_now();
        }
        let own = tree::process(std::process::id()).unwrap().id;
        for (boot, stays) in [(tree::boot(), true), ("another".to_owned(), false)] {
            let content = Content {
                version: VERSION,
                mark: mark.to_owned(),
                boot,
                owner: own,
                processes: Vec::new(),
            };
            fs_err::write(&path, serde_json::to_vec(&content).unwrap()).unwrap();
            let mut swept = Swept::default();
            sweep_one(&path, Instant::now() + FOR_EVER, &mut swept);
            assert_eq!(swept, Swept::default());
            assert_eq!(path.exists(), stays);
        }
        guard.kill().unwrap();
        guard.wait().unwrap();
    }
}
