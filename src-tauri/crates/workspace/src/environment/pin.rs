//! `.python-version`, which names the Python that a project is for.

use std::path::Path;

/// What a project's `.python-version` asks for, as written; none where there is no such file or it says nothing.
#[must_use]
pub fn python_pin(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join(".python-version")).ok()?;
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    Some(line.to_owned())
}
