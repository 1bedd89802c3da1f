//! Editing dg.toml: a project in, out, or under another path. Owns the change; every other byte of the file stays.
//!
//! The places come from toml_edit's spans and the text between them is left alone, so that comments, order, line
//! ends and a byte order mark can't change. Each edit is read back before it is handed out.

mod listing;
mod location;
mod planned;
mod splice;
mod write;

use std::path::Path;

pub use planned::{Edit, EditError};

/// One change of the list of projects. Paths are as the file writes them: relative to its folder, or absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    /// Lists a project, after the last one, in the form that is used there.
    Register(String),
    /// Takes a project off the list, each of its entries where it has several.
    Unregister(String),
    /// Lists a project under another path, in each of its entries.
    Rename(String, String),
}

/// Works several changes of the list of projects into one edit, in their order.
///
/// # Errors
/// If the file can't be read, or one of the changes can't be made; the first one that can't is told.
pub fn change(config: &Path, changes: &[ListChange]) -> Result<Edit, EditError> {
    let mut open = listing::OpenedFile::read(config)?;
    for change in changes {
        open = match change {
            ListChange::Register(project) => splice::register(open, project)?,
            ListChange::Unregister(project) => splice::unregister(open, project)?,
            ListChange::Rename(project, to) => splice::rename(open, project, to)?,
        };
    }
    Ok(open.edit())
}

/// Lists a project in a workspace's settings file, after the last one, in the form that is used there.
///
/// # Errors
/// If the file can't be read, or lists the project already.
pub fn register(config: &Path, project: &str) -> Result<Edit, EditError> {
    change(config, &[ListChange::Register(project.to_owned())])
}

/// Takes a project off the list, each of its entries where it has several.
///
/// # Errors
/// If the file can't be read, or does not list the project.
pub fn unregister(config: &Path, project: &str) -> Result<Edit, EditError> {
    change(config, &[ListChange::Unregister(project.to_owned())])
}

/// Takes every entry off the list whose folder an earlier one names already.
///
/// # Errors
/// If the file can't be read, or its list has a shape that can't be changed safely.
pub fn list_once(config: &Path) -> Result<Edit, EditError> {
    Ok(splice::once(listing::OpenedFile::read(config)?)?.edit())
}

/// Lists a project under another path, in each of its entries.
///
/// # Errors
/// If the file can't be read, does not list the project, or lists the new path already.
pub fn rename(config: &Path, project: &str, to: &str) -> Result<Edit, EditError> {
    let (project, to) = (project.to_owned(), to.to_owned());
    change(config, &[ListChange::Rename(project, to)])
}

/// Sets a project's `code_location_name` in its own settings file; `None` takes it out, so that the folder's name counts.
///
/// # Errors
/// If the file can't be read or has no project table.
pub fn rename_location(config: &Path, name: Option<&str>) -> Result<Edit, EditError> {
    location::rename_location(config, name)
}

impl Edit {
    /// Writes the change: to a temporary file beside it, synced, then renamed over it. A link is followed, and the
    /// file's permissions stay.
    ///
    /// # Errors
    /// If the file changed since the edit was worked out, or writing fails; the file is then as it was.
    pub fn write(&self) -> Result<(), EditError> {
        write::write(self)
    }
}
