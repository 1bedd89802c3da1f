//! Replacing a file's content whole or not at all.

use std::io::Write;
use std::path::Path;

use super::{Edit, EditError};

pub(super) fn write(edit: &Edit) -> Result<(), EditError> {
    let io = |source: std::io::Error| EditError::Io {
        path: edit.path.clone(),
        source,
    };
    // The link stays a link: what it points to is replaced.
    let target = fs_err::canonicalize(&edit.path).map_err(io)?;
    let now = fs_err::read(&target).map_err(io)?;
    if now != edit.before.as_bytes() {
        return Err(EditError::Changed {
            path: edit.path.clone(),
        });
    }
    if edit.before == edit.after {
        return Ok(());
    }
    replace(&target, edit.after.as_bytes()).map_err(io)
}

fn replace(target: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".dagdeck-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    file.write_all(content)?;
    let permissions = fs_err::metadata(target)?.permissions();
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    // The rename itself is on disk only once the folder is.
    #[cfg(unix)]
    fs_err::File::open(folder)?.sync_all()?;
    Ok(())
}
