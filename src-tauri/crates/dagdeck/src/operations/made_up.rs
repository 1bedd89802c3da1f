//! A made-up project for tests: its settings and what is read of it. It holds no code.

use std::path::Path;

use workspace::{Project, ReadOptions};

/// The settings of a dg project named etl.
pub(super) const SETTINGS: &str = "[project]\nname = \"etl\"\nversion = \"0.1\"\n[tool.dg]\ndirectory_type = \"project\"\n\
    [tool.dg.project]\nroot_module = \"etl\"\n";

/// Writes those settings into a folder, which is made where it is missing.
pub(super) fn write(folder: &Path) {
    fs_err::create_dir_all(folder).unwrap();
    fs_err::write(folder.join("pyproject.toml"), SETTINGS).unwrap();
}

/// The project in a folder, as it is read now.
pub(super) fn read(folder: &Path) -> Project {
    let reading = workspace::read(folder, &ReadOptions::default());
    reading.projects.into_iter().next().unwrap()
}
