//! What the app says to its guard, and what the guard answers: lines of text, one thing each.

use std::io;
use std::path::{Path, PathBuf};

use crate::tree::Identity;

/// What the app says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// This tree runs from now on: end it when the app is gone.
    Runs(Identity),
    /// It and all it left behind are gone.
    Gone(Identity),
    /// Hold this lock from now on, and answer with the number.
    Hold(u64, PathBuf),
    /// Hold it no longer, and answer with the number.
    LetGo(u64, PathBuf),
}

impl Word {
    /// The word as a line.
    ///
    /// # Errors
    /// For a path that is not Unicode.
    pub(crate) fn line(&self) -> io::Result<String> {
        Ok(match self {
            Self::Runs(id) => format!("+{} {}\n", id.pid, id.start),
            Self::Gone(id) => format!("-{} {}\n", id.pid, id.start),
            // Quoted, for a path may hold a line's end.
            Self::Hold(number, lock) => format!("={number} {}\n", serde_json::to_string(lock)?),
            Self::LetGo(number, lock) => format!("~{number} {}\n", serde_json::to_string(lock)?),
        })
    }

    /// The word on a line; none where it is nothing of ours.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (what, rest) = (line.get(..1)?, line.get(1..)?);
        let (first, second) = rest.split_once(' ')?;
        let identity = || {
            Some(Identity {
                pid: first.parse().ok()?,
                start: second.parse().ok()?,
            })
        };
        let lock = || Some((first.parse().ok()?, serde_json::from_str(second).ok()?));
        match what {
            "+" => Some(Self::Runs(identity()?)),
            "-" => Some(Self::Gone(identity()?)),
            "=" => lock().map(|(number, lock)| Self::Hold(number, lock)),
            "~" => lock().map(|(number, lock)| Self::LetGo(number, lock)),
            _ => None,
        }
    }
}

/// What the guard answers about a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockAnswer {
    /// The number of what was asked.
    pub(crate) number: u64,
    /// Done, or why not.
    pub(crate) result: Result<(), String>,
}

impl LockAnswer {
    /// The answer as a line.
    pub(crate) fn line(&self) -> String {
        match &self.result {
            Ok(()) => format!("!{} done\n", self.number),
            Err(why) => format!("!{} {}\n", self.number, why.escape_debug()),
        }
    }

    /// The answer on a line; none where it is nothing of ours.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (number, rest) = line.strip_prefix('!')?.split_once(' ')?;
        Some(Self {
            number: number.parse().ok()?,
            result: match rest {
                "done" => Ok(()),
                why => Err(why.to_owned()),
            },
        })
    }
}

/// Whether the guard can be told of a lock.
pub(crate) fn can_be_told(lock: &Path) -> io::Result<()> {
    serde_json::to_string(lock)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard() {
        let id = Identity { pid: 7, start: 70 };
        let odd = PathBuf::from("/a b/c\nd \"e\"");
        for word in [
            Word::Runs(id),
            Word::Gone(id),
            Word::Hold(1, odd.clone()),
            Word::LetGo(2, odd),
        ] {
            let line = word.line().unwrap();
            assert_eq!(line.matches('\n').count(), 1);
            assert_eq!(Word::parse(line.trim_end_matches('\n')), Some(word));
        }
        for result in [Ok(()), Err("it is not there".to_owned())] {
            let answer = LockAnswer { number: 3, result };
            assert_eq!(LockAnswer::parse(answer.line().trim_end()), Some(answer));
        }
    }

    #[test]
    fn what_is_nothing_of_ours_is_not_heard() {
        for line in ["", "nonsense", "+", "+1", "=1 /bare", "~x \"/a\"", "é1 1"] {
            assert_eq!(Word::parse(line), None, "{line}");
        }
        assert_eq!(LockAnswer::parse("+10 100"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_unicode_can_not_be_told() {
        use std::os::unix::ffi::OsStrExt;
        let lock = Path::new(std::ffi::OsStr::from_bytes(b"/a\xff"));
        assert!(can_be_told(lock).is_err());
        assert!(Word::Hold(1, lock.into()).line().is_err());
    }
}
