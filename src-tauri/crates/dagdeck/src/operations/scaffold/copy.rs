//! A copy of a project that holds no code, in which `dg` shows what it would write.

use std::path::Path;

use api::ScaffoldedFile;

use super::{SETTINGS, ScaffoldTarget};
use crate::operations::preview;

/// A project with the same settings and no code, in Dagdeck's own folder; gone when dropped.
pub(super) fn copy_without_code(
    place: &ScaffoldTarget,
    state_folder: &Path,
) -> std::io::Result<tempfile::TempDir> {
    let copy = preview::copy(&place.project.folder, &SETTINGS, state_folder)?;
    let inside = relative(&place.project.working_directory, &place.project.folder);
    let root = place.project.root_module.as_deref().unwrap_or_default();
    let package = copy.path().join(inside).join(root.replace('.', "/"));
    fs_err::create_dir_all(&package)?;
    fs_err::write(package.join("__init__.py"), "")?;
    let defs = copy
        .path()
        .join(relative(&place.defs, &place.project.folder));
    fs_err::create_dir_all(defs)?;
    Ok(copy)
}

/// Every file below a folder with its text, paths relative to `root`.
pub(super) fn written(folder: &Path, root: &Path) -> std::io::Result<Vec<ScaffoldedFile>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs_err::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&fs_err::read(&path)?).into_owned();
            files.push(ScaffoldedFile {
                path: relative(&path, root),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

pub(super) fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
        .replace('\\', "/")
}
