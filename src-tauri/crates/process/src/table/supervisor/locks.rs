//! The locks that the guard is to hold: which it was asked for, what it answered, and the waiting for that.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::guard::words::{LockAnswer, Word};

/// What was asked of the guard about locks.
#[derive(Debug, Default)]
pub(super) struct Locks {
    asked: BTreeMap<PathBuf, LockRequest>,
    /// What it was told to let go of and has not answered yet.
    leaving: BTreeSet<u64>,
    /// Counts what is asked, so that an answer that comes late is taken for no other.
    last: u64,
}

#[derive(Debug)]
struct LockRequest {
    number: u64,
    answer: Option<Result<(), String>>,
}

impl Locks {
    /// The line that asks for a lock.
    pub(super) fn hold(&mut self, lock: &Path) -> io::Result<String> {
        let number = self.number();
        let line = Word::Hold(number, lock.to_owned()).line()?;
        let answer = None;
        self.asked
            .insert(lock.to_owned(), LockRequest { number, answer });
        Ok(line)
    }

    /// The line that gives a lock back, with its number; none where it was never asked for.
    pub(super) fn let_go(&mut self, lock: &Path) -> io::Result<Option<(u64, String)>> {
        if self.asked.remove(lock).is_none() {
            return Ok(None);
        }
        let number = self.number();
        let line = Word::LetGo(number, lock.to_owned()).line()?;
        self.leaving.insert(number);
        Ok(Some((number, line)))
    }

    /// Every lock, asked for again: of a guard that knows of none.
    pub(super) fn again(&mut self) -> String {
        self.leaving.clear();
        let locks: Vec<PathBuf> = self.asked.keys().cloned().collect();
        // Each was told before, so each can be.
        let lines = locks.iter().filter_map(|lock| self.hold(lock).ok());
        lines.collect()
    }

    /// Takes in what the guard answered. One to something that was asked again or taken back since is passed over.
    pub(super) fn heard(&mut self, answer: LockAnswer) {
        self.leaving.remove(&answer.number);
        let mut asked = self.asked.values_mut();
        if let Some(asked) = asked.find(|asked| asked.number == answer.number) {
            asked.answer = Some(answer.result);
        }
    }

    /// What was answered about a lock; none as long as nothing was.
    pub(super) fn answer(&self, lock: &Path) -> Option<Result<(), String>> {
        self.asked.get(lock)?.answer.clone()
    }

    /// Whether the guard still has to let go of something.
    pub(super) fn is_leaving(&self, number: u64) -> bool {
        self.leaving.contains(&number)
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(number: u64, result: Result<(), String>) -> LockAnswer {
        LockAnswer { number, result }
    }

    #[test]
    fn an_answer_to_what_was_taken_back_is_none_to_what_is_asked_again() {
        let lock = Path::new("/lock");
        let mut locks = Locks::default();
        assert_eq!(locks.hold(lock).unwrap(), "=1 \"/lock\"\n");
        let gone = locks.let_go(lock).unwrap();
        assert_eq!(gone, Some((2, "~2 \"/lock\"\n".to_owned())));
        assert_eq!(locks.hold(lock).unwrap(), "=3 \"/lock\"\n");
        locks.heard(answer(1, Ok(())));
        assert_eq!(locks.answer(lock), None);
        assert!(locks.is_leaving(2));
        locks.heard(answer(2, Ok(())));
        assert!(!locks.is_leaving(2));
        locks.heard(answer(3, Err("no".to_owned())));
        assert_eq!(locks.answer(lock), Some(Err("no".to_owned())));
        assert_eq!(locks.let_go(Path::new("/other")).unwrap(), None);
    }

    #[test]
    fn a_successor_is_asked_for_every_lock_and_answers_for_itself() {
        let mut locks = Locks::default();
        for (number, lock) in [(1, "/a"), (2, "/b"), (3, "/c")] {
            locks.hold(Path::new(lock)).unwrap();
            locks.heard(answer(number, Ok(())));
        }
        let (leaving, _) = locks.let_go(Path::new("/b")).unwrap().unwrap();
        assert_eq!(locks.again(), "=5 \"/a\"\n=6 \"/c\"\n");
        assert!(!locks.is_leaving(leaving), "it died with it");
        assert_eq!(locks.answer(Path::new("/a")), None);
        locks.heard(answer(5, Ok(())));
        assert_eq!(locks.answer(Path::new("/a")), Some(Ok(())));
    }
}
