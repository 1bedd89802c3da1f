//! What a program prints while it runs, as lines: the last ones, and how far it says it is.

use std::collections::VecDeque;

use dagster::uv::UvProgress;
use parking_lot::Mutex;

use api::OperationProgress;

/// How many lines are shown beside a running operation.
const TAIL: usize = 200;
/// A line longer than this is cut: it is shown, not kept.
const LONGEST: usize = 2_000;

/// Takes output as it comes and answers what is worth showing.
#[derive(Debug, Default)]
pub(super) struct OutputTail(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    open: Vec<u8>,
    tail: VecDeque<String>,
    progress: UvProgress,
    news: bool,
}

impl OutputTail {
    /// Takes a piece of output, cut anywhere.
    pub(super) fn take(&self, bytes: &[u8]) {
        let mut lines = self.0.lock();
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
        let mut lines = self.0.lock();
        std::mem::take(&mut lines.news).then(|| {
            let progress = lines.progress.words().map(|words| OperationProgress {
                words,
                done: lines.progress.done(),
                total: lines.progress.total(),
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
}
