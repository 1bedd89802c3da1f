//! Frames of a Python traceback, and which of them are the person's own.

use std::path::{Path, PathBuf};

/// One frame of a traceback: file, line, function, source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file as Python names it.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The function; empty where Python names none.
    pub function: String,
    /// The source line as Python printed it, trimmed.
    pub code: Option<String>,
    /// Whether the file is the person's own rather than a library's.
    pub own: bool,
}

/// Reads frames as Python prints them: `  File "x.py", line 3, in f` and source lines below. `is_own` judges each file.
pub(super) fn frames(text: &str, is_own: impl Fn(&Path) -> bool) -> Vec<Frame> {
    let mut found: Vec<Frame> = Vec::new();
    for line in text.lines() {
        if let Some((path, number, function)) = header(line) {
            let path = PathBuf::from(path);
            let own = is_own(&path);
            found.push(Frame {
                path,
                line: number,
                function: function.to_owned(),
                code: None,
                own,
            });
        } else if let Some(frame) = found.last_mut()
            && frame.code.is_none()
            && !line.trim().is_empty()
            && !line.trim().chars().all(|c| "^~ ".contains(c))
            && line.starts_with("    ")
        {
            frame.code = Some(line.trim().to_owned());
        }
    }
    found
}

/// Takes `File "x.py", line 3, in f` apart; a syntax error's place has no function.
fn header(line: &str) -> Option<(&str, u32, &str)> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (path, rest) = rest.split_once("\", line ")?;
    let (number, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    Some((path, number.trim().parse().ok()?, function.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_with_their_source_line() {
        let text = "  File \"/p/a.py\", line 3, in <module>\n    x = os.environ[\"A\"]\n        ~~~~^^^^\n  File \"<frozen os>\", line 685, in __getitem__\n";
        let found = frames(text, |path| path.starts_with("/p"));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, found[0].function.as_str()), (3, "<module>"));
        assert_eq!(found[0].code.as_deref(), Some("x = os.environ[\"A\"]"));
        assert!(found[0].own && !found[1].own && found[1].code.is_none());
    }
}
