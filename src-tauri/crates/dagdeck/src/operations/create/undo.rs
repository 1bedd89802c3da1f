//! What a creation left on disk: whether it is whole, and taking it away. Only what a creation made is touched, and what a
//! person may have written goes to the trash, never away.

use std::path::{Path, PathBuf};

use workspace::edit::{self, Edit, EditError};

use super::MakingError;
use super::plan::Scaffold;

/// What is missing of what the scaffolder promised, in words.
pub(super) fn missing(scaffold: &Scaffold) -> Option<String> {
    let needed = scaffold.promised.iter().filter(|file| file.needed);
    let gone = needed
        .map(|file| scaffold.folder.join(&file.path))
        .find(|path| !path.exists());
    if let Some(path) = gone {
        return Some(format!("{} is not there", path.display()));
    }
    let (config, project) = scaffold.listed.as_ref()?;
    match edit::register(config, project) {
        Err(EditError::Listed { .. }) => None,
        Ok(_) => Some(format!("{} does not list {project}", config.display())),
        Err(error) => Some(error.to_string()),
    }
}

/// Takes away what the scaffolder wrote before it was stopped, so that it can begin again.
///
/// # Errors
/// When there is anything in the folder that the scaffolder does not write, and when it can't be removed.
pub(super) fn half_made(scaffold: &Scaffold) -> Result<(), MakingError> {
    let folder = &scaffold.folder;
    if let Some(other) = not_promised(scaffold) {
        return Err(MakingError::NotOurs {
            folder: folder.clone(),
            other,
        });
    }
    if let Some((config, project)) = &scaffold.listed {
        match edit::unregister(config, project).and_then(|edit| edit.write()) {
            Ok(()) | Err(EditError::NotListed { .. } | EditError::Missing { .. }) => {}
            Err(error) => return Err(MakingError::List(error)),
        }
    }
    fs_err::remove_dir_all(folder).map_err(|source| MakingError::NotTakenAway {
        folder: folder.clone(),
        source,
    })
}

/// A file in the folder that the scaffolder does not write; the folder itself where it can't be read.
fn not_promised(scaffold: &Scaffold) -> Option<PathBuf> {
    let mut folders = vec![scaffold.folder.clone()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else {
            return Some(folder);
        };
        for entry in entries {
            let Ok(entry) = entry else {
                return Some(folder);
            };
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(&scaffold.folder).unwrap_or(&path);
            let written = scaffold
                .promised
                .iter()
                .any(|file| Path::new(&file.path) == relative);
            if !written {
                return Some(path);
            }
        }
    }
    None
}

/// Moves a folder to the trash, if it is there.
///
/// # Errors
/// When there is no trash for it; the folder then stays as it is.
pub(super) async fn trash(folder: &Path) -> Result<(), MakingError> {
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    let path = folder.to_path_buf();
    let moved = tokio::task::spawn_blocking(move || trash::delete(&path)).await;
    let folder = folder.to_owned();
    match moved {
        Ok(Ok(())) => Ok(()),
        Ok(Err(source)) => Err(MakingError::NotTrashed { folder, source }),
        Err(source) => Err(MakingError::Trashing { folder, source }),
    }
}

/// Puts the entry of a project as the review showed it: the scaffolder writes a new table in a style of its own where the
/// list is an inline one. Only where taking its entry out again gives the file from before, so that nothing that someone
/// else wrote meanwhile is lost.
///
/// # Errors
/// When the file can't be read or written.
pub(super) fn as_shown(shown: &Edit, project: &str) -> Result<(), MakingError> {
    let out = edit::unregister(&shown.path, project).map_err(MakingError::List)?;
    // A last line without an end gets one with the entry.
    let same = out.after.trim_end() == shown.before.trim_end();
    if out.before == shown.after || !same {
        return Ok(());
    }
    let settled = Edit {
        path: out.path,
        before: out.before,
        after: shown.after.clone(),
    };
    match settled.write() {
        Ok(()) | Err(EditError::Changed { .. }) => Ok(()),
        Err(error) => Err(MakingError::List(error)),
    }
}

/// Takes a project out of its workspace's settings again: as it was where nobody else wrote the file meanwhile.
///
/// # Errors
/// When the file can't be written.
pub(super) fn unlist(made: &Edit, project: &str) -> Result<(), MakingError> {
    let back = Edit {
        path: made.path.clone(),
        before: made.after.clone(),
        after: made.before.clone(),
    };
    let undone = match back.write() {
        Err(EditError::Changed { .. }) => {
            edit::unregister(&made.path, project).and_then(|edit| edit.write())
        }
        other => other,
    };
    match undone {
        Ok(()) | Err(EditError::NotListed { .. } | EditError::Missing { .. }) => Ok(()),
        Err(error) => Err(MakingError::List(error)),
    }
}
