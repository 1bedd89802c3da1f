//! Writing an edit, if the file is still the one that it was made from.

use super::{Edit, EditError};

/// Compares the file with what the edit was made from, then puts the new text in its place. What somebody writes between
/// the two is lost: a file can't be held against other programs.
///
/// # Errors When it changed since, and when it can't be read or written.
pub(super) fn write(edit: &Edit) -> Result<(), EditError> {
    let io = |source: std::io::Error| EditError::Io {
        path: edit.path.clone(),
        source,
    };
    let now = fs_err::read(&edit.path).map_err(io)?;
    if now != edit.before.as_bytes() {
        return Err(EditError::Changed {
            path: edit.path.clone(),
        });
    }
    if edit.before == edit.after {
        return Ok(());
    }
    atomicfile::replace(&edit.path, edit.after.as_bytes()).map_err(io)
}
