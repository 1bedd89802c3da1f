//! Folders that vanish with the test.

use std::path::{Path, PathBuf};

/// A folder of one test; removed when dropped, its path free of symlinks.
pub struct TestDir {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl TestDir {
    /// Makes an empty one in the platform's temporary folder.
    #[expect(
        clippy::new_without_default,
        reason = "it touches the disk, which a default should not"
    )]
    pub fn new() -> TestDir {
        TestDir::within(&std::env::temp_dir())
    }

    /// Makes an empty one in a folder, so that hard links into it work.
    pub fn within(parent: &Path) -> TestDir {
        fs_err::create_dir_all(parent).unwrap();
        let folder = tempfile::Builder::new()
            .prefix("dagdeck-")
            .tempdir_in(parent)
            .unwrap();
        let path = fs_err::canonicalize(folder.path()).unwrap();
        TestDir {
            _folder: folder,
            path,
        }
    }

    /// The folder's real path: no link is left in it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path below it.
    pub fn join(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.path.join(relative)
    }

    /// Writes a file below it, with the folders that it needs.
    pub fn write(&self, relative: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.join(relative);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(&file, text).unwrap();
        file
    }

    /// Makes a folder below it.
    pub fn make(&self, relative: impl AsRef<Path>) -> PathBuf {
        let folder = self.join(relative);
        fs_err::create_dir_all(&folder).unwrap();
        folder
    }
}
