//! What a person means by a folder that they typed, dropped or named on a command line.

use std::path::{Path, PathBuf};

use api::{ApiError, ErrorCode};

/// A folder as typed, made absolute; a file stands for the folder it is in.
///
/// # Errors
/// When nothing was typed, or there is no such folder.
pub fn named(typed: &str, home: &Path) -> Result<PathBuf, ApiError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            "Type or choose a folder.",
        ));
    }
    let path = workspace::expand_home(typed, home);
    let absolute = std::path::absolute(&path).unwrap_or(path);
    let folder = if absolute.is_file() {
        absolute.parent().map(Path::to_owned)
    } else {
        Some(absolute.clone())
    };
    folder.filter(|folder| folder.is_dir()).ok_or_else(|| {
        ApiError::new(
            ErrorCode::NotFound,
            format!("There is no folder at {}.", absolute.display()),
        )
        .hint("Check the path, or choose the folder in the dialog.")
    })
}

/// The workspace that a folder is, or is in; the folder itself where there is none.
#[must_use]
pub fn root_of(folder: &Path) -> PathBuf {
    workspace::find_root(folder).unwrap_or_else(|| folder.to_owned())
}
