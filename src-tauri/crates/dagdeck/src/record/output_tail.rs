//! What a program prints while it runs, as lines: the last ones, and how far it says it is.

use std::collections::VecDeque;

use dagster::uv::UvProgress;
use parking_lot::Mutex;
use process::CommandLine;

use api::OperationProgress;

/// With this, a sync compiles what it has installed.
const COMPILES: &str = "--compile-bytecode";
/// How many lines are shown beside a running operation.
const TAIL: usize = 200;
/// A line longer than this is cut: it is shown, not kept.
const LONGEST: usize = 2_000;

/// Takes output as it comes and answers what is worth showing.
#[derive(Debug, Default)]
pub(super) struct OutputTail {
    lines: Mutex<Lines>,
    /// Whether a sync compiles what it has installed; anything else is done then, or begins.
    compiles: bool,
}

#[derive(Debug, Default)]
struct Lines {
    open: Vec<u8>,
    tail: VecDeque<String>,
    progress: UvProgress,
    /// How many files were compiled when it had chosen versions: once there are more, it compiles.
    before: Option<u32>,
    /// How many files are compiled, of how many.
    compiled: Option<(u32, u32)>,
    news: bool,
}

impl OutputTail {
    /// What `command` prints.
    pub(super) fn of(command: &CommandLine) -> Self {
        Self {
            compiles: command.arguments.iter().any(|one| one == COMPILES),
            ..Self::default()
        }
    }

    /// Whether it may be compiling, of which it says nothing itself.
    pub(super) fn may_compile(&self) -> bool {
        let progress = &self.lines.lock().progress;
        self.compiles && (progress.has_installed() || progress.has_resolved())
    }

    /// Is told how many files are compiled, of how many.
    pub(super) fn count_compiled(&self, done: u32, total: u32) {
        let mut lines = self.lines.lock();
        if lines.progress.has_resolved() {
            let before = *lines.before.get_or_insert(done);
            if done <= before {
                return;
            }
            lines.progress.sees_bytecode();
        }
        let counted = Some((done, total)).filter(|_| total > 0);
        lines.news |= lines.compiled != counted;
        lines.compiled = counted;
    }

    /// Takes a piece of output, cut anywhere.
    pub(super) fn take(&self, bytes: &[u8]) {
        let mut lines = self.lines.lock();
        for &byte in bytes {
            if byte == b'\n' {
                lines.end();
            } else if lines.open.len() < LONGEST {
                lines.open.push(byte);
            }
        }
    }

    /// The progress and the last lines, if anything was said since the last look.
    pub(super) fn news(&self) -> Option<(Option<OperationProgress>, Vec<String>)> {
        let mut lines = self.lines.lock();
        std::mem::take(&mut lines.news).then(|| {
            let installed = lines.progress.has_installed();
            let words = lines.progress.words();
            let words = words.filter(|_| self.compiles || !installed);
            let compiled = lines.compiled.filter(|_| installed);
            let progress = words.map(|words| OperationProgress {
                words,
                done: compiled.map(|(done, _)| done).or(lines.progress.done()),
                total: compiled.map(|(_, total)| total).or(lines.progress.total()),
            });
            (progress, lines.tail.iter().cloned().collect())
        })
    }
}

impl Lines {
    fn end(&mut self) {
        let line = String::from_utf8_lossy(&self.open);
        let line = line.trim_end_matches('\r').to_owned();
        self.open.clear();
        self.progress.hear(&line);
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
        self.news = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cut_anywhere_come_whole_and_once() {
        let heard = OutputTail::default();
        heard.take(b"Resolved 119 pack");
        assert_eq!(heard.news(), None, "no line has ended");
        heard.take(b"ages in 3.47s\r\nInst");
        let (progress, tail) = heard.news().unwrap();
        assert_eq!(tail, ["Resolved 119 packages in 3.47s"]);
        assert_eq!(progress.unwrap().total, Some(119));
        assert_eq!(heard.news(), None);
    }

    #[test]
    fn compiling_is_counted_where_a_sync_compiles_and_not_said_elsewhere() {
        let sync = CommandLine::new("uv", "/w").args(["sync", COMPILES]);
        let heard = OutputTail::of(&sync);
        assert!(!heard.may_compile());
        heard.take(b"Installed 101 packages in 141ms\n");
        assert!(heard.may_compile());
        let (progress, _) = heard.news().unwrap();
        let progress = progress.unwrap();
        assert_eq!(
            (progress.done, progress.total),
            (None, None),
            "nothing is claimed"
        );
        heard.count_compiled(10, 400);
        let (progress, _) = heard.news().unwrap();
        let progress = progress.unwrap();
        assert_eq!((progress.done, progress.total), (Some(10), Some(400)));
        heard.count_compiled(10, 400);
        assert_eq!(heard.news(), None, "the same is no news");
        heard.take(b"Bytecode compiled 400 files in 3.2s\n");
        let (progress, _) = heard.news().unwrap();
        assert_eq!(progress.unwrap().total, None);
        assert!(!heard.may_compile());

        let tool = OutputTail::of(&CommandLine::new("uv", "/w").args(["tool", "run"]));
        tool.take(b"Installed 40 packages in 30ms\n");
        let (progress, tail) = tool.news().unwrap();
        assert_eq!(
            (progress, tail.len()),
            (None, 1),
            "the tool itself runs by then"
        );
        assert!(!tool.may_compile());
    }

    #[test]
    fn a_sync_that_installs_nothing_compiles_once_bytecode_appears() {
        let heard = OutputTail::of(&CommandLine::new("uv", "/w").args(["sync", COMPILES]));
        heard.take(b"Resolved 119 packages in 3ms\n");
        assert!(heard.may_compile());
        let words = || heard.news().and_then(|(progress, _)| Some(progress?.words));
        let fetching = "Fetching what is missing of 119 packages";
        assert_eq!(words().as_deref(), Some(fetching));
        heard.count_compiled(40, 400);
        heard.count_compiled(40, 400);
        assert_eq!(words(), None, "nothing is claimed of what was there");
        heard.count_compiled(90, 400);
        assert_eq!(words().as_deref(), Some("Compiling Python files"));
        assert!(heard.may_compile());
    }
}
