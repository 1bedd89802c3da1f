//! Changes of files that others change too: whether two are one change, and one of several taken back alone.
//!
//! Owns lines. Refuses to read or write a file.

use std::ops::Range;
use std::path::Path;

use ::health::FixAction;
use similar::{DiffTag, TextDiff};
use workspace::edit::Edit;

/// How many lines around a change tell one place from another that reads the same.
const AROUND: usize = 3;

/// The file that a fix changes or makes.
pub(super) fn edited(action: &FixAction) -> Option<&Path> {
    match action {
        FixAction::Change(edit) => Some(&edit.path),
        FixAction::Write { path, .. } => Some(path),
        _ => None,
    }
}

/// Whether two fixes of a file put the same lines in and take the same out, whatever else the file holds by then.
pub(super) fn same_change(one: &FixAction, other: &FixAction) -> bool {
    match (change(one), change(other)) {
        (Some(one), Some(other)) => edited_lines(one) == edited_lines(other),
        _ => false,
    }
}

/// A file, what it holds and what it will hold.
type FileEdit<'a> = (&'a Path, &'a str, &'a str);

fn change(action: &FixAction) -> Option<FileEdit<'_>> {
    match action {
        FixAction::Change(edit) => Some((&edit.path, &edit.before, &edit.after)),
        FixAction::Write { path, text } => Some((path, "", text)),
        _ => None,
    }
}

/// The lines that go and the lines that come. One that only gets its line end is neither.
fn edited_lines<'a>((path, before, after): FileEdit<'a>) -> (&'a Path, Vec<&'a str>, Vec<&'a str>) {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    let diff = similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after);
    let changed = || diff.iter().filter(|op| op.tag() != DiffTag::Equal);
    let gone = changed().flat_map(|op| before[op.old_range()].iter().copied());
    let new = changed().flat_map(|op| after[op.new_range()].iter().copied());
    (path, gone.collect(), new.collect())
}

/// What the file holds once an edit is taken back out of what it holds now; none where the edit's own lines can't be told
/// from what was changed since.
pub(super) fn without(made: &Edit, now: &str) -> Option<String> {
    if now == made.after {
        return Some(made.before.clone());
    }
    let diff = TextDiff::from_lines(made.after.as_str(), made.before.as_str());
    let (made_lines, old_lines) = (diff.old_slices(), diff.new_slices());
    let now: Vec<&str> = now.split_inclusive('\n').collect();
    let mut taken = String::new();
    let mut kept_to = 0;
    for op in diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal) {
        let found = place(made_lines, op.old_range(), &now)?;
        if found.start < kept_to {
            return None;
        }
        taken.extend(now[kept_to..found.start].iter().copied());
        kept_to = found.end;
        let restored = &old_lines[op.new_range()];
        taken.extend(restored.iter().copied());
        // The old last line had no end, and others stand below it by now.
        let unended = restored.last().is_some_and(|line| !line.ends_with('\n'));
        if unended && kept_to < now.len() {
            taken.push('\n');
        }
    }
    taken.extend(now[kept_to..].iter().copied());
    Some(taken)
}

/// Where some lines of a file stand in what it holds now: the one place that has them, or the one among several whose
/// surroundings are most like theirs.
fn place(made: &[&str], lines: Range<usize>, now: &[&str]) -> Option<Range<usize>> {
    let wanted = &made[lines.clone()];
    let starts = 0..=now.len().checked_sub(wanted.len())?;
    let places: Vec<Range<usize>> = starts
        .map(|start| start..start + wanted.len())
        .filter(|place| now[place.clone()] == *wanted)
        .collect();
    if let ([only], false) = (places.as_slice(), wanted.is_empty()) {
        return Some(only.clone());
    }
    let alike = |place: &Range<usize>| {
        let above = made[..lines.start].iter().rev();
        let above = above.zip(now[..place.start].iter().rev());
        let below = made[lines.end..].iter().zip(&now[place.end..]);
        let above = above.take(AROUND).take_while(|(a, b)| a == b).count();
        let below = below.take(AROUND).take_while(|(a, b)| a == b).count();
        // Lines that went leave nothing but their two neighbours to tell the place by.
        let neighbours = above > 0 || (lines.start == 0 && place.start == 0);
        let neighbours =
            neighbours && (below > 0 || (lines.end == made.len() && place.end == now.len()));
        (!wanted.is_empty() || neighbours).then_some(above + below)
    };
    let weighed = places
        .into_iter()
        .filter_map(|place| Some((alike(&place)?, place)));
    let mut best: Vec<(usize, Range<usize>)> = weighed.collect();
    best.sort_by_key(|(alike, _)| std::cmp::Reverse(*alike));
    match best.as_slice() {
        [(_, only)] => Some(only.clone()),
        [(first, place), (second, _), ..] if first > second => Some(place.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(before: &str, after: &str) -> Edit {
        Edit {
            path: "/acme/.gitignore".into(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }

    #[test]
    fn each_of_two_changes_is_taken_back_alone_and_in_any_order() {
        for start in ["dist/\n", "dist/", ""] {
            let end = if start.ends_with('/') { "\n" } else { "" };
            let first = edit(start, &format!("{start}{end}.env\n"));
            let second = edit(&first.after, &format!("{}.venv/\n", first.after));
            let both = &second.after;
            let without_first = without(&first, both).unwrap();
            let rest = if start.is_empty() { "" } else { "dist/\n" };
            assert_eq!(without_first, format!("{rest}.venv/\n"));
            assert_eq!(without(&second, &without_first).unwrap(), rest);
            let without_second = without(&second, both).unwrap();
            assert_eq!(without_second, first.after);
            assert_eq!(without(&first, &without_second).unwrap(), start);
        }
    }

    #[test]
    fn lines_that_went_come_back_where_they_stood() {
        let made = edit("a\nb\nc\nd\n", "a\nc\nd\n");
        assert_eq!(without(&made, "new\na\nc\n").unwrap(), "new\na\nb\nc\n");
        assert_eq!(without(&made, "a\nother\nd\n"), None, "nothing tells where");
    }

    #[test]
    fn the_like_of_a_change_elsewhere_stays() {
        let made = edit("[x]\n[y]\n", "[x]\nname = 1\n[y]\n");
        let now = "[w]\nname = 1\n[x]\nname = 1\n[y]\n";
        assert_eq!(without(&made, now).unwrap(), "[w]\nname = 1\n[x]\n[y]\n");
        assert_eq!(
            without(&made, "[x]\nname = 2\n[y]\n"),
            None,
            "it was changed"
        );
    }

    #[test]
    fn one_change_is_the_same_in_whatever_the_file_holds() {
        let shown = FixAction::Change(edit("dist/", "dist/\n.venv/\n"));
        let later = FixAction::Change(edit("dist/\n.env\n", "dist/\n.env\n.venv/\n"));
        let other = FixAction::Change(edit("dist/", "dist/\n.env\n"));
        assert!(same_change(&shown, &later));
        assert!(!same_change(&shown, &other));
        let written = FixAction::Write {
            path: "/acme/.gitignore".into(),
            text: ".venv/\n".to_owned(),
        };
        assert!(same_change(&written, &later));
    }
}
