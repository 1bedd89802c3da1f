//! There is space on the disks that environments, packages and Dagdeck's own files go to.
//!
//! Of the disks of the workspace, of uv's cache and of Dagdeck's own folder, each once however many of these it holds. A
//! disk that does not say how much is free is left out.

use std::path::{Path, PathBuf};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{FilePlace, Finding, FindingKey, Level};
use crate::fix::{Fix, FixAction};
use crate::machine::system;

pub(crate) static CHECK: Check = Check {
    id: "disk-space",
    scope: Scope::Machine,
    passes: "There is space on the disks in use",
    why: "An environment takes about 200 MB. A sync that runs out of space leaves one half made; a run loses its log.",
    reads: &[Reads::Machine, Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

const MEGABYTE: u64 = 1_000_000;
/// Two environments and some logs.
const LITTLE: u64 = 500 * MEGABYTE;
/// Not even a database grows by much.
const NEARLY_NOTHING: u64 = 50 * MEGABYTE;

fn judge(facts: &Facts) -> Vec<Finding> {
    let workspace = facts.workspace.as_ref();
    let root = workspace.map(|one| ("workspace", "the workspace", one.reading.root.clone()));
    let cache = cache(facts).map(|folder| ("cache", CACHE, folder));
    let own = ("own", "Dagdeck’s own files", facts.folder.clone());
    let mut seen: Vec<u64> = Vec::new();
    let mut found = Vec::new();
    for (key, what, folder) in root.into_iter().chain(cache).chain([own]) {
        let Some(disk) = system::disk(&folder) else {
            continue;
        };
        if let (Some(level), false) = (level(disk.free), seen.contains(&disk.id)) {
            found.push(finding(key, level, what, &folder, disk.free));
        }
        // One disk is one fault, however much is on it.
        seen.push(disk.id);
    }
    found
}

const CACHE: &str = "uv’s cache";

/// What is left on a disk, as a level; none where it is enough.
fn level(free: u64) -> Option<Level> {
    if free < NEARLY_NOTHING {
        Some(Level::Blocker)
    } else if free < LITTLE {
        Some(Level::Warning)
    } else {
        None
    }
}

fn finding(key: &'static str, level: Level, what: &str, folder: &Path, free: u64) -> Finding {
    let free = free / MEGABYTE;
    let finding = Finding::new(
        FindingKey::of(key),
        level,
        format!("{free} MB are left on the disk of {what}"),
        "An environment takes about 200 MB, and Dagster writes runs and logs. Free some space: packages that no \
         environment uses any more can leave uv’s cache at once.",
    );
    finding
        .at(FilePlace::of(folder))
        .seen(format!("{}: {free} MB free", folder.display()))
        .fix(
            Fix::new("Copy command", FixAction::Copy("uv cache prune".to_owned()))
                .note("for a terminal"),
        )
}

/// Where uv keeps what it downloaded.
fn cache(facts: &Facts) -> Option<PathBuf> {
    let machine = &facts.machine;
    let named = machine.variable("UV_CACHE_DIR").map(PathBuf::from);
    let usual = || {
        let shared = machine.variable("XDG_CACHE_HOME").map(PathBuf::from);
        let shared = shared.or_else(|| {
            let home = !machine.home.as_os_str().is_empty();
            home.then(|| machine.home.join(".cache"))
        });
        Some(shared?.join("uv"))
    };
    named.or_else(usual).filter(|folder| folder.is_absolute())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn a_disk_with_space_is_none_of_ours() {
        assert_eq!(level(501 * MEGABYTE), None);
        assert_eq!(level(499 * MEGABYTE), Some(Level::Warning));
        assert_eq!(level(0), Some(Level::Blocker));
    }

    /// A small disk of memory, where the system lets a program make one for itself alone.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_small_disk_is_told_once() {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::machine(state.path());
        let small = std::env::var_os("DAGDECK_TEST_SMALL_DISK").map(PathBuf::from);
        let Some(small) = small else {
            test_support::again_alone(
                "mount -t tmpfs -o size=20m none \"$1\"",
                "checks::machine::disk_space::tests::a_small_disk_is_told_once",
                &[("DAGDECK_TEST_SMALL_DISK", state.path())],
            );
            return;
        };
        facts.folder = small.join("state");
        facts.machine.home = small;
        let finding = test_support::the_finding(&CHECK, &facts);
        assert_eq!(finding.level, Level::Blocker);
        assert!(
            finding.title.ends_with("of uv’s cache"),
            "{}",
            finding.title
        );
    }
}
