//! What is measured: times, and the CPU and memory of a process with all it started.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The middle value.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// How long something takes, in seconds.
pub(super) fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, f64)> {
    let started = Instant::now();
    let answer = work()?;
    Ok((answer, started.elapsed().as_secs_f64()))
}

/// Asks until `condition` holds.
pub(super) fn wait(what: &str, limit: Duration, condition: impl FnMut() -> bool) -> Result<()> {
    wait_asking_every(Duration::from_millis(20), what, limit, condition)
}

/// Asks this often until `condition` holds.
pub(super) fn wait_asking_every(
    pause: Duration,
    what: &str,
    limit: Duration,
    mut condition: impl FnMut() -> bool,
) -> Result<()> {
    let started = Instant::now();
    while !condition() {
        anyhow::ensure!(started.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(pause);
    }
    Ok(())
}

/// The ids of a process and of everything below it.
pub(super) fn tree(root: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        if let Some(parent) = stat(pid).and_then(|fields| fields.get(1)?.parse::<u32>().ok()) {
            parents.push((pid, parent));
        }
    }
    let mut found = BTreeSet::from([root]);
    loop {
        let before = found.len();
        for (pid, parent) in &parents {
            if found.contains(parent) {
                found.insert(*pid);
            }
        }
        if found.len() == before {
            return found.into_iter().collect();
        }
    }
}

/// Proportional memory (shared pages split among their users) of these processes, in MB.
pub(super) fn memory(pids: &[u32]) -> f64 {
    let kilobytes: f64 = pids
        .iter()
        .filter_map(|pid| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
            let line = text.lines().find(|line| line.starts_with("Pss:"))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        })
        .sum();
    kilobytes / 1000.0
}

/// The share of one core that these processes used over a while, in percent.
pub(super) fn cpu(pids: &[u32], over: Duration) -> f64 {
    let (started, before) = (Instant::now(), processor(pids));
    std::thread::sleep(over);
    (processor(pids) - before) / started.elapsed().as_secs_f64() * 100.0
}

/// The seconds of one core that these processes used since they began, threads that ended included. By their clocks: what stat
/// tells is in hundredths of a second, of which a process that idles uses one in half a minute.
pub(super) fn processor(pids: &[u32]) -> f64 {
    let used = pids.iter().filter_map(|&pid| processor_clock(pid));
    used.sum::<Duration>().as_secs_f64()
}

#[cfg(target_os = "linux")]
fn processor_clock(pid: u32) -> Option<Duration> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).ok()?);
    let clock = nix::time::ClockId::pid_cpu_clock_id(pid).ok()?;
    clock.now().ok().map(Duration::from)
}

#[cfg(not(target_os = "linux"))]
fn processor_clock(_: u32) -> Option<Duration> {
    None
}

/// The fields of a process's stat file from its state on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = text.rsplit_once(") ")?.1.split(' ');
    Some(fields.map(str::to_owned).collect())
}

/// Whether a process is gone, or only waits to be noticed.
fn has_ended(pid: u32) -> bool {
    stat(pid).is_none_or(|fields| matches!(fields.first().map(String::as_str), Some("Z" | "X")))
}

/// This machine in one line.
pub(super) fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_default();
    let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{} {}, {cores} cores ({processor}), {memory}, load {load} at the end",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// A process that is ended, politely first, with the value.
pub(super) struct MeasuredProcess {
    child: std::process::Child,
}

impl MeasuredProcess {
    /// Starts it quietly.
    pub(super) fn start(program: crate::program::Program) -> Result<MeasuredProcess> {
        use std::process::Stdio;
        let line = program.line();
        let child = program
            .into_command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("could not run `{line}`"))?;
        Ok(MeasuredProcess { child })
    }

    /// Its id.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    fn signal(&self, name: &str) {
        let _ = std::process::Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
    }
}

impl Drop for MeasuredProcess {
    fn drop(&mut self) {
        let everything = tree(self.pid());
        self.signal("INT");
        // With all it started, or what is left of it would take from the next measurement.
        let quiet = wait("it ends", Duration::from_secs(20), || {
            let ended = self.child.try_wait().is_ok_and(|status| status.is_some());
            ended
                && everything
                    .iter()
                    .all(|pid| *pid == self.pid() || has_ended(*pid))
        });
        if quiet.is_err() {
            for pid in &everything {
                let _ = std::process::Command::new("kill")
                    .args(["-KILL", &pid.to_string()])
                    .status();
            }
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_odd_and_even_lists() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
    }

    #[test]
    fn a_tree_holds_its_children_and_their_memory() {
        let mut child = std::process::Command::new("tail")
            .args(["-f", "/dev/null"])
            .spawn()
            .unwrap();
        let pids = tree(std::process::id());
        let memory = memory(&[child.id()]);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(pids.contains(&child.id()));
        assert!(memory > 0.0);
    }
}
