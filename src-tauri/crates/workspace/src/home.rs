//! `~` in a path that a person wrote. Owns nothing else: whose home it is, the caller says.

use std::path::{Path, PathBuf};

/// Opens a `~` at the start of a path: `~` itself and `~/…`, on Windows `~\…` too. `~ann` stays, as every other path does.
#[must_use]
pub fn expand_home(text: &str, home: &Path) -> PathBuf {
    match text.strip_prefix('~') {
        Some("") => home.to_path_buf(),
        Some(rest) if rest.starts_with(std::path::is_separator) => {
            home.join(rest.trim_start_matches(std::path::is_separator))
        }
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_home_of_ones_own_is_opened() {
        for (text, path) in [
            ("~", "/home/ann"),
            ("~/", "/home/ann"),
            ("~/work", "/home/ann/work"),
            ("~//work", "/home/ann/work"),
            ("~bob/work", "~bob/work"),
            ("/~/work", "/~/work"),
            ("work", "work"),
            ("", ""),
        ] {
            assert_eq!(
                expand_home(text, Path::new("/home/ann")),
                Path::new(path),
                "{text}"
            );
        }
    }
}
