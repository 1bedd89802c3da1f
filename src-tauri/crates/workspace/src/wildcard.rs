//! Folder patterns: `*`, `?`, `[...]` within a name and `**` for any depth. Owns matching and bounded expansion.

use std::path::{Path, PathBuf};

/// The most folders that one pattern may look into.
const LOOK_LIMIT: usize = 20_000;

/// Whether a path is meant as a pattern.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether one name matches one part of a pattern.
pub(crate) fn name_matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    part_matches(&pattern, &name)
}

fn part_matches(pattern: &[char], name: &[char]) -> bool {
    match pattern.first() {
        None => name.is_empty(),
        Some('*') => (0..=name.len()).any(|skip| part_matches(&pattern[1..], &name[skip..])),
        Some('?') => !name.is_empty() && part_matches(&pattern[1..], &name[1..]),
        Some('[') => match (pattern.iter().position(|c| *c == ']'), name.first()) {
            (Some(end), Some(first)) if end > 1 => {
                in_class(&pattern[1..end], *first) && part_matches(&pattern[end + 1..], &name[1..])
            }
            _ => name.first() == Some(&'[') && part_matches(&pattern[1..], &name[1..]),
        },
        Some(c) => name.first() == Some(c) && part_matches(&pattern[1..], &name[1..]),
    }
}

fn in_class(class: &[char], c: char) -> bool {
    let (negated, class) = match class.first() {
        Some('!' | '^') => (true, &class[1..]),
        _ => (false, class),
    };
    let mut at = 0;
    let mut found = false;
    while at < class.len() {
        if at + 2 < class.len() && class[at + 1] == '-' {
            found |= (class[at]..=class[at + 2]).contains(&c);
            at += 3;
        } else {
            found |= class[at] == c;
            at += 1;
        }
    }
    found != negated
}

/// Whether a relative path with `/` matches a whole pattern.
pub(crate) fn path_matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = parts(pattern).collect();
    let path: Vec<&str> = parts(path).collect();
    parts_match(&pattern, &path)
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != ".")
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.first() {
        None => path.is_empty(),
        Some(&"**") => (0..=path.len()).any(|skip| parts_match(&pattern[1..], &path[skip..])),
        Some(part) => {
            !path.is_empty()
                && name_matches(part, path[0])
                && parts_match(&pattern[1..], &path[1..])
        }
    }
}

/// The folders below `root` that match, in order.
pub(crate) fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern: Vec<&str> = parts(pattern).collect();
    let mut found = Vec::new();
    let mut budget = LOOK_LIMIT;
    descend(root, &pattern, &mut found, &mut budget);
    found.sort();
    found.dedup();
    found
}

fn descend(folder: &Path, pattern: &[&str], found: &mut Vec<PathBuf>, budget: &mut usize) {
    let Some(part) = pattern.first() else {
        found.push(folder.to_path_buf());
        return;
    };
    if !is_pattern(part) {
        let next = folder.join(part);
        if next.is_dir() {
            descend(&next, &pattern[1..], found, budget);
        }
        return;
    }
    if *part == "**" {
        descend(folder, &pattern[1..], found, budget);
    }
    for (name, path) in crate::nearby::folders_in(folder) {
        if *budget == 0 {
            return;
        }
        *budget -= 1;
        if *part == "**" {
            descend(&path, pattern, found, budget);
        } else if name_matches(part, &name) {
            descend(&path, &pattern[1..], found, budget);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_a_shell() {
        assert!(name_matches("*", "data"));
        assert!(name_matches("data-*", "data-science"));
        assert!(name_matches("d?t[a-c]", "data"));
        assert!(!name_matches("d?t[!a]", "data"));
        assert!(!name_matches("data", "data-science"));
    }

    #[test]
    fn double_star_crosses_folders() {
        assert!(path_matches("projects/**", "projects/a/b"));
        assert!(path_matches("./projects/*/", "projects/a"));
        assert!(!path_matches("projects/*", "projects/a/b"));
    }
}
