//! What a project asks for, as its pyproject.toml says. Judges nothing.

use std::path::Path;

use toml_edit::{Document, Item};

/// The packages that a project asks for, as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirements {
    /// `project.dependencies`.
    pub packages: Vec<String>,
    /// `dependency-groups.dev`, less the groups it includes.
    pub dev: Vec<String>,
}

/// Reads what a project asks for.
///
/// # Errors
/// When pyproject.toml is not there, can't be read, or is not valid TOML.
pub fn requirements(project: &Path) -> std::io::Result<Requirements> {
    let text = std::fs::read_to_string(project.join("pyproject.toml"))?;
    let document = Document::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string()))?;
    let listed = |table: &str, key: &str| -> Vec<String> {
        let list = document
            .get(table)
            .and_then(|table| table.get(key))
            .and_then(Item::as_array);
        let words = list.into_iter().flatten().filter_map(|one| one.as_str());
        words.map(str::to_owned).collect()
    };
    Ok(Requirements {
        packages: listed("project", "dependencies"),
        dev: listed("dependency-groups", "dev"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_read_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[project]\nname = \"a\"\ndependencies = [\"dagster==1.13.27\", \"pandas[excel]>=2\"]\n\
            [dependency-groups]\ndev = [\"ruff\", {include-group = \"lint\"}]\n";
        std::fs::write(folder.path().join("pyproject.toml"), text).unwrap();
        let found = requirements(folder.path()).unwrap();
        assert_eq!(found.packages, ["dagster==1.13.27", "pandas[excel]>=2"]);
        assert_eq!(found.dev, ["ruff"]);
    }

    #[test]
    fn no_file_and_no_toml_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        assert!(requirements(folder.path()).is_err());
        std::fs::write(folder.path().join("pyproject.toml"), "not = [toml").unwrap();
        assert!(requirements(folder.path()).is_err());
    }
}
