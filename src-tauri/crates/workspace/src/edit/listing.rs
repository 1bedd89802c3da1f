//! A settings file opened for a change: where its projects are listed, and in which form.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Item, Table, TableLike, Value};

use super::{Edit, EditError};
use crate::pyproject::Toml;
use crate::source::Source;
use crate::spelling::normal_path;

const MARK: &str = "\u{feff}";

/// A settings file opened for a change.
pub(super) struct OpenedFile {
    toml: Toml,
    /// The file as it is on disk, with its byte order mark.
    before: String,
    /// Where dg's settings are: none, or `tool.dg`.
    keys: Vec<&'static str>,
}

/// One entry of the list: its path, where the path's text stands, and the whole entry.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// `None` for an entry that names no folder.
    pub(super) path: Option<String>,
    pub(super) value: Range<usize>,
    pub(super) entry: Range<usize>,
    /// Whether the entry has tables with headers of their own.
    pub(super) deep: bool,
}

/// How projects are listed.
pub(super) enum Form {
    /// `[[workspace.projects]]`.
    Tables(Vec<Spot>),
    /// `projects = [...]`.
    Array {
        spots: Vec<Spot>,
        whole: Range<usize>,
        strings: bool,
    },
    /// `projects = "a"`, which dg refuses and the reader takes for a list of one.
    Single(Spot),
    /// Nothing is listed.
    None,
}

impl Form {
    pub(super) fn spots(&self) -> &[Spot] {
        match self {
            Self::Tables(spots) | Self::Array { spots, .. } => spots,
            Self::Single(spot) => std::slice::from_ref(spot),
            Self::None => &[],
        }
    }

    /// The listed paths as written.
    pub(super) fn paths(&self) -> Vec<String> {
        self.spots()
            .iter()
            .filter_map(|spot| spot.path.clone())
            .collect()
    }
}

/// A text as a TOML string.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

impl OpenedFile {
    /// Opens a file for an edit. Read twice and compared, so that the text that is edited is the one that was understood.
    ///
    /// # Errors When it is missing, can't be read, is no valid TOML, or changed between the two looks.
    pub(super) fn read(path: &Path) -> Result<Self, EditError> {
        let source = Source::read(path)
            .map_err(|problem| EditError::Unreadable { problem })?
            .ok_or_else(|| EditError::Missing {
                path: path.to_path_buf(),
            })?;
        let before = fs_err::read_to_string(path).map_err(|source| EditError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        if before.strip_prefix(MARK).unwrap_or(&before) != &*source.text {
            return Err(EditError::Changed {
                path: path.to_path_buf(),
            });
        }
        let toml = Toml::parse(source).map_err(|problem| EditError::Unreadable { problem })?;
        let nested = path
            .file_name()
            .is_some_and(|name| name == "pyproject.toml");
        Ok(Self {
            before,
            toml,
            keys: if nested {
                vec!["tool", "dg"]
            } else {
                Vec::new()
            },
        })
    }

    /// The text as it stands by now, without its byte order mark.
    pub(super) fn text(&self) -> &str {
        &self.toml.source.text
    }

    pub(super) fn path(&self) -> &Path {
        &self.toml.source.path
    }

    /// The line end that the file uses; new lines get the same.
    pub(super) fn newline(&self) -> &'static str {
        if self.text().contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    pub(super) fn shape(&self, cause: &str) -> EditError {
        EditError::Shape {
            path: self.path().to_path_buf(),
            cause: cause.to_owned(),
        }
    }

    /// A part of dg's settings.
    pub(super) fn item(&self, more: &[&'static str]) -> Option<&Item> {
        let keys: Vec<&str> = self.keys.iter().chain(more).copied().collect();
        self.toml.get(&keys)
    }

    /// The words of a header in dg's settings: `tool.dg.workspace`.
    pub(super) fn header(&self, name: &str) -> String {
        let mut parts = self.keys.clone();
        parts.push(name);
        parts.join(".")
    }

    /// Puts `new` in the place of a range.
    pub(super) fn replace(self, range: Range<usize>, new: &str) -> Result<Self, EditError> {
        let text = self.text();
        let changed = format!("{}{new}{}", &text[..range.start], &text[range.end..]);
        let source = Source::new(self.path().to_path_buf(), changed.as_str().into());
        match Toml::parse(source) {
            Ok(toml) => Ok(Self { toml, ..self }),
            Err(_) => Err(self.shape("the result would not be valid TOML")),
        }
    }

    /// What was changed, as one edit.
    pub(super) fn edit(&self) -> Edit {
        let mark = if self.before.starts_with(MARK) {
            MARK
        } else {
            ""
        };
        Edit {
            path: self.path().to_path_buf(),
            before: self.before.clone(),
            after: format!("{mark}{}", self.text()),
        }
    }

    /// This, if its list reads as it was meant.
    pub(super) fn lists(self, meant: &[String]) -> Result<Self, EditError> {
        if self.form()?.paths() == meant {
            Ok(self)
        } else {
            Err(self.shape("its list of projects is written in a way that can't be changed safely"))
        }
    }

    /// Whether two paths name one folder as seen from this file, by text alone.
    pub(super) fn same(&self, a: &str, b: &str) -> bool {
        let root = self.path().parent().unwrap_or(Path::new(""));
        a == b || normal_path(&root.join(a)) == normal_path(&root.join(b))
    }

    /// The first entry that names a folder.
    pub(super) fn find<'a>(&self, form: &'a Form, project: &str) -> Option<(usize, &'a Spot)> {
        let names = |spot: &Spot| {
            let path = spot.path.as_deref();
            path.is_some_and(|path| self.same(path, project))
        };
        let mut spots = form.spots().iter().enumerate();
        spots.find(|(_, spot)| names(spot))
    }

    pub(super) fn listed(&self, project: &str) -> EditError {
        EditError::Listed {
            path: self.path().to_path_buf(),
            project: project.to_owned(),
        }
    }

    pub(super) fn not_listed(&self, project: &str) -> EditError {
        EditError::NotListed {
            path: self.path().to_path_buf(),
            project: project.to_owned(),
        }
    }

    /// In which of the forms that dg ever took the projects are listed, with the place of each.
    ///
    /// # Errors When `projects` is something else, or an entry's place can't be told.
    pub(super) fn form(&self) -> Result<Form, EditError> {
        let Some(item) = self.item(&["workspace", "projects"]) else {
            return Ok(Form::None);
        };
        let lost = || self.shape("its place in the file is not known");
        if let Some(tables) = item.as_array_of_tables() {
            let spots = tables
                .iter()
                .map(|table| table_spot(table).ok_or_else(lost));
            return Ok(Form::Tables(spots.collect::<Result<_, _>>()?));
        }
        if let Some(path) = item.as_str() {
            let place = item.span().ok_or_else(lost)?;
            return Ok(Form::Single(Spot {
                path: Some(path.to_owned()),
                value: place.clone(),
                entry: place,
                deep: false,
            }));
        }
        let Some(array) = item.as_array() else {
            return Err(self.shape("`projects` is not a list"));
        };
        let spots = array.iter().map(|value| value_spot(value).ok_or_else(lost));
        Ok(Form::Array {
            spots: spots.collect::<Result<_, _>>()?,
            whole: array.span().ok_or_else(lost)?,
            strings: array.iter().any(Value::is_str),
        })
    }

    pub(super) fn line_start(&self, offset: usize) -> usize {
        self.text()[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    /// The offset after the line end that follows.
    pub(super) fn line_end(&self, offset: usize) -> usize {
        self.text()[offset..]
            .find('\n')
            .map_or(self.text().len(), |at| offset + at + 1)
    }
}

/// Where a `[[workspace.projects]]` is, all that belongs to it included.
fn table_spot(table: &Table) -> Option<Spot> {
    let mut entry = table.span()?;
    let mut deep = false;
    reach(table, &mut entry, &mut deep);
    let path = table.get("path");
    let value = path.and_then(Item::span).unwrap_or_else(|| entry.clone());
    Some(Spot {
        path: path.and_then(Item::as_str).map(str::to_owned),
        value,
        entry,
        deep,
    })
}

/// Widens an entry's place to everything that is in it.
fn reach(table: &dyn TableLike, place: &mut Range<usize>, deep: &mut bool) {
    for (_, item) in table.iter() {
        if let Some(span) = item.span() {
            place.end = place.end.max(span.end);
        }
        match item {
            Item::Table(inner) => {
                *deep |= !inner.is_dotted();
                reach(inner, place, deep);
            }
            Item::ArrayOfTables(tables) => {
                *deep = true;
                for inner in tables {
                    if let Some(span) = inner.span() {
                        place.end = place.end.max(span.end);
                    }
                    reach(inner, place, deep);
                }
            }
            Item::Value(_) | Item::None => {}
        }
    }
}

/// Where an entry of a list is, and its path where it has one.
fn value_spot(value: &Value) -> Option<Spot> {
    let entry = value.span()?;
    let (path, place) = match value {
        Value::String(text) => (Some(text.value().clone()), entry.clone()),
        Value::InlineTable(table) => {
            let path = table.get("path");
            (
                path.and_then(Value::as_str).map(str::to_owned),
                path.and_then(Value::span).unwrap_or_else(|| entry.clone()),
            )
        }
        _ => (None, entry.clone()),
    };
    Some(Spot {
        path,
        value: place,
        entry,
        deep: false,
    })
}
