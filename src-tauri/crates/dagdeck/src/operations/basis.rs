//! What pins a plan: all that it was worked out from and all that it says, so that what is done is that or nothing.
//!
//! Owns how a basis is written, compared and refused. Who makes a plan says what its parts are; a start works the same plan
//! out again and asks [`require`]. Refuses to know what a part means. Nothing that merely runs is a part: which processes a
//! plan would stop is shown, and is whatever runs when it begins.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// A plan is not the one that was shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("changed since it was shown: {}", parts.join(", "))]
pub struct Moved {
    /// What moved, by the names that people know it by: "the Dagster version". At least one.
    pub parts: Vec<String>,
}

/// How near to its cause a part is: what was read explains what would be run, and both explain what would come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Read,
    Runs,
    Comes,
}

/// The parts of a plan while it is worked out. Written as text it goes to the host and comes back; a host reads nothing in
/// it. It holds while this program runs, and is none to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Basis {
    lines: Vec<String>,
}

impl Basis {
    /// Adds something that the plan was worked out from, by a name for people: "the Dagster version".
    pub(crate) fn read(&mut self, name: impl fmt::Display, value: &(impl Hash + ?Sized)) {
        self.part(Rank::Read, name, value);
    }

    /// Adds a file with all that it holds now; one that is not there counts too.
    pub(crate) fn file(&mut self, name: impl fmt::Display, path: &Path) {
        let held = fs_err::read(path).map_err(|error| error.kind());
        self.part(Rank::Read, name, &held);
    }

    /// Adds something that would be done: "the command for etl".
    pub(crate) fn runs(&mut self, name: impl fmt::Display, value: &(impl Hash + ?Sized)) {
        self.part(Rank::Runs, name, value);
    }

    /// Adds what would come of it, as a tool said: "the packages of etl".
    pub(crate) fn comes(&mut self, name: impl fmt::Display, value: &(impl Hash + ?Sized)) {
        self.part(Rank::Comes, name, value);
    }

    /// Adds the parts of another plan that belongs to this one.
    pub(crate) fn extend(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    fn part(&mut self, rank: Rank, name: impl fmt::Display, value: &(impl Hash + ?Sized)) {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        let rank = rank as u8;
        let name = name.to_string().replace(['\n', '\r'], " ");
        self.lines
            .push(format!("{rank} {:016x} {name}", hasher.finish()));
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.lines.join("\n"))
    }
}

/// Refuses a plan that is not the one that was shown.
///
/// # Errors
/// Where the two differ; the refusal names what moved.
pub(crate) fn require(shown: &str, now: &str) -> Result<(), Moved> {
    if shown == now {
        return Ok(());
    }
    let parts = differing(shown, now);
    Err(Moved { parts })
}

/// The names of the parts that differ and are nearest to the cause, each once.
fn differing(shown: &str, now: &str) -> Vec<String> {
    let parts = |text: &'_ str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    let (shown, now) = (parts(shown), parts(now));
    let gone = shown.iter().filter(|line| !now.contains(line));
    let new = now.iter().filter(|line| !shown.contains(line));
    let differ: Vec<&String> = gone.chain(new).collect();
    if differ.is_empty() {
        return vec!["the order of what would be done".to_owned()];
    }
    let rank = |line: &str| line.split(' ').next().map(str::to_owned);
    let nearest = differ.iter().map(|line| rank(line)).min().flatten();
    let mut names: Vec<String> = Vec::new();
    for line in differ.iter().filter(|line| rank(line) == nearest) {
        let name = line.splitn(3, ' ').nth(2).unwrap_or("the plan").to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use api::ApiError;

    use super::*;

    fn basis(file: &str, command: &str, packages: &[&str]) -> String {
        let mut basis = Basis::default();
        basis.read("pyproject.toml of etl", file);
        basis.runs("the command for etl", command);
        basis.comes("the packages of etl", packages);
        basis.to_string()
    }

    fn refusal(shown: &str, now: &str) -> String {
        ApiError::from(require(shown, now).unwrap_err()).message
    }

    #[test]
    fn the_same_plan_holds_and_another_is_refused_with_what_moved() {
        let shown = basis("a", "uv add b", &["c"]);
        assert_eq!(require(&shown, &basis("a", "uv add b", &["c"])), Ok(()));
        assert_eq!(
            refusal(&shown, &basis("a", "uv add b", &["c", "d"])),
            "The packages of etl changed since this was shown, so nothing was done."
        );
        assert_eq!(
            refusal(&shown, &basis("a2", "uv add b", &["c", "d"])),
            "pyproject.toml of etl changed since this was shown, so nothing was done.",
            "what follows from the file is not named beside it"
        );
        assert_eq!(
            refusal(&shown, &basis("a", "uv add x", &[])),
            "The command for etl changed since this was shown, so nothing was done."
        );
    }

    #[test]
    fn what_comes_goes_and_changes_place_moves_a_plan() {
        let of = |names: &[&str]| {
            let mut basis = Basis::default();
            for name in names {
                basis.runs(format!("step {name}"), name);
            }
            basis.to_string()
        };
        let said = |shown: &[&str], now: &[&str]| refusal(&of(shown), &of(now));
        assert!(said(&["a"], &["a", "b"]).starts_with("step b changed"));
        assert!(said(&["a", "b"], &["a"]).starts_with("step b changed"));
        assert!(said(&["a", "b"], &["b", "a"]).starts_with("The order of what would be done"));
        let many = said(&[], &["a", "b", "c", "d", "e"]);
        assert!(
            many.starts_with("step a, step b, step c and 2 things more changed"),
            "{many}"
        );
    }

    #[test]
    fn a_file_that_comes_goes_or_holds_something_else_moves_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uv.lock");
        let now = || {
            let mut basis = Basis::default();
            basis.file("uv.lock of\netl", &path);
            basis.to_string()
        };
        let none = now();
        fs_err::write(&path, "").unwrap();
        let empty = now();
        fs_err::write(&path, "version = 1\n").unwrap();
        let full = now();
        for (one, other) in [(&none, &empty), (&empty, &full), (&full, &none)] {
            assert!(refusal(one, other).starts_with("uv.lock of etl changed"));
        }
        assert_eq!(require(&full, &now()), Ok(()));
    }

    #[test]
    fn what_no_plan_ever_said_is_refused() {
        let now = basis("a", "b", &[]);
        assert!(refusal("", &now).starts_with("pyproject.toml of etl changed"));
        assert!(refusal("nonsense", &now).contains("changed since this was shown"));
    }
}
