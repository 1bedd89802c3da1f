//! The process list of Linux, read from /proc one file at a time: asking for one process costs microseconds.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use super::{Identity, ListedProcess};

/// All pids.
pub(crate) fn pids() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

/// All processes.
pub(crate) fn all() -> Vec<ListedProcess> {
    pids().into_iter().filter_map(process).collect()
}

/// One process, or nothing if there is none of this pid.
pub(crate) fn process(pid: u32) -> Option<ListedProcess> {
    let mut buffer = [0u8; 1024];
    let length = File::open(format!("/proc/{pid}/stat"))
        .ok()?
        .read(&mut buffer)
        .ok()?;
    parse(pid, buffer.get(..length)?)
}

/// Reads a stat line. The name stands in parentheses and may itself hold any of them, so the last one counts.
fn parse(pid: u32, line: &[u8]) -> Option<ListedProcess> {
    let end_of_name = line.iter().rposition(|&byte| byte == b')')?;
    let rest = std::str::from_utf8(line.get(end_of_name + 2..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let small = |index: usize| {
        fields
            .get(index)?
            .parse::<i64>()
            .ok()
            .map(|value| u32::try_from(value).unwrap_or(0))
    };
    Some(ListedProcess {
        id: Identity {
            pid,
            start: number(19)?,
        },
        ended: matches!(*fields.first()?, "Z" | "X" | "x"),
        parent: small(1)?,
        group: small(2)?,
        session: small(3)?,
        ticks: number(11)? + number(12)?,
        resident: number(21)? * page_size(),
    })
}

/// The value of a variable in the environment that this process was started with.
pub(crate) fn mark_of(pid: u32, name: &str) -> Option<String> {
    let all = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let pair = all
        .split(|&byte| byte == 0)
        .find_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    Some(String::from_utf8_lossy(pair).into_owned())
}

/// Whether its environment can be read and has no such variable. One that is just being started has none yet.
pub(crate) fn is_unmarked(pid: u32, name: &str) -> bool {
    let read = || std::fs::read(format!("/proc/{pid}/environ"));
    let Ok(mut all) = read() else { return false };
    if all.is_empty() {
        // Until it has a command line it is being started; what has one and still no variables was started without any.
        let started = !command(pid).is_empty();
        match read() {
            Ok(again) if started => all = again,
            _ => return false,
        }
    }
    let named = |pair: &[u8]| {
        pair.strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
    };
    !all.split(|&byte| byte == 0).any(named)
}

/// The program that this process runs.
pub(crate) fn executable(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// Its command line, for people.
pub(crate) fn command(pid: u32) -> String {
    let all = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words: Vec<_> = all
        .split(|&b| b == 0)
        .filter(|w| !w.is_empty())
        .map(String::from_utf8_lossy)
        .collect();
    words.join(" ")
}

/// A process that is not our child, held so that its end can be waited for.
pub(crate) struct Watched {
    id: Identity,
    held: OwnedFd,
}

/// Takes hold of a process; none if it is gone.
///
/// # Errors
/// When the system refuses, or knows no such hold (Linux before 5.3).
pub(crate) fn watch(id: Identity) -> io::Result<Option<Watched>> {
    let pid = i32::try_from(id.pid).ok();
    let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) else {
        return Ok(None);
    };
    match rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()) {
        // Looked at after it was taken hold of: the pid may have been given to another before.
        Ok(held) => Ok(super::is_alive(id).then_some(Watched { id, held })),
        Err(rustix::io::Errno::SRCH) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Watched {
    /// Waits for its end.
    pub(crate) fn wait(&self) {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        let mut ended = [PollFd::new(self.held.as_fd(), PollFlags::POLLIN)];
        loop {
            match poll(&mut ended, PollTimeout::NONE) {
                Ok(_) => return,
                Err(nix::errno::Errno::EINTR) => {}
                // A system short of memory may refuse for a while.
                Err(_) if super::is_alive(self.id) => std::thread::sleep(super::PAUSE),
                Err(_) => return,
            }
        }
    }
}

/// What tells one run of the machine from another: start times mean nothing across them.
pub(crate) fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

/// How long ago a process was started that started then.
pub(crate) fn age(start: u64) -> Option<Duration> {
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let up: f64 = uptime.split(' ').next()?.parse().ok()?;
    // Exact for more than a year of a machine that stays up.
    let start = u32::try_from(start).map_or(f64::from(u32::MAX), f64::from);
    Duration::try_from_secs_f64((up - start / second_in_ticks()).max(0.0)).ok()
}

/// How many ticks of processor time make a second.
pub(crate) fn second_in_ticks() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let ticks = nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK)
            .ok()
            .flatten()
            .unwrap_or(100);
        u32::try_from(ticks).map_or(100.0, f64::from)
    })
}

fn page_size() -> u64 {
    static SIZE: OnceLock<u64> = OnceLock::new();
    *SIZE.get_or_init(|| {
        let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
            .ok()
            .flatten()
            .unwrap_or(4096);
        u64::try_from(size).unwrap_or(4096)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let line = b"42 (a) (b c) S 7 42 41 0 -1 4194304 1 2 3 4 50 60 0 0 20 0 1 0 9999 1000 3 18446744073709551615 1";
        let seen = parse(42, line).unwrap();
        assert_eq!((seen.parent, seen.group, seen.session), (7, 42, 41));
        assert_eq!(
            (seen.ticks, seen.id.start, seen.resident),
            (110, 9999, 3 * page_size())
        );
        assert!(!seen.ended);
    }

    #[test]
    fn we_see_ourselves() {
        let us = process(std::process::id()).unwrap();
        assert!(us.resident > 0 && us.id.start > 0);
        assert!(all().iter().any(|seen| seen.id == us.id));
        assert!(!command(std::process::id()).is_empty());
        assert!(is_unmarked(std::process::id(), "NOBODY_SETS_THIS"));
        assert!(!is_unmarked(std::process::id(), "PATH"));
    }

    #[test]
    fn a_pid_is_another_ones_where_its_process_is_younger() {
        use std::time::SystemTime;
        let (us, now) = (std::process::id(), SystemTime::now());
        assert!(crate::lives_since(us, now));
        assert!(!crate::lives_since(
            us,
            now - Duration::from_secs(1_000_000)
        ));
        assert!(!crate::lives_since(u32::MAX, now));
    }
}
