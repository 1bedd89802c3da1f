//! A change to a file as lines: what stays around it, what goes, what comes.

/// How many lines that stay are shown on each side.
const AROUND: usize = 3;

/// The lines of a change at one place, each beginning with ` `, `-` or `+`.
pub(super) fn lines(before: &str, after: &str) -> Vec<String> {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let same = |a: &&(&&str, &&str)| a.0 == a.1;
    let head = old.iter().zip(&new).take_while(|pair| same(&pair)).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let ends = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = ends.take_while(|pair| same(&pair)).count();
    let mut lines = Vec::new();
    let mut put = |sign: char, part: &[&str]| {
        lines.extend(part.iter().map(|line| format!("{sign}{line}")));
    };
    put(' ', &old[head.saturating_sub(AROUND)..head]);
    put('-', &old_rest[..old_rest.len() - tail]);
    put('+', &new_rest[..new_rest.len() - tail]);
    let after = &old[old.len() - tail..];
    put(' ', &after[..after.len().min(AROUND)]);
    lines
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn only_what_is_near_the_change_is_shown() {
        let before = "a\nb\nc\nd\ne\nf\n";
        let after = "a\nb\nc\nd\nnew\ne\nf\n";
        assert_eq!(lines(before, after), [" b", " c", " d", "+new", " e", " f"]);
        assert_eq!(lines("a\nb\n", "a\nc\n"), [" a", "-b", "+c"]);
        assert_eq!(lines("", "x\n"), ["+x"]);
        assert!(lines("a\n", "a\n").iter().all(|line| line.starts_with(' ')));
    }
}
