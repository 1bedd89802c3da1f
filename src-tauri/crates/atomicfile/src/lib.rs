//! Files that are there whole or not at all: a draft beside the target, written, brought to the disk, renamed.
//!
//! Owns the one way in which this house replaces a file. Refuses to know what is in it, and to make folders. Whatever
//! fails, the file that was there stays as it was and no draft is left; only a program that is killed leaves one.

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

/// What is particular about a file. By default nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// What the draft is called. Without it, a hidden name that nothing else has; with it, a draft that is there is an
    /// error, and its owner can find one that a killed program left.
    pub draft: Option<&'a OsStr>,
    /// Whether it is a program, for anybody to run. Other files keep the permissions of the one that they replace.
    pub program: bool,
    /// Whether it says nothing to the machine's next start. Then the disk is not waited for.
    pub fleeting: bool,
}

/// Replaces a file's content, or makes the file.
///
/// A link stays a link: what it leads to is replaced.
///
/// # Errors
/// When the folder is not there or refuses, when the disk is full, and when a link leads nowhere.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with(path, Options::default(), |file| file.write_all(content))
}

/// Replaces a file by what is written to the draft that `write` is handed.
///
/// # Errors
/// As [`replace`], and whatever `write` fails with.
pub fn replace_with(
    path: &Path,
    options: Options<'_>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let target = followed(path)?;
    let draft = draft(&target, options, write)?;
    draft.persist(&target).map_err(|failed| failed.error)?;
    settle(&target, options)
}

/// Makes a file where nothing is.
///
/// # Errors
/// As [`replace`]; [`ErrorKind::AlreadyExists`] when something is there, a link that leads nowhere too.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let options = Options::default();
    let draft = draft(path, options, |file| file.write_all(content))?;
    draft
        .persist_noclobber(path)
        .map_err(|failed| failed.error)?;
    settle(path, options)
}

/// The file that a path leads to.
fn followed(path: &Path) -> io::Result<PathBuf> {
    match fs_err::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            Ok(path.to_owned())
        }
        found => found,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Writes the draft of a file, which is closed then and removed unless it is put in place.
fn draft(
    target: &Path,
    options: Options<'_>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<TempPath> {
    let before = match fs_err::metadata(target) {
        Ok(found) => Some(found.permissions()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut builder = Builder::new();
    match options.draft {
        Some(name) => builder.prefix(name).rand_bytes(0),
        None => builder.prefix(".dagdeck-").suffix(".tmp"),
    };
    if before.is_none() {
        new_as_usual(&mut builder);
    }
    let mut file = builder.tempfile_in(folder_of(target))?;
    write(file.as_file_mut())?;
    if options.program {
        make_executable(file.as_file())?;
    } else if let Some(permissions) = before {
        file.as_file().set_permissions(permissions)?;
    }
    if !options.fleeting {
        file.as_file().sync_all()?;
    }
    Ok(file.into_temp_path())
}

/// Brings the rename to the disk: the folder has it, not the file.
#[cfg(unix)]
fn settle(target: &Path, options: Options<'_>) -> io::Result<()> {
    if options.fleeting {
        return Ok(());
    }
    match fs_err::File::open(folder_of(target))?.sync_all() {
        // The file system has nothing of the kind to offer.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        settled => settled,
    }
}

/// A folder can't be brought to the disk on this platform.
#[cfg(not(unix))]
fn settle(_target: &Path, _options: Options<'_>) -> io::Result<()> {
    Ok(())
}

/// Lets the system decide who may read a new file; a temporary file would be its owner's alone.
#[cfg(unix)]
fn new_as_usual(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o666));
}

/// Who may read a new file is the folder's business on this platform.
#[cfg(not(unix))]
fn new_as_usual(_builder: &mut Builder<'_, '_>) {}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o755))
}

/// A program is one by its name on this platform.
#[cfg(not(unix))]
fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}
