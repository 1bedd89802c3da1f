//! Folder patterns, with the meaning that uv gives to `[tool.uv.workspace]`. Owns matching and bounded expansion.
//!
//! A name is matched by the crate that uv uses, so `*`, `?`, `[a-c]` and `[!a]` are uv's own. As in uv, none of them goes
//! over a `/`, `**` is a whole part and stands for any depth, and what is no pattern (`a**`, `[a`) matches nothing. One
//! name at a time on purpose: within one the crate's matching can't grow exponentially, over several it can.

use std::path::{Path, PathBuf, is_separator};

/// The most folders that one pattern may look into.
const LOOK_LIMIT: usize = 20_000;

/// Whether a path is meant as a pattern.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// One part of a pattern, between two separators.
#[derive(Debug)]
enum Part {
    /// The folder of exactly this name.
    Folder(String),
    /// Every folder with such a name.
    Names(glob::Pattern),
    /// `**`: any number of folders, none too.
    AnyDepth,
}

/// A pattern for whole paths.
#[derive(Debug)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    /// Reads a pattern; none if uv would refuse it.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut parts: Vec<Part> = Vec::new();
        for name in names(text) {
            match name {
                "**" if matches!(parts.last(), Some(Part::AnyDepth)) => {}
                "**" => parts.push(Part::AnyDepth),
                name if is_pattern(name) => {
                    parts.push(Part::Names(glob::Pattern::new(name).ok()?));
                }
                name => parts.push(Part::Folder(name.to_owned())),
            }
        }
        // At the end it stands for what is inside: `projects/**` is not `projects` itself.
        if matches!(parts.last(), Some(Part::AnyDepth)) {
            parts.push(Part::Names(glob::Pattern::new("*").ok()?));
        }
        Some(Self { parts })
    }

    /// Whether it matches a whole path.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let names = names(path);
        let (mut part, mut name) = (0, 0);
        // Where to go on if what follows the latest `**` does not fit: with one more folder in it. An earlier `**` need
        // not be tried again, for the latest can take whatever that one could.
        let mut retry = None;
        loop {
            let fits = match (self.parts.get(part), names.get(name)) {
                (None, None) => return true,
                (Some(Part::AnyDepth), _) => {
                    retry = Some((part + 1, name));
                    part += 1;
                    continue;
                }
                (Some(Part::Folder(folder)), Some(name)) => folder == name,
                (Some(Part::Names(pattern)), Some(name)) => pattern.matches(name),
                (None, Some(_)) | (Some(_), None) => false,
            };
            if fits {
                (part, name) = (part + 1, name + 1);
                continue;
            }
            match &mut retry {
                Some((after, from)) if *from < names.len() => {
                    *from += 1;
                    (part, name) = (*after, *from);
                }
                _ => return false,
            }
        }
    }
}

/// The names in a path, `.` left out and `..` carried out where there is a folder to leave.
fn names(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in text.split(is_separator) {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names
}

/// The folders below `root` that match, in order; none where it is no pattern.
pub(crate) fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let Some(pattern) = Pattern::new(pattern) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut budget = LOOK_LIMIT;
    descend(root, &pattern.parts, &mut found, &mut budget);
    found.sort();
    found.dedup();
    found
}

fn descend(folder: &Path, parts: &[Part], found: &mut Vec<PathBuf>, budget: &mut usize) {
    let Some((part, rest)) = parts.split_first() else {
        found.push(folder.to_path_buf());
        return;
    };
    if let Part::Folder(name) = part {
        let next = folder.join(name);
        if next.is_dir() {
            descend(&next, rest, found, budget);
        }
        return;
    }
    if matches!(part, Part::AnyDepth) {
        descend(folder, rest, found, budget);
    }
    for (name, path) in crate::nearby::folders_in(folder) {
        if *budget == 0 {
            return;
        }
        *budget -= 1;
        match part {
            Part::AnyDepth => descend(&path, parts, found, budget),
            Part::Names(pattern) if pattern.matches(&name) => descend(&path, rest, found, budget),
            Part::Names(_) | Part::Folder(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).is_some_and(|pattern| pattern.matches(path))
    }

    /// What uv 0.13.8 said: a project at the path was locked with the workspace, or by itself.
    #[test]
    fn a_pattern_means_what_it_means_to_uv() {
        for (pattern, path, member) in [
            ("projects/*", "projects/a", true),
            ("projects/*", "projects/a/b", false),
            ("projects/*", "projects/.a", true),
            ("*", "a/b", false),
            ("p*", "projects/a", false),
            ("projects/a?b", "projects/a/b", false),
            ("projects/**", "projects", false),
            ("projects/**", "projects/a", true),
            ("**/b", "b", true),
            ("**/b", "a/b", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("./projects/*", "projects/a", true),
            ("projects/*/", "projects/a", true),
            ("projects//a", "projects/a", true),
            ("projects/x/../a", "projects/a", true),
            ("../projects/a", "projects/a", false),
            ("projects/[ab]", "projects/a", true),
            ("projects/[!b]", "projects/a", true),
            ("projects/[^b]", "projects/a", false),
            ("projects/[^b]", "projects/b", true),
            ("projects/[a-c]x", "projects/bx", true),
            ("projects/[]]", "projects/]", true),
            ("projects/[[]", "projects/[", true),
            ("projects/[!]a]", "projects/b", true),
            ("projects/[a/]b", "projects/a/b", false),
            ("projects/{a,b}", "projects/a", false),
            ("projects/A", "projects/a", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, path), member, "{pattern} {path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_backslash_is_a_letter_where_it_separates_nothing() {
        assert!(!matches(r"projects\a", "projects/a"));
        assert!(matches(r"a\b*", r"a\bc"));
    }

    #[test]
    fn what_uv_refuses_is_no_pattern() {
        for text in [
            "projects/[ab",
            "projects/a**",
            "projects***a",
            "a/**b/c",
            "[]",
        ] {
            assert!(Pattern::new(text).is_none(), "{text}");
        }
    }

    #[test]
    fn letters_are_matched_whatever_their_number_of_bytes() {
        assert!(matches("d?ten", "düten"));
        assert!(matches("[äö]l", "öl"));
        assert!(matches("[!a]l", "öl"));
    }

    /// Trying every way in which the stars can share the letters out would not end in a lifetime.
    #[test]
    fn many_stars_over_a_long_name_are_no_trouble() {
        let name = "a".repeat(250);
        assert!(!matches(&("*a".repeat(60) + "*b"), &name));
        assert!(matches(&("*a".repeat(60) + "*"), &name));
        let path = "a/".repeat(250);
        assert!(!matches(&("**/*a*/".repeat(60) + "b"), &path));
        assert!(matches(&("**/*a*/".repeat(60) + "a"), &path));
    }

    proptest! {
        /// Names and depth together, held against the crate's own matching of whole paths.
        #[test]
        fn whole_paths_match_as_the_crate_has_them(
            pattern in "(\\*\\*/|[ab*?]{1,3}/){0,3}[ab*?]{1,2}",
            path in "([ab]{1,2}/){0,4}[ab]{1,2}",
        ) {
            let options = glob::MatchOptions { require_literal_separator: true, ..Default::default() };
            let whole = glob::Pattern::new(&pattern);
            prop_assert_eq!(
                matches(&pattern, &path),
                whole.is_ok_and(|whole| whole.matches_with(&path, options))
            );
        }
    }
}
