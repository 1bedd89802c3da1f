//! A TOML file with places, and what pyproject.toml says of a package. Owns look-ups; refuses to judge them.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml_edit::{Document, Item, TableLike};

use crate::problem::{FilePosition, Problem, ProblemCode, Severity};
use crate::source::{Source, file_name};

/// A parsed TOML file.
#[derive(Debug)]
pub(crate) struct Toml {
    pub(crate) source: Source,
    pub(crate) document: Document<Arc<str>>,
}

impl Toml {
    /// Reads a file; `None` if it does not exist.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Box<Problem>> {
        match Source::read(path)? {
            Some(source) => Self::parse(source).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn parse(source: Source) -> Result<Self, Box<Problem>> {
        match Document::parse(Arc::clone(&source.text)) {
            Ok(document) => Ok(Self { source, document }),
            Err(error) => Err(Box::new(syntax_problem(&source, &error))),
        }
    }

    pub(crate) fn root(&self) -> &dyn TableLike {
        self.document.as_table()
    }

    /// The item at a path of keys.
    pub(crate) fn get(&self, keys: &[&str]) -> Option<&Item> {
        let mut item = self.document.as_item();
        for key in keys {
            item = item.as_table_like()?.get(key)?;
        }
        Some(item)
    }

    /// A text under a key; none where it is something else.
    pub(crate) fn string(&self, keys: &[&str]) -> Option<&str> {
        self.get(keys)?.as_str()
    }

    /// The place of a key, else of the nearest table above it.
    pub(crate) fn place(&self, keys: &[&str]) -> Option<FilePosition> {
        let mut table: &dyn TableLike = self.document.as_table();
        let mut span = None;
        for key in keys {
            let Some((key, item)) = table.get_key_value(key) else {
                break;
            };
            span = key.span().or_else(|| item.span()).or(span);
            match item.as_table_like() {
                Some(next) => table = next,
                None => break,
            }
        }
        self.source.place_of(span)
    }

    pub(crate) fn place_of(&self, span: Option<Range<usize>>) -> Option<FilePosition> {
        self.source.place_of(span)
    }
}

/// What TOML's reader says of a file, at its place and with the line.
fn syntax_problem(source: &Source, error: &toml_edit::TomlError) -> Problem {
    let place = error
        .span()
        .map_or(FilePosition { line: 1, column: 1 }, |span| {
            source.place(span.start)
        });
    let said = error.message().trim().replace('\n', ", ");
    Problem::new(
        ProblemCode::InvalidToml,
        Severity::Blocker,
        &source.path,
        format!(
            "{} is not valid TOML: {said} (line {}, column {}).",
            file_name(&source.path),
            place.line,
            place.column
        ),
    )
    .at(Some(place))
    .excerpt(source.excerpt(place))
    .with_hint("Correct the line; it is read again as soon as you save.")
}

/// What matters of a pyproject.toml besides dg's own settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    /// Whether there is the file.
    pub(crate) present: bool,
    /// The file, where it could be read.
    pub(crate) toml: Option<Arc<Toml>>,
    pub(crate) requires_python: Option<String>,
    pub(crate) requires_python_place: Option<FilePosition>,
    /// Requirements whose name begins with `dagster`, as written, with their places.
    pub(crate) dagster_requirements: Vec<(String, Option<FilePosition>)>,
}

impl Package {
    /// Reads what matters: Python, and each requirement of a package of Dagster, development groups among them.
    pub(crate) fn of(toml: &Arc<Toml>) -> Self {
        let mut requirements = Vec::new();
        let mut collect = |item: Option<&Item>| {
            for value in item.and_then(Item::as_array).into_iter().flatten() {
                if let Some(text) = value.as_str()
                    && text
                        .trim_start()
                        .to_ascii_lowercase()
                        .starts_with("dagster")
                {
                    requirements.push((text.to_owned(), toml.place_of(value.span())));
                }
            }
        };
        collect(toml.get(&["project", "dependencies"]));
        collect(toml.get(&["dependency-groups", "dev"]));
        collect(toml.get(&["tool", "uv", "dev-dependencies"]));
        Self {
            present: true,
            toml: Some(Arc::clone(toml)),
            requires_python: toml
                .string(&["project", "requires-python"])
                .map(ToOwned::to_owned),
            requires_python_place: toml.place(&["project", "requires-python"]),
            dagster_requirements: requirements,
        }
    }
}
