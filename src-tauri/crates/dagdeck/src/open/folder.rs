//! What a person means by a folder that they typed, dropped or named on a command line.

use std::path::{Path, PathBuf};

/// Why what a person typed is no folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// What was typed is empty or blank.
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

/// The workspace that a folder is, or is in; the folder itself where there is none. By its real path, so that trust, state and
/// owner are the same however it was spelt.
///
/// Asks the disk, so not for async threads that others wait for.
#[must_use]
pub fn root_of(folder: &Path) -> PathBuf {
    // What is not there is in nothing: who means what is around it names that.
    let found = folder.exists().then(|| workspace::find_root(folder));
    found
        .flatten()
        .unwrap_or_else(|| workspace::real_path(folder))
}

/// The workspace that a project lies in; none where it lies in none, or is no project.
#[must_use]
pub fn workspace_around(project: &Path) -> Option<PathBuf> {
    workspace::workspace_around(&root_of(project))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::collections::BTreeMap;

    use testkit::TestDir;

    use super::*;

    #[test]
    fn a_workspace_has_one_root_however_it_is_spelt() {
        let dir = TestDir::new();
        dir.write("real/dg.toml", "directory_type = \"workspace\"\n");
        dir.make("real/projects/etl");
        std::os::unix::fs::symlink(dir.join("real"), dir.join("link")).unwrap();
        dir.make("apart");
        std::os::unix::fs::symlink(dir.join("real/projects"), dir.join("apart/deep")).unwrap();
        let root = fs_err::canonicalize(dir.join("real")).unwrap();
        for spelt in [
            "real",
            "link",
            "link/",
            "link/projects/etl",
            "real/projects/../../link",
            // As the system has it, this is the folder above of what the link leads to.
            "apart/deep/..",
        ] {
            let spelt = dir.join(spelt);
            assert_eq!(root_of(&spelt), root, "{}", spelt.display());
            let expected = crate::status::expect(&spelt, BTreeMap::new());
            assert!(expected.is_ok(), "{}", spelt.display());
        }
        for missing in ["nowhere", "real/nowhere"] {
            assert_eq!(root_of(&dir.join(missing)), dir.join(missing));
        }
    }
}
