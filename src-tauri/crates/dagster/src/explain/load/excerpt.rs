//! The lines around a place, as they stand in the person's file.

use crate::explain::Frame;

/// How many lines are shown before and after the place's own.
const AROUND: usize = 2;
/// A larger file is nobody's code.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Lines of a file, less the blanks that all of them begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The number of the first line, from 1.
    pub first: u32,
    /// The lines.
    pub lines: Vec<String>,
}

/// The place's line with two before and two after it. None where the file can't be read, or its line is not what Python
/// printed: it was changed since.
pub(super) fn around(place: &Frame) -> Option<Excerpt> {
    let size = fs_err::metadata(&place.path).ok()?.len();
    if size > LARGEST {
        return None;
    }
    of_text(&fs_err::read_to_string(&place.path).ok()?, place)
}

fn of_text(text: &str, place: &Frame) -> Option<Excerpt> {
    let at = usize::try_from(place.line).ok()?.checked_sub(1)?;
    let all: Vec<&str> = text.lines().collect();
    let own = all.get(at)?;
    if place.code.as_ref().is_some_and(|code| code != own.trim()) {
        return None;
    }
    let from = at.saturating_sub(AROUND);
    let to = all.len().min(at + AROUND + 1);
    let lines: Vec<String> = all[from..to]
        .iter()
        .map(|line| line.trim_end().replace('\t', "    "))
        .collect();
    let indent = |line: &String| line.len() - line.trim_start_matches(' ').len();
    let common = lines.iter().filter(|line| !line.is_empty()).map(indent);
    let common = common.min().unwrap_or(0);
    Some(Excerpt {
        first: u32::try_from(from + 1).ok()?,
        lines: lines
            .iter()
            .map(|line| line.get(common..).unwrap_or_default().to_owned())
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const TEXT: &str = "import os\n\n\nclass A:\n    def f(self):\n        x = 1\n\n        return os.environ[\"A\"]\n";

    fn place(line: u32, code: Option<&str>) -> Frame {
        Frame {
            path: PathBuf::from("/p/a.py"),
            line,
            function: String::new(),
            code: code.map(str::to_owned),
            own: true,
        }
    }

    #[test]
    fn two_lines_before_and_two_after_keep_their_indentation_to_each_other() {
        let found = of_text(TEXT, &place(6, Some("x = 1"))).unwrap();
        assert_eq!(found.first, 4);
        let lines = [
            "class A:",
            "    def f(self):",
            "        x = 1",
            "",
            "        return os.environ[\"A\"]",
        ];
        assert_eq!(found.lines, lines);
        let last = of_text(TEXT, &place(8, None)).unwrap();
        assert_eq!(last.first, 6);
        assert_eq!(last.lines, ["x = 1", "", "return os.environ[\"A\"]"]);
    }

    #[test]
    fn a_file_has_no_lines_before_its_first_nor_after_its_last() {
        let first = of_text(TEXT, &place(1, Some("import os"))).unwrap();
        assert_eq!(
            (first.first, first.lines),
            (
                1,
                vec!["import os".to_owned(), String::new(), String::new()]
            )
        );
        assert_eq!(of_text(TEXT, &place(9, None)), None);
        assert_eq!(of_text(TEXT, &place(0, None)), None);
    }

    #[test]
    fn a_line_that_is_another_by_now_is_not_shown_as_the_place() {
        assert_eq!(of_text(TEXT, &place(6, Some("x = 2"))), None);
    }
}
