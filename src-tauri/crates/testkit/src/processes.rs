//! Which processes have to do with a folder: how tests see that nothing was left behind.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::within;

/// A process of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedProcess {
    /// Its id.
    pub pid: u32,
    /// Its parent's id.
    pub parent: u32,
    /// Its command line as /proc tells it, the program's name first.
    pub arguments: Vec<String>,
    /// Its executable.
    pub program: PathBuf,
}

impl ListedProcess {
    /// Its arguments as one line.
    pub fn line(&self) -> String {
        self.arguments.join(" ")
    }

    /// Whether the line has this in it.
    pub fn says(&self, text: &str) -> bool {
        self.line().contains(text)
    }
}

/// Every process whose working folder, arguments or environment name one of the folders. Ended ones nobody waited for
/// (zombies) do not count, nor do this process and those it runs for the test itself (drivers and WebKit's helpers).
#[cfg(target_os = "linux")]
pub fn mentioning(folders: &[&Path]) -> Vec<ListedProcess> {
    const HARNESS: &[&str] = &["WebKit", "xdg-dbus-proxy", "bwrap"];
    let Ok(all) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    all.flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| *pid != std::process::id())
        .filter(|pid| mentions(*pid, folders))
        .filter_map(read)
        .filter(|process| {
            let name = process.program.file_name().unwrap_or_default();
            let name = name.to_string_lossy();
            !HARNESS.iter().any(|harness| name.starts_with(harness))
        })
        .collect()
}

/// Names what stays running of Dagster's: a code location, the webserver, the daemon.
const STAYS: [&str; 3] = ["grpc", "dagster_webserver", "dagster._daemon"];

/// The pids of what stays running of Dagster's in a workspace, in order; what only asks something comes and goes. Panics where
/// nothing runs.
#[cfg(target_os = "linux")]
pub fn dagsters(root: &Path) -> Vec<u32> {
    let running = mentioning(&[root]).into_iter();
    let staying = running.filter(|process| STAYS.iter().any(|word| process.says(word)));
    let mut pids: Vec<u32> = staying.map(|process| process.pid).collect();
    pids.sort_unstable();
    assert!(!pids.is_empty(), "nothing runs");
    pids
}

/// The same, once one of each kind is among it.
#[cfg(target_os = "linux")]
pub async fn all_dagsters(root: &Path, limit: Duration) -> Vec<u32> {
    crate::wait_until("webserver and daemon run", limit, async || {
        let running = mentioning(&[root]);
        let runs = |word: &&str| running.iter().any(|process| process.says(word));
        STAYS.iter().all(runs)
    })
    .await;
    dagsters(root)
}

/// How long the last process may take to go on a busy machine. Only ends a test that would wait for ever.
const GOING: Duration = Duration::from_secs(60);

/// Waits until no process mentions the folders; panics with their lines where they don't go.
pub async fn wait_until_none_mentions(folders: &[&Path]) {
    let left = async || {
        let left = mentioning(folders);
        left.iter()
            .map(|process| format!("{} {}", process.pid, process.line()))
            .collect::<Vec<_>>()
    };
    let started = std::time::Instant::now();
    within(
        "nothing is left running",
        GOING + Duration::from_secs(10),
        async || {
            let left = left().await;
            assert!(
                left.is_empty() || started.elapsed() < GOING,
                "still running after {GOING:?}:\n{}",
                left.join("\n")
            );
            left.is_empty().then_some(())
        },
    )
    .await;
}

#[cfg(target_os = "linux")]
fn mentions(pid: u32, folders: &[&Path]) -> bool {
    let place = PathBuf::from(format!("/proc/{pid}"));
    if let Ok(folder) = std::fs::read_link(place.join("cwd"))
        && folders.iter().any(|known| folder.starts_with(known))
    {
        return true;
    }
    ["cmdline", "environ"].iter().any(|file| {
        let text = std::fs::read(place.join(file)).unwrap_or_default();
        folders.iter().any(|folder| {
            let name = folder.as_os_str().as_encoded_bytes();
            text.windows(name.len()).any(|window| window == name)
        })
    })
}

#[cfg(target_os = "linux")]
fn read(pid: u32) -> Option<ListedProcess> {
    let place = PathBuf::from(format!("/proc/{pid}"));
    let status = std::fs::read_to_string(place.join("stat")).ok()?;
    // The name before it may hold spaces and brackets; the state and the parent follow the last bracket.
    let mut fields = status.rsplit_once(") ")?.1.split(' ');
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    let parent = fields.next()?.parse().ok()?;
    let line = std::fs::read(place.join("cmdline")).ok()?;
    let arguments = line
        .split(|byte| *byte == 0)
        .filter(|word| !word.is_empty())
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    Some(ListedProcess {
        pid,
        parent,
        arguments,
        program: std::fs::read_link(place.join("exe")).unwrap_or_default(),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::TestDir;

    #[tokio::test]
    async fn sees_a_process_by_its_folder_until_it_ends() {
        let folder = TestDir::new();
        let mut child = std::process::Command::new("tail")
            .args(["-f", "/dev/null"])
            .current_dir(folder.path())
            .spawn()
            .unwrap();
        // The system may let us go on before the new program's arguments are there.
        let seen = within("tail is there", Duration::from_secs(5), async || {
            let seen = mentioning(&[folder.path()]);
            seen.iter().any(|one| one.says("tail -f")).then_some(seen)
        })
        .await;
        assert_eq!(seen.len(), 1, "{seen:?}");
        assert_eq!(seen[0].pid, child.id());
        assert_eq!(seen[0].parent, std::process::id());
        child.kill().unwrap();
        wait_until_none_mentions(&[folder.path()]).await;
        child.wait().unwrap();
    }
}
