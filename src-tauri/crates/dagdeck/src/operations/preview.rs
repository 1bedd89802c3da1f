//! A copy of a project's settings in Dagdeck's own folder, in which a command shows what it would write. Holds no code and
//! no environment.

use std::path::Path;

use tempfile::TempDir;

/// Copies those of a project's own files that are there; the copy goes when the value does.
pub(crate) fn copy(folder: &Path, files: &[&str], state_folder: &Path) -> std::io::Result<TempDir> {
    let copy = tempfile::Builder::new()
        .prefix("preview-")
        .tempdir_in(state_folder)?;
    for name in files {
        let from = folder.join(name);
        if from.is_file() {
            fs_err::copy(from, copy.path().join(name))?;
        }
    }
    Ok(copy)
}
