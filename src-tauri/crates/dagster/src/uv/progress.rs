//! How far a `uv sync` is, from the plain lines that it prints when nobody's terminal listens.
//!
//! Seen with uv 0.13.8: `Resolved 119 packages in 3.47s`, `Downloading dagster (2.1MiB)`, ` Downloaded dagster`,
//! `Building acme @ file://...`, `Built acme @ file://...`, `Prepared 98 packages in 2.10s`, `Installed 101 packages in
//! 141ms` (or `Uninstalled`, `Checked`, `Audited`), `Bytecode compiled 9876 files in 3.2s`. It names only large downloads, and says nothing
//! between two lines. Where nothing has to be installed, `Bytecode compiled …` follows `Resolved …` with nothing between.

/// How far a sync has come by the lines that were heard; begins with none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UvProgress {
    phase: Phase,
    resolved: Option<u32>,
    downloading: u32,
    downloaded: u32,
    current: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Silent,
    Resolving,
    Resolved,
    Fetching,
    Prepared,
    Installed,
    Compiled,
}

impl UvProgress {
    /// Takes the next line.
    pub fn hear(&mut self, line: &str) {
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "Using" | "Creating" => self.phase = Phase::Resolving,
            "Resolved" => {
                self.resolved = number(rest);
                self.phase = Phase::Resolved;
            }
            "Downloading" | "Building" => {
                self.downloading += 1;
                self.current = rest.split([' ', '@']).next().map(str::to_owned);
                self.phase = Phase::Fetching;
            }
            "Downloaded" | "Built" => self.downloaded += 1,
            "Prepared" => self.phase = Phase::Prepared,
            "Installed" | "Uninstalled" | "Checked" | "Audited" => self.phase = Phase::Installed,
            "Bytecode" => self.phase = Phase::Compiled,
            _ => {}
        }
    }

    /// Whether it has chosen versions and said nothing since: it fetches, or it compiles already, for all was installed.
    #[must_use]
    pub fn has_resolved(&self) -> bool {
        self.phase == Phase::Resolved
    }

    /// Is told that bytecode appears, so nothing had to be installed.
    pub fn sees_bytecode(&mut self) {
        if self.has_resolved() {
            self.phase = Phase::Installed;
        }
    }

    /// Whether all is installed, and a sync that compiles is at that: uv tells only when it is done.
    #[must_use]
    pub fn has_installed(&self) -> bool {
        self.phase == Phase::Installed
    }

    /// What uv is at, in words; none before it said anything.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let packages = || match self.resolved {
            Some(1) => "1 package".to_owned(),
            Some(count) => format!("{count} packages"),
            None => "packages".to_owned(),
        };
        Some(match self.phase {
            Phase::Silent => return None,
            Phase::Resolving => "Choosing versions".to_owned(),
            Phase::Resolved => format!("Fetching what is missing of {}", packages()),
            Phase::Fetching => match &self.current {
                Some(name) => format!("Fetching {name}"),
                None => "Fetching packages".to_owned(),
            },
            Phase::Prepared => format!("Installing {}", packages()),
            Phase::Installed => "Compiling Python files".to_owned(),
            Phase::Compiled => "Finishing".to_owned(),
        })
    }

    /// How many packages are there by now; none where uv does not say.
    #[must_use]
    pub fn done(&self) -> Option<u32> {
        match self.phase {
            Phase::Fetching => Some(self.downloaded),
            _ => None,
        }
    }

    /// How many there are to be.
    #[must_use]
    pub fn total(&self) -> Option<u32> {
        match self.phase {
            Phase::Fetching => Some(self.downloading),
            Phase::Resolved | Phase::Prepared => self.resolved,
            _ => None,
        }
    }
}

/// The number that a line's rest begins with.
fn number(rest: &str) -> Option<u32> {
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_sync_goes_from_choosing_to_done() {
        let mut progress = UvProgress::default();
        let mut said = Vec::new();
        for line in include_str!("../../tests/samples/uvsync-am.err").lines() {
            progress.hear(line);
            let words = progress.words();
            if said.last() != words.as_ref() {
                said.extend(words);
            }
        }
        assert_eq!(
            said,
            [
                "Choosing versions",
                "Fetching what is missing of 119 packages",
                "Fetching analytics-ml",
                "Installing 119 packages",
                "Compiling Python files"
            ]
        );
    }

    #[test]
    fn other_words_say_nothing() {
        let mut progress = UvProgress::default();
        progress.hear("warning: something");
        assert_eq!((progress.words(), progress.total()), (None, None));
    }
}
