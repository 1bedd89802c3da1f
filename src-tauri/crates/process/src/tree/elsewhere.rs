//! The process list of macOS and Windows, by sysinfo: the same questions, dearer answers.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use super::{Identity, ListedProcess};

/// Between two looks at a process whose end is waited for.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

fn refreshed(which: ProcessesToUpdate<'_>, more: ProcessRefreshKind) -> System {
    let mut system = System::new();
    system.refresh_processes_specifics(which, true, more);
    system
}

fn basics() -> ProcessRefreshKind {
    ProcessRefreshKind::nothing().with_memory().with_cpu()
}

fn seen(process: &Process) -> ListedProcess {
    let pid = process.pid().as_u32();
    ListedProcess {
        id: Identity {
            pid,
            start: process.start_time(),
        },
        parent: process.parent().map_or(0, Pid::as_u32),
        group: group(pid),
        session: process.session_id().map_or(0, Pid::as_u32),
        ended: matches!(
            process.status(),
            sysinfo::ProcessStatus::Zombie | sysinfo::ProcessStatus::Dead
        ),
        ticks: process.accumulated_cpu_time(),
        resident: process.memory(),
    }
}

#[cfg(unix)]
fn group(pid: u32) -> u32 {
    let Ok(pid) = i32::try_from(pid) else {
        return 0;
    };
    let group = nix::unistd::getpgid(Some(nix::unistd::Pid::from_raw(pid)));
    group
        .ok()
        .and_then(|group| u32::try_from(group.as_raw()).ok())
        .unwrap_or(0)
}

#[cfg(not(unix))]
fn group(_pid: u32) -> u32 {
    0
}

/// All pids.
pub(crate) fn pids() -> Vec<u32> {
    all().into_iter().map(|seen| seen.id.pid).collect()
}

/// All processes.
pub(crate) fn all() -> Vec<ListedProcess> {
    refreshed(ProcessesToUpdate::All, basics())
        .processes()
        .values()
        .map(seen)
        .collect()
}

/// One process, or nothing if there is none of this pid.
pub(crate) fn process(pid: u32) -> Option<ListedProcess> {
    let pid = Pid::from_u32(pid);
    refreshed(ProcessesToUpdate::Some(&[pid]), basics())
        .process(pid)
        .map(seen)
}

/// The value of a variable in the environment that this process was started with.
pub(crate) fn mark_of(pid: u32, name: &str) -> Option<String> {
    let pid = Pid::from_u32(pid);
    let more = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    let system = refreshed(ProcessesToUpdate::Some(&[pid]), more);
    let pairs = system.process(pid)?.environ().iter();
    pairs
        .filter_map(|pair| pair.to_str()?.split_once('='))
        .find(|pair| pair.0 == name)
        .map(|pair| pair.1.to_owned())
}

/// Whether its environment can be read and has no such variable. One that is just being started has none yet.
pub(crate) fn is_unmarked(pid: u32, name: &str) -> bool {
    let pid = Pid::from_u32(pid);
    let more = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    let system = refreshed(ProcessesToUpdate::Some(&[pid]), more);
    let all = system
        .process(pid)
        .map(Process::environ)
        .unwrap_or_default();
    let names: Vec<_> = all
        .iter()
        .filter_map(|pair| pair.to_str()?.split_once('='))
        .map(|pair| pair.0)
        .collect();
    !all.is_empty() && !names.contains(&name)
}

/// The program that this process runs.
pub(crate) fn executable(pid: u32) -> Option<PathBuf> {
    let pid = Pid::from_u32(pid);
    let more = ProcessRefreshKind::nothing().with_exe(UpdateKind::Always);
    refreshed(ProcessesToUpdate::Some(&[pid]), more)
        .process(pid)?
        .exe()
        .map(Into::into)
}

/// Its command line, for people.
pub(crate) fn command(pid: u32) -> String {
    let pid = Pid::from_u32(pid);
    let more = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always);
    let system = refreshed(ProcessesToUpdate::Some(&[pid]), more);
    let words = system.process(pid).map(Process::cmd).unwrap_or_default();
    words
        .iter()
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A process that is not our child. Here its end can only be asked for again and again.
pub(crate) struct Watched(Identity);

/// Takes hold of a process; none if it is gone.
///
/// # Errors
/// Never here.
#[expect(clippy::unnecessary_wraps, reason = "on Linux the system may refuse")]
pub(crate) fn watch(id: Identity) -> io::Result<Option<Watched>> {
    Ok(super::is_alive(id).then_some(Watched(id)))
}

impl Watched {
    /// Waits for its end.
    pub(crate) fn wait(&self) {
        while super::is_alive(self.0) {
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// What tells one run of the machine from another.
pub(crate) fn boot() -> String {
    System::boot_time().to_string()
}

/// How long ago a process was started that started then.
pub(crate) fn age(start: u64) -> Option<Duration> {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(start);
    Some(start.elapsed().unwrap_or_default())
}

/// Processor time is counted in milliseconds here.
pub(crate) fn second_in_ticks() -> f64 {
    1000.0
}

/// Ends one process: there are no signals here.
#[cfg(not(unix))]
pub(crate) fn terminate(pid: u32) {
    let pid = Pid::from_u32(pid);
    if let Some(process) = refreshed(
        ProcessesToUpdate::Some(&[pid]),
        ProcessRefreshKind::nothing(),
    )
    .process(pid)
    {
        process.kill();
    }
}
