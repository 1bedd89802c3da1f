//! One folder has many spellings: what is compared, or known by its path, is spelt in one way first.

use std::path::{Component, Path, PathBuf};

/// A path without `.` and `..`, by text alone.
#[must_use]
pub fn normal_path(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path with the links followed that exist of it, so that what is made there later has this name already.
///
/// Asks the disk, so not for async threads that others wait for.
#[must_use]
pub fn real_path(path: &Path) -> PathBuf {
    let there = nearest_existing(path);
    match (dunce::canonicalize(there), path.strip_prefix(there)) {
        // To join nothing would end it with a slash.
        (Ok(real), Ok(rest)) if rest.as_os_str().is_empty() => real,
        (Ok(real), Ok(rest)) => real.join(rest),
        _ => path.to_owned(),
    }
}

/// The nearest folder or file on the way up that exists, the path itself included; the path where none does.
#[must_use]
pub fn nearest_existing(path: &Path) -> &Path {
    let mut up = path.ancestors();
    up.find(|folder| folder.exists()).unwrap_or(path)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_later_has_the_same_name_then() {
        let dir = tempfile::tempdir().unwrap();
        let at = |spelt: &str| dir.path().join(spelt);
        fs_err::create_dir_all(at("real/there")).unwrap();
        std::os::unix::fs::symlink(at("real"), at("link")).unwrap();
        let real = fs_err::canonicalize(at("real")).unwrap();
        for (spelt, is) in [
            ("link", ""),
            ("link/there", "there"),
            ("link/not/yet", "not/yet"),
            ("real/not/yet", "not/yet"),
        ] {
            let before = real_path(&at(spelt));
            let expected = if is.is_empty() {
                real.clone()
            } else {
                real.join(is)
            };
            assert_eq!(before.as_os_str(), expected.as_os_str(), "{spelt}");
            fs_err::create_dir_all(at(spelt)).unwrap();
            assert_eq!(real_path(&at(spelt)).as_os_str(), before.as_os_str());
        }
        let nowhere = Path::new("not/anywhere");
        assert_eq!(real_path(nowhere), nowhere);
    }
}
