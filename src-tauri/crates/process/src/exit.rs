//! How a program ended, and how to say it. Refuses to judge whether that is good.

use std::fmt;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// It ended by itself with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
    /// It ended, and only the program that forked it was told how.
    Untold,
}

impl Exit {
    /// True for code 0 only.
    #[must_use]
    pub fn success(self) -> bool {
        self == Self::Code(0)
    }

    /// Says it in plain words: "ended with code 1", "ended by signal 9 (killed)".
    #[must_use]
    pub fn words(self) -> String {
        self.to_string()
    }

    /// Tells what the ending suggests, when it was not us who asked for it.
    ///
    /// A kill that nobody owns up to is, on a person's machine, nearly always the kernel short of memory.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Signal(9) | Self::Code(137) => Some(
                "Something outside Dagdeck killed it; most often the machine ran out of memory.",
            ),
            Self::Signal(11 | 7 | 4) | Self::Code(139) => {
                Some("It crashed in native code, so a compiled package is the likely cause.")
            }
            Self::Code(127) => Some("A program that it needs was not found."),
            Self::Code(126) => Some("A program that it needs may not be executed."),
            _ => None,
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Code(code) => write!(f, "ended with code {code}"),
            Self::Signal(signal) => match signal_word(signal) {
                Some(word) => write!(f, "ended by signal {signal} ({word})"),
                None => write!(f, "ended by signal {signal}"),
            },
            Self::Untold => f.write_str("ended"),
        }
    }
}

/// Names the signals whose numbers are the same on Linux and macOS.
fn signal_word(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "hung up",
        2 => "interrupted",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trapped",
        6 => "aborted",
        8 => "arithmetic error",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        14 => "alarm",
        15 => "terminated",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_reads_as_a_sentence() {
        assert_eq!(Exit::Code(1).words(), "ended with code 1");
        assert_eq!(Exit::Signal(9).words(), "ended by signal 9 (killed)");
        assert_eq!(Exit::Signal(40).words(), "ended by signal 40");
        assert_eq!(Exit::Untold.words(), "ended");
    }

    #[test]
    fn only_a_kill_hints_at_memory() {
        assert!(
            Exit::Signal(9)
                .hint()
                .is_some_and(|hint| hint.contains("memory"))
        );
        assert!(
            Exit::Code(137)
                .hint()
                .is_some_and(|hint| hint.contains("memory"))
        );
        assert_eq!(Exit::Code(1).hint(), None);
        assert_eq!(Exit::Signal(15).hint(), None);
    }
}
