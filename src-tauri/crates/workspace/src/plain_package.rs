//! `[tool.dagster]` in pyproject.toml: a Python package that Dagster loads without dg. Owns that table only.

use toml_edit::Item;

use crate::problem::{Problem, ProblemCode, Severity};
use crate::pyproject::Toml;

/// What the table names.
pub(crate) struct PlainPackage {
    /// Module names with their attribute, in order.
    pub(crate) modules: Vec<String>,
    pub(crate) location_name: Option<String>,
    pub(crate) problems: Vec<Problem>,
}

/// Reads the table; `None` if it names no module.
pub(crate) fn read_plain_package(toml: &Toml) -> Option<PlainPackage> {
    let table = toml.get(&["tool", "dagster"])?.as_table_like()?;
    let single = table.get("module_name");
    let several = table.get("modules");
    if single.is_none() && several.is_none() {
        return None;
    }
    let mut problems = Vec::new();
    let mut wrong = |keys: &[&str], message: &str| {
        problems.push(
            Problem::new(
                ProblemCode::WrongType,
                Severity::Warning,
                &toml.source.path,
                message,
            )
            .at(toml.place(keys)),
        );
    };
    let mut modules = Vec::new();
    if let Some(item) = single {
        match item.as_str() {
            Some(name) => modules.push(name.to_owned()),
            None => wrong(
                &["tool", "dagster", "module_name"],
                "`tool.dagster.module_name` has to be a string.",
            ),
        }
    }
    if let (Some(item), true) = (several, modules.is_empty()) {
        for value in item.as_array().into_iter().flatten() {
            let name = value
                .as_inline_table()
                .and_then(|table| table.get("name"))
                .and_then(|name| name.as_str());
            match name {
                Some(name) => modules.push(name.to_owned()),
                None => wrong(
                    &["tool", "dagster", "modules"],
                    "Each of `tool.dagster.modules` has to be `{ type = \"module\", name = \"...\" }`.",
                ),
            }
        }
        for table in item.as_array_of_tables().into_iter().flatten() {
            modules.extend(table.get("name").and_then(Item::as_str).map(str::to_owned));
        }
    }
    Some(PlainPackage {
        modules,
        location_name: table
            .get("code_location_name")
            .and_then(Item::as_str)
            .map(str::to_owned),
        problems,
    })
}
