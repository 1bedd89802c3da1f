//! What a person means by a folder that they typed, dropped or named on a command line.

use std::path::{Path, PathBuf};

/// Why what a person typed is no folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Nothing was typed.
    #[error("no folder was named")]
    NothingTyped,
    /// There is none at that place.
    #[error("there is no folder at {}", path.display())]
    NotThere {
        /// The place, absolute.
        path: PathBuf,
    },
}

/// A folder as typed, made absolute; a file stands for the folder it is in.
///
/// # Errors
/// When nothing was typed, or there is no such folder.
pub fn named(typed: &str, home: &Path) -> Result<PathBuf, FolderError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(FolderError::NothingTyped);
    }
    let path = workspace::expand_home(typed, home);
    let absolute = std::path::absolute(&path).unwrap_or(path);
    let folder = if absolute.is_file() {
        absolute.parent().map(Path::to_owned)
    } else {
        Some(absolute.clone())
    };
    let folder = folder.filter(|folder| folder.is_dir());
    folder.ok_or(FolderError::NotThere { path: absolute })
}

/// The workspace that a folder is, or is in; the folder itself where there is none.
#[must_use]
pub fn root_of(folder: &Path) -> PathBuf {
    workspace::find_root(folder).unwrap_or_else(|| folder.to_owned())
}
