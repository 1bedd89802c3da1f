//! Every shape of a list of projects that the reader accepts, edited: only the bytes that were meant differ, and the
//! reader finds the list that was meant.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use workspace::edit::{EditError, register, rename, unregister};
use workspace::{ReadOptions, read};

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `[[workspace.projects]]`, one after the other.
    Tables,
    /// The same with another table between them.
    Scattered,
    /// The same without a `[workspace]` of its own.
    Bare,
    /// One entry a line, each with a comma.
    Lines,
    /// One entry a line, none behind the last.
    LinesOpen,
    /// One entry a line, the comma in front.
    CommaFirst,
    /// All on one line.
    Row,
    /// All on one line, with a comma behind the last.
    RowClosed,
    /// `workspace.projects = [...]`.
    Dotted,
    /// `workspace = { projects = [...] }`.
    Inline,
}

use Shape::*;

const SHAPES: [Shape; 10] = [
    Tables, Scattered, Bare, Lines, LinesOpen, CommaFirst, Row, RowClosed, Dotted, Inline,
];

/// A listed project as a person might write it.
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    /// Which of TOML's kinds of string.
    spelling: u8,
    /// A comment of its own.
    remark: bool,
    /// A comment or a blank line in front.
    above: u8,
    /// A plain string, not a table.
    plain: bool,
    /// Keys that dg does not know, in front of the path and behind it.
    more: (bool, bool),
}

#[derive(Debug, Clone)]
struct Config {
    shape: Shape,
    entries: Vec<Entry>,
    pyproject: bool,
    crlf: bool,
    mark: bool,
    tail: bool,
    ended: bool,
    spaced: bool,
}

fn entry() -> impl Strategy<Value = (u8, bool, u8, bool, (bool, bool))> {
    (
        0u8..5,
        any::<bool>(),
        0u8..3,
        any::<bool>(),
        any::<(bool, bool)>(),
    )
}

fn config() -> impl Strategy<Value = Config> {
    let name = "[a-d]{1,3}( é|,b|#c|\\]d|'q|\"r|/sub|\\}x|=y)?";
    (
        prop::sample::select(&SHAPES[..]),
        prop::collection::btree_map(name, entry(), 0..5),
        any::<[bool; 6]>(),
    )
        .prop_map(
            |(shape, entries, [pyproject, crlf, mark, tail, ended, spaced])| Config {
                shape,
                entries: entries
                    .into_iter()
                    .map(|(name, (spelling, remark, above, plain, more))| Entry {
                        name,
                        spelling,
                        remark,
                        above,
                        plain,
                        more,
                    })
                    .collect(),
                pyproject,
                crlf,
                mark,
                tail,
                ended,
                spaced,
            },
        )
}

impl Entry {
    /// The path as a TOML string.
    fn literal(&self) -> String {
        let escaped = self.name.replace('"', "\\\"");
        match self.spelling {
            1 if !self.name.contains('\'') => format!("'{}'", self.name),
            2 => format!("\"\"\"{escaped}\"\"\""),
            3 => {
                let first = self.name.chars().next().unwrap();
                format!("\"\\u{:04x}{}\"", u32::from(first), &escaped[1..])
            }
            4 if !self.name.contains('\'') => format!("'''{}'''", self.name),
            _ => format!("\"{escaped}\""),
        }
    }

    fn comment(&self, at: usize) -> String {
        if self.remark {
            format!(" # own {at}, \"with\" ] }}")
        } else {
            String::new()
        }
    }

    /// As an element of a list.
    fn element(&self) -> String {
        if self.plain {
            return self.literal();
        }
        let before = if self.more.0 { "x = 1, " } else { "" };
        let behind = if self.more.1 { ", \"y z\" = [2]" } else { "" };
        format!("{{ {before}path = {}{behind} }}", self.literal())
    }
}

/// A file, and where in it each path stands.
struct Written {
    text: String,
    end: &'static str,
    places: Vec<usize>,
}

impl Written {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str(self.end);
    }

    fn entry(&mut self, entry: &Entry, whole: &str) {
        self.places
            .push(self.text.len() + whole.find(&entry.literal()).unwrap());
        self.text.push_str(whole);
    }
}

impl Config {
    fn header(&self, name: &str) -> String {
        if self.pyproject {
            format!("tool.dg.{name}")
        } else {
            name.to_owned()
        }
    }

    fn table_header(&self) -> String {
        let header = self.header("workspace.projects");
        if self.spaced {
            format!("[[ {} ]]", header.replace('.', " . "))
        } else {
            format!("[[{header}]]")
        }
    }

    fn write(&self) -> Written {
        let mut out = Written {
            text: String::new(),
            end: if self.crlf { "\r\n" } else { "\n" },
            places: Vec::new(),
        };
        if self.mark {
            out.text.push('\u{feff}');
        }
        out.line("# top");
        if self.pyproject {
            out.line("[project]");
            out.line("name = \"x\"");
            out.line("");
            out.line("[tool.dg]");
        }
        out.line("directory_type = \"workspace\"");
        match self.shape {
            Tables | Scattered | Bare => self.tables(&mut out),
            _ => self.list(&mut out),
        }
        if self.tail {
            out.line("");
            out.line(&format!("[{}]", self.header("cli.telemetry")));
            out.line("enabled = false # end");
        }
        if !self.ended {
            let ended = out.text.trim_end().len();
            out.text.truncate(ended);
        }
        out
    }

    fn tables(&self, out: &mut Written) {
        if self.shape != Bare || self.entries.is_empty() {
            out.line("");
            out.line(&format!("[{}] # w", self.header("workspace")));
        }
        for (at, entry) in self.entries.iter().enumerate() {
            if self.shape == Scattered && at == 1 {
                out.line(&format!("[{}]", self.header("cli")));
                out.line("verbose = true");
            }
            match entry.above {
                1 => out.line(""),
                2 => out.line(&format!("# above {at}")),
                _ => {}
            }
            out.line(&self.table_header());
            if entry.more.0 {
                out.line("x = 1");
            }
            out.entry(entry, &format!("path = {}", entry.literal()));
            out.line(&entry.comment(at));
            if entry.more.1 {
                out.line("  \"y z\" = [2]");
            }
        }
    }

    fn list(&self, out: &mut Written) {
        match self.shape {
            Dotted => out.text.push_str("workspace.projects = "),
            Inline => out.text.push_str("workspace = { projects = "),
            _ => {
                out.line("");
                out.line(&format!("[{}]", self.header("workspace")));
                out.text.push_str("\"projects\"= ");
            }
        }
        out.text.push('[');
        let lines = matches!(self.shape, Lines | LinesOpen | CommaFirst);
        if lines {
            out.line("");
        }
        let last = self.entries.len().wrapping_sub(1);
        for (at, entry) in self.entries.iter().enumerate() {
            let comma = if at == last && self.shape != RowClosed && self.shape != Lines {
                ""
            } else {
                ","
            };
            if !lines {
                out.entry(entry, &entry.element());
                out.text.push_str(comma);
                if at != last {
                    out.text.push(' ');
                }
                continue;
            }
            if entry.above == 2 {
                out.line(&format!("  # above {at}"));
            }
            let first = self.shape == CommaFirst;
            out.text
                .push_str(if first && at > 0 { "  , " } else { "    " });
            out.entry(entry, &entry.element());
            out.line(&format!(
                "{}{}",
                if first { "" } else { comma },
                entry.comment(at)
            ));
        }
        if self.shape == Inline {
            out.line("] } # w");
        } else {
            out.line("] # w");
        }
    }

    fn names(&self) -> Vec<String> {
        self.entries
            .iter()
            .map(|entry| entry.name.clone())
            .collect()
    }

    fn file(&self, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let name = if self.pyproject {
            "pyproject.toml"
        } else {
            "dg.toml"
        };
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        (folder, path)
    }
}

fn listed(path: &Path) -> Vec<String> {
    read(path.parent().unwrap(), &ReadOptions::default())
        .projects
        .into_iter()
        .map(|project| project.path)
        .collect()
}

/// The text that was put into `short` at one place to make `long`.
fn one_insertion<'a>(short: &str, long: &'a str) -> Option<&'a str> {
    let head = short
        .char_indices()
        .zip(long.chars())
        .find(|((_, a), b)| a != b)
        .map_or(short.len().min(long.len()), |((at, _), _)| at);
    let (short_rest, rest) = (&short[head..], &long[head..]);
    let tail = rest.len().checked_sub(short_rest.len())?;
    // The place is not always known to the byte (`, a` in `x, a, a`); each holds the same text.
    rest.ends_with(short_rest).then(|| &rest[..tail])
}

/// What is left of a piece of the file when the blanks, commas and these parts are taken out.
fn rest_of(piece: &str, parts: &[String]) -> String {
    let mut rest = piece.to_owned();
    for part in parts {
        rest = rest.replacen(part.as_str(), "", 1);
    }
    rest.retain(|c| !c.is_whitespace() && c != ',');
    rest
}

/// A piece of text in any of its rotations: an insertion between repeated text has several places.
fn turned(piece: &str, wanted: impl Fn(&str) -> bool) -> bool {
    piece
        .char_indices()
        .any(|(at, _)| wanted(&format!("{}{}", &piece[at..], &piece[..at])))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn registering_puts_one_entry_in(config in config()) {
        let written = config.write();
        let (_folder, path) = config.file(&written.text);
        prop_assert_eq!(listed(&path), config.names());
        let edit = register(&path, "new/one").unwrap();
        let put = one_insertion(&written.text, &edit.after);
        prop_assert!(put.is_some(), "{}", edit.after);
        let put = put.unwrap_or_default();
        let header = format!("[[{}]]", config.header("workspace.projects"));
        let forms = [
            "\"new/one\"".to_owned(),
            "{path=\"new/one\"}".to_owned(),
            format!("{header}path=\"new/one\""),
        ];
        let fits = turned(put, |put| forms.contains(&rest_of(put, &[])));
        prop_assert!(fits, "put in: {put:?}");
        if config.crlf {
            prop_assert_eq!(edit.after.matches('\n').count(), edit.after.matches("\r\n").count());
        }
        edit.write().unwrap();
        let mut meant = config.names();
        meant.push("new/one".to_owned());
        prop_assert_eq!(listed(&path), meant);
        let again = register(&path, "./new/one/");
        let refused = matches!(again, Err(EditError::Listed { .. }));
        prop_assert!(refused);
        unregister(&path, "new/one").unwrap().write().unwrap();
        prop_assert_eq!(listed(&path), config.names());
    }

    #[test]
    fn unregistering_takes_one_entry_out(config in config(), pick: prop::sample::Index) {
        prop_assume!(!config.entries.is_empty());
        let written = config.write();
        let (_folder, path) = config.file(&written.text);
        let at = pick.index(config.entries.len());
        let entry = &config.entries[at];
        let edit = unregister(&path, &entry.name).unwrap();
        let mut meant = config.names();
        meant.remove(at);
        // The last one's place is taken by `[workspace]`; what stands between the first one and its comma stays.
        let last_of_bare = config.shape == Bare && meant.is_empty();
        let first_of_many = config.shape == CommaFirst && at == 0;
        if !last_of_bare && !first_of_many {
            let gone = one_insertion(&edit.after, &written.text);
            prop_assert!(gone.is_some(), "{}\nbecame\n{}", written.text, edit.after);
            let gone = gone.unwrap_or_default();
            let table = matches!(config.shape, Tables | Scattered | Bare);
            let mut parts = vec![entry.comment(at).trim().to_owned()];
            if table {
                parts.extend([
                    format!("path = {}", entry.literal()),
                    config.table_header(),
                    "x = 1".to_owned(),
                    "\"y z\" = [2]".to_owned(),
                ]);
            } else {
                parts.push(entry.element());
            }
            let only = turned(gone, |gone| rest_of(gone, &parts).is_empty());
            prop_assert!(only, "taken out: {gone:?} of\n{}", written.text);
        }
        // What a person wrote about anything else stays.
        let own = entry.comment(at);
        let others = written.text.lines().filter_map(|line| line.split_once(" # "));
        for (_, words) in others.filter(|(_, words)| !own.contains(words)) {
            prop_assert!(edit.after.contains(words), "{words} is gone:\n{}", edit.after);
        }
        edit.write().unwrap();
        prop_assert_eq!(listed(&path), meant);
        let again = unregister(&path, &entry.name);
        let refused = matches!(again, Err(EditError::NotListed { .. }));
        prop_assert!(refused);
    }

    #[test]
    fn renaming_changes_the_path_alone(config in config(), pick: prop::sample::Index) {
        prop_assume!(!config.entries.is_empty());
        let written = config.write();
        let (_folder, path) = config.file(&written.text);
        let at = pick.index(config.entries.len());
        let entry = &config.entries[at];
        let place = written.places[at];
        let edit = rename(&path, &entry.name, "other/it's").unwrap();
        let expected = format!(
            "{}\"other/it's\"{}",
            &written.text[..place],
            &written.text[place + entry.literal().len()..]
        );
        prop_assert_eq!(&edit.after, &expected);
        edit.write().unwrap();
        let mut meant = config.names();
        "other/it's".clone_into(&mut meant[at]);
        prop_assert_eq!(listed(&path), meant);
    }
}
