//! Waiting for conditions, and looking at processes without any help from the crate under test.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use process::{CommandLine, GuardProgram, Table};

/// The program that plays parts.
pub(crate) fn actor() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_process-actor"))
}

pub(crate) fn guard() -> GuardProgram {
    GuardProgram {
        program: actor(),
        arguments: vec!["guard".into()],
    }
}

/// A table in a folder of its own.
pub(crate) fn table() -> (Table, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Table::open(folder.path(), guard()).unwrap().0, folder)
}

/// A shell script; `tag` is inherited by all that it starts.
pub(crate) fn script(script: &str, tag: &str) -> CommandLine {
    CommandLine::new("/bin/sh", "/")
        .args(["-c", script])
        .env("TAG", tag)
}

/// Waits until the condition holds; fails when it does not in time.
pub(crate) fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < limit, "not within {limit:?}: {what}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(5));
    }
    begun.elapsed()
}

/// The living processes that carry the tag in their environment or command line, except `but`.
pub(crate) fn tagged(tag: &str, but: u32) -> Vec<u32> {
    let holds = |pid: u32, file: &str| {
        let all = fs_err::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        all.split(|&byte| byte == 0)
            .any(|part| part == tag.as_bytes() || part == format!("TAG={tag}").as_bytes())
    };
    fs_err::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|&pid| {
            pid != but
                && pid != std::process::id()
                && (holds(pid, "environ") || holds(pid, "cmdline"))
        })
        .collect()
}

pub(crate) fn is_alive(pid: u32) -> bool {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// When it was started, as the system counts it.
pub(crate) fn start_of(pid: u32) -> u64 {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    rest.split(' ').nth(19).unwrap().parse().unwrap()
}

pub(crate) fn kill(pid: u32) {
    signal(pid, Signal::SIGKILL);
}

pub(crate) fn signal(pid: u32, which: Signal) {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
    nix::sys::signal::kill(pid, which).unwrap();
}

pub(crate) fn fresh_tag() -> String {
    format!("tag-{}", uuid::Uuid::new_v4().simple())
}

/// The guard of the table that keeps its run-file in this folder, once it can be seen: a program that was started a moment ago
/// has no command line yet.
pub(crate) fn the_guard_of(folder: &std::path::Path) -> u32 {
    let mut guard = None;
    until("the guard stands", Duration::from_secs(60), || {
        guard = guard_of(folder);
        guard.is_some()
    });
    guard.unwrap()
}

/// The guard of the table that keeps its run-file in this folder.
pub(crate) fn guard_of(folder: &std::path::Path) -> Option<u32> {
    let path = folder.to_str().unwrap();
    fs_err::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .find(|pid| {
            let line = fs_err::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let parts: Vec<String> = line
                .split(|&b| b == 0)
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect();
            parts.get(1).is_some_and(|part| part == "guard")
                && parts.iter().any(|part| part.starts_with(path))
        })
}
