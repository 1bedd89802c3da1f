//! Names of logs, and folders that can carry any name.
//!
//! Owns the encoding. Refuses to touch the disk.

use std::hash::Hasher as _;

use fnv::FnvHasher;

/// Names a log. Any text: it is encoded for the disk.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogKey(pub String);

impl LogKey {
    /// Names a log.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A folder name that every file system takes, upper and lower case being one, and that no other key has.
    pub(crate) fn folder(&self) -> String {
        let mut name = String::from("log-");
        for byte in self.0.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
                _ => name.push_str(&format!("%{byte:02x}")),
            }
        }
        if name.len() <= 200 {
            return name;
        }
        // The same at every start: folders carry it.
        let mut hash = FnvHasher::default();
        hash.write(self.0.as_bytes());
        format!("long-{:016x}", hash.finish())
    }

    /// The key of a folder; none if the name is too long to be in the folder's name, or not ours.
    pub(crate) fn of_folder(name: &str) -> Option<LogKey> {
        let mut rest = name.strip_prefix("log-")?.bytes();
        let mut bytes = Vec::new();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).ok().map(LogKey)
    }
}

impl std::fmt::Display for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_a_folder_and_comes_back() {
        for name in [
            "",
            "a",
            "A",
            "projects/data science",
            "../x",
            "con",
            "ünï",
            "a.b",
            "log-a",
            "%41",
        ] {
            let folder = LogKey::new(name).folder();
            assert!(
                folder
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_%".contains(&b)),
                "{folder}"
            );
            assert_eq!(LogKey::of_folder(&folder), Some(LogKey::new(name)));
        }
        assert_ne!(LogKey::new("a").folder(), LogKey::new("A").folder());
        // Folders that are there already are named so.
        assert_eq!(
            LogKey::new("x".repeat(5_000)).folder(),
            "long-5d45fa080be4e345"
        );
    }
}
