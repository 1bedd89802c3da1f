//! Writes the sample. What is there already stays as it is: a person may have begun to change it.

use std::io::ErrorKind;
use std::path::Path;

use dagster::create::sample::File;

use super::MakingError;

/// Writes the files that are not there; `again` says that it was begun before.
///
/// # Errors
/// When something else is in that place, and when a file can't be written.
pub(super) fn write(folder: &Path, files: &[File], again: bool) -> Result<(), MakingError> {
    if !again && folder.symlink_metadata().is_ok() {
        return Err(MakingError::InTheWay {
            folder: folder.to_owned(),
        });
    }
    for file in files {
        let path = folder.join(file.path);
        if let Err(source) = write_new(&path, &file.text) {
            return Err(MakingError::Sample { path, source });
        }
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    match atomicfile::create(path, text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_finished_and_what_a_person_changed_stays() {
        let around = tempfile::tempdir().unwrap();
        let root = around.path().join("sample");
        let files = dagster::create::sample::files("1.2.3");
        write(&root, &files[..4], false).unwrap();
        let readme = root.join("README.md");
        fs_err::write(&readme, "mine").unwrap();
        let refused = write(&root, &files, false).unwrap_err();
        assert!(matches!(refused, MakingError::InTheWay { .. }));
        assert!(!root.join("dg.toml").exists());
        write(&root, &files, true).unwrap();
        assert_eq!(fs_err::read_to_string(&readme).unwrap(), "mine");
        assert!(files.iter().all(|file| root.join(file.path).is_file()));
        let left = fs_err::read_dir(&root).unwrap().flatten();
        let names: Vec<_> = left.map(|entry| entry.file_name()).collect();
        assert_eq!(names.len(), 5, "{names:?}");
    }
}
