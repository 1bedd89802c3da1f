//! A change of a file as a person reads it.

use similar::{ChangeTag, TextDiff};

/// How many unchanged lines stand around a change.
const AROUND: usize = 3;

/// A unified diff's lines, each beginning with ` `, `+` or `-`; ` ...` stands for lines that are left out between two
/// places.
pub(crate) fn lines(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        if !lines.is_empty() {
            lines.push(" ...".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
            };
            let text = change.value().trim_end_matches(['\n', '\r']);
            lines.push(format!("{sign}{}", text.trim_start_matches('\u{feff}')));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn shows_each_place_with_what_is_around_it() {
        let before: String = (0..20).map(|at| format!("{at}\r\n")).collect();
        let after = before
            .replace("\r\n2\r\n", "\r\n2\r\nnew\r\n")
            .replace("17\r\n", "");
        let shown = lines(&before, &after);
        let expected = [
            " 0", " 1", " 2", "+new", " 3", " 4", " 5", " ...", " 14", " 15", " 16", "-17", " 18",
            " 19",
        ];
        assert_eq!(shown, expected);
        assert!(lines(&before, &before).is_empty());
    }
}
