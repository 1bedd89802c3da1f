//! The places of a change, and the text that goes there.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Item, Value};

use super::{Edit, EditError};
use crate::pyproject::Toml;
use crate::root::normal;
use crate::source::Source;

const MARK: &str = "\u{feff}";

/// A settings file opened for a change.
struct Open {
    toml: Toml,
    /// The file as it is, with its byte order mark.
    before: String,
    /// Where dg's settings are: none, or `tool.dg`.
    keys: Vec<&'static str>,
}

/// One listed project: its path, where the path's text stands, and the whole entry.
struct Spot {
    path: String,
    value: Range<usize>,
    entry: Range<usize>,
}

/// How projects are listed.
enum Form {
    Tables(Vec<Spot>),
    Array {
        spots: Vec<Spot>,
        whole: Range<usize>,
        strings: bool,
    },
    None,
}

impl Open {
    fn read(path: &Path) -> Result<Self, EditError> {
        let source = Source::read(path)
            .map_err(|problem| EditError::Unreadable { problem })?
            .ok_or_else(|| EditError::Missing {
                path: path.to_path_buf(),
            })?;
        let raw = fs_err::read_to_string(path).map_err(|source| EditError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        let toml = Toml::parse(source).map_err(|problem| EditError::Unreadable { problem })?;
        let nested = path
            .file_name()
            .is_some_and(|name| name == "pyproject.toml");
        Ok(Self {
            before: raw,
            toml,
            keys: if nested {
                vec!["tool", "dg"]
            } else {
                Vec::new()
            },
        })
    }

    fn text(&self) -> &str {
        &self.toml.source.text
    }

    fn path(&self) -> &Path {
        &self.toml.source.path
    }

    fn newline(&self) -> &'static str {
        if self.text().contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    fn shape(&self, cause: &str) -> EditError {
        EditError::Shape {
            path: self.path().to_path_buf(),
            cause: cause.to_owned(),
        }
    }

    fn item(&self, more: &[&'static str]) -> Option<&Item> {
        let keys: Vec<&str> = self.keys.iter().chain(more).copied().collect();
        self.toml.get(&keys)
    }

    fn header(&self, name: &str) -> String {
        let mut parts = self.keys.clone();
        parts.push(name);
        parts.join(".")
    }

    /// The edit that puts `new` in the place of a range.
    fn replace(&self, range: Range<usize>, new: &str) -> Result<Edit, EditError> {
        let text = self.text();
        let changed = format!("{}{new}{}", &text[..range.start], &text[range.end..]);
        let mark = if self.before.starts_with(MARK) {
            MARK
        } else {
            ""
        };
        let check = Source::new(self.path().to_path_buf(), changed.as_str().into());
        Toml::parse(check).map_err(|_| self.shape("the result would not be valid TOML"))?;
        Ok(Edit {
            path: self.path().to_path_buf(),
            before: self.before.clone(),
            after: format!("{mark}{changed}"),
        })
    }

    fn form(&self) -> Result<Form, EditError> {
        let Some(item) = self.item(&["workspace", "projects"]) else {
            return Ok(Form::None);
        };
        let lost = || self.shape("its place in the file is not known");
        if let Some(tables) = item.as_array_of_tables() {
            let mut spots = Vec::new();
            for table in tables {
                let Some(value) = table.get("path") else {
                    continue;
                };
                spots.push(Spot {
                    path: value.as_str().unwrap_or_default().to_owned(),
                    value: value.span().ok_or_else(lost)?,
                    entry: table.span().ok_or_else(lost)?,
                });
            }
            return Ok(Form::Tables(spots));
        }
        let Some(array) = item.as_array() else {
            return Err(self.shape("`projects` is not a list"));
        };
        let mut spots = Vec::new();
        let mut strings = false;
        for value in array {
            let entry = value.span().ok_or_else(lost)?;
            let (path, place) = match value {
                Value::String(text) => {
                    strings = true;
                    (text.value().clone(), entry.clone())
                }
                Value::InlineTable(table) => match table.get("path") {
                    Some(path) => (
                        path.as_str().unwrap_or_default().to_owned(),
                        path.span().ok_or_else(lost)?,
                    ),
                    None => continue,
                },
                _ => continue,
            };
            spots.push(Spot {
                path,
                value: place,
                entry,
            });
        }
        Ok(Form::Array {
            spots,
            whole: array.span().ok_or_else(lost)?,
            strings,
        })
    }

    fn find<'a>(&self, spots: &'a [Spot], project: &str) -> Option<(usize, &'a Spot)> {
        spots
            .iter()
            .enumerate()
            .find(|(_, spot)| same(&spot.path, project))
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text()[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    /// The offset after the line end that follows.
    fn line_end(&self, offset: usize) -> usize {
        self.text()[offset..]
            .find('\n')
            .map_or(self.text().len(), |at| offset + at + 1)
    }
}

fn same(a: &str, b: &str) -> bool {
    a == b || normal(Path::new(a)) == normal(Path::new(b))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

pub(super) fn register(config: &Path, project: &str) -> Result<Edit, EditError> {
    let open = Open::read(config)?;
    let end = open.newline();
    let path = quoted(project);
    let listed = || EditError::Listed {
        path: config.to_path_buf(),
        project: project.to_owned(),
    };
    match open.form()? {
        Form::Array {
            spots,
            whole,
            strings,
        } => {
            if open.find(&spots, project).is_some() {
                return Err(listed());
            }
            let new = if strings {
                path
            } else {
                format!("{{ path = {path} }}")
            };
            into_array(&open, &spots, &whole, &new)
        }
        Form::Tables(spots) => {
            if open.find(&spots, project).is_some() {
                return Err(listed());
            }
            let at = spots
                .iter()
                .map(|spot| spot.entry.end.max(spot.value.end))
                .max()
                .map_or(open.text().len(), |last| open.line_end(last));
            let header = open.header("workspace.projects");
            let lead = if open.text()[..at].ends_with('\n') || at == 0 {
                ""
            } else {
                end
            };
            // A blank line stands between what follows and the new entry, as between the others.
            let new = format!("{lead}{end}[[{header}]]{end}path = {path}{end}");
            open.replace(at..at, &new)
        }
        Form::None => {
            let header = open.header("workspace.projects");
            let table = open.item(&["workspace"]);
            if table.is_some_and(|item| item.as_table().is_none()) {
                return Err(open.shape("`workspace` is written on one line"));
            }
            let at = open.text().len();
            let lead = if at == 0 {
                ""
            } else if open.text().ends_with('\n') {
                end
            } else {
                return open.replace(
                    at..at,
                    &format!("{end}{end}[[{header}]]{end}path = {path}{end}"),
                );
            };
            open.replace(
                at..at,
                &format!("{lead}[[{header}]]{end}path = {path}{end}"),
            )
        }
    }
}

fn into_array(
    open: &Open,
    spots: &[Spot],
    whole: &Range<usize>,
    new: &str,
) -> Result<Edit, EditError> {
    let text = open.text();
    let inside = &text[whole.start + 1..whole.end - 1];
    let Some(last) = spots.last() else {
        // Nothing but blanks and comments: the entry goes in front of the closing bracket.
        let at = whole.end - 1;
        if inside.contains('\n') {
            let start = open.line_start(at);
            let end = open.newline();
            let own_line = text[start..at].trim().is_empty();
            let at = if own_line { start } else { at };
            return open.replace(at..at, &format!("    {new},{end}"));
        }
        return open.replace(at..at, new);
    };
    let many_lines = text[open.line_start(last.entry.start)..last.entry.start]
        .trim()
        .is_empty();
    let at = last.entry.end;
    if many_lines {
        let start = open.line_start(last.entry.start);
        let indent = &text[start..last.entry.start];
        let comma = comma_after(text, at, whole.end - 1);
        let end = open.newline();
        return match comma {
            Some(comma) => {
                let line = open.line_end(comma).min(whole.end - 1);
                let lead = if text[..line].ends_with('\n') {
                    ""
                } else {
                    end
                };
                let tail = if lead.is_empty() { end } else { "" };
                open.replace(line..line, &format!("{lead}{indent}{new},{tail}"))
            }
            None => open.replace(at..at, &format!(",{end}{indent}{new}")),
        };
    }
    match comma_after(text, at, whole.end - 1) {
        Some(comma) => open.replace(comma + 1..comma + 1, &format!(" {new},")),
        None => open.replace(at..at, &format!(", {new}")),
    }
}

/// The comma that follows an entry, comments passed over.
fn comma_after(text: &str, from: usize, until: usize) -> Option<usize> {
    let mut at = from;
    while at < until {
        match text.as_bytes()[at] {
            b',' => return Some(at),
            b'#' => at += text[at..until].find('\n').unwrap_or(until - at),
            b if b.is_ascii_whitespace() => at += 1,
            _ => return None,
        }
    }
    None
}

pub(super) fn unregister(config: &Path, project: &str) -> Result<Edit, EditError> {
    let open = Open::read(config)?;
    let missing = || EditError::NotListed {
        path: config.to_path_buf(),
        project: project.to_owned(),
    };
    match open.form()? {
        Form::None => Err(missing()),
        Form::Tables(spots) => {
            let (_, spot) = open.find(&spots, project).ok_or_else(missing)?;
            let start = open.line_start(spot.entry.start);
            let end = open.line_end(spot.entry.end.max(spot.value.end));
            // One blank line goes with the entry, the one in front of it.
            let start = blank_line_before(&open, start);
            open.replace(start..end, "")
        }
        Form::Array { spots, whole, .. } => {
            let (at, spot) = open.find(&spots, project).ok_or_else(missing)?;
            from_array(&open, &spots, at, spot, &whole)
        }
    }
}

fn blank_line_before(open: &Open, start: usize) -> usize {
    let text = open.text();
    if start == 0 {
        return start;
    }
    let before = open.line_start(start - 1);
    if text[before..start].trim().is_empty() {
        before
    } else {
        start
    }
}

fn from_array(
    open: &Open,
    spots: &[Spot],
    at: usize,
    spot: &Spot,
    whole: &Range<usize>,
) -> Result<Edit, EditError> {
    let text = open.text();
    let comma = comma_after(text, spot.entry.end, whole.end - 1);
    let line = open.line_start(spot.entry.start);
    let after = comma.map_or(spot.entry.end, |comma| comma + 1);
    let line_end = open.line_end(after);
    let alone = text[line..spot.entry.start].trim().is_empty()
        && line > whole.start
        && line_end < whole.end
        && (text[after..line_end].trim().is_empty()
            || text[after..line_end].trim_start().starts_with('#'));
    if alone && comma.is_some() {
        return open.replace(line..line_end, "");
    }
    if comma.is_some() {
        let blanks = text[after..].len() - text[after..].trim_start_matches([' ', '\t']).len();
        return open.replace(spot.entry.start..after + blanks, "");
    }
    // The last one without a comma: the comma in front of it goes too.
    match at.checked_sub(1).map(|before| &spots[before]) {
        Some(before) => match comma_after(text, before.entry.end, spot.entry.start) {
            Some(comma) if text[comma + 1..spot.entry.start].trim().is_empty() => {
                open.replace(comma..spot.entry.end, "")
            }
            _ => open.replace(spot.entry.clone(), ""),
        },
        None => open.replace(spot.entry.clone(), ""),
    }
}

pub(super) fn rename(config: &Path, project: &str, to: &str) -> Result<Edit, EditError> {
    let open = Open::read(config)?;
    let spots = match open.form()? {
        Form::None => Vec::new(),
        Form::Tables(spots) | Form::Array { spots, .. } => spots,
    };
    let (at, spot) = open
        .find(&spots, project)
        .ok_or_else(|| EditError::NotListed {
            path: config.to_path_buf(),
            project: project.to_owned(),
        })?;
    if open.find(&spots, to).is_some_and(|(other, _)| other != at) {
        return Err(EditError::Listed {
            path: config.to_path_buf(),
            project: to.to_owned(),
        });
    }
    open.replace(spot.value.clone(), &quoted(to))
}

pub(super) fn rename_location(config: &Path, name: Option<&str>) -> Result<Edit, EditError> {
    let open = Open::read(config)?;
    let Some(item) = open.item(&["project"]) else {
        return Err(open.shape("it has no project table"));
    };
    let Some(table) = item.as_table_like() else {
        return Err(open.shape("`project` is not a table"));
    };
    let present = table
        .get_key_value("code_location_name")
        .and_then(|(key, value)| Some((key.span()?, value.span()?)));
    match (present, name) {
        (Some((_, value)), Some(name)) => open.replace(value, &quoted(name)),
        (Some((key, value)), None) => {
            if item.as_table().is_none() {
                return Err(open.shape("`project` is written on one line"));
            }
            let start = open.line_start(key.start);
            let end = open.line_end(value.end);
            open.replace(start..end, "")
        }
        (None, None) => open.replace(0..0, ""),
        (None, Some(name)) => {
            let end = open.newline();
            let line = format!("code_location_name = {}{end}", quoted(name));
            let place = item
                .as_table()
                .filter(|table| !table.is_implicit() && !table.is_dotted())
                .and_then(toml_edit::Table::span)
                .ok_or_else(|| open.shape("`project` is not a table with a header of its own"))?;
            let at = open.line_end(header_end(open.text(), place.start));
            let lead = if open.text()[..at].ends_with('\n') {
                ""
            } else {
                end
            };
            open.replace(at..at, &format!("{lead}{line}"))
        }
    }
}

/// The end of the header line that begins a table.
fn header_end(text: &str, start: usize) -> usize {
    text[start..].find(']').map_or(start, |at| start + at)
}
