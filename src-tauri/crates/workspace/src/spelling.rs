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

/// A path with the links followed that exist of it, so that what is made there later has this name already. As for the system,
/// `..` after a link is the folder above of what it leads to.
///
/// Asks the disk, so not for async threads that others wait for.
#[must_use]
pub fn real_path(path: &Path) -> PathBuf {
    let there = nearest_existing(path);
    match (dunce::canonicalize(there), path.strip_prefix(there)) {
        (Ok(real), Ok(rest)) => normal_path(&real.join(rest)),
        _ => normal_path(path),
    }
}

/// The link on the way to a path that leads nowhere, or round in a circle.
#[must_use]
pub fn dead_link(path: &Path) -> Option<&Path> {
    let there = nearest_existing(path);
    let missing = path.ancestors().take_while(|folder| *folder != there);
    missing.last().filter(|folder| folder.is_symlink())
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
        // As for the system, above of what a link leads to.
        std::os::unix::fs::symlink(at("real/there"), at("deep")).unwrap();
        assert_eq!(real_path(&at("deep/../gone/./../new")), real.join("new"));
        let nowhere = Path::new("not/anywhere");
        assert_eq!(real_path(nowhere), nowhere);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found_wherever_it_is_on_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let at = |spelt: &str| dir.path().join(spelt);
        fs_err::create_dir(at("there")).unwrap();
        for (link, to) in [
            ("good", "there"),
            ("there/dead", "gone"),
            ("round", "round"),
        ] {
            std::os::unix::fs::symlink(to, at(link)).unwrap();
        }
        for (spelt, link) in [
            ("good", None),
            ("good/not/yet", None),
            ("not/yet", None),
            ("there/dead", Some("there/dead")),
            ("good/dead/a/b", Some("good/dead")),
            ("round/a", Some("round")),
        ] {
            let link = link.map(|link: &str| at(link));
            assert_eq!(dead_link(&at(spelt)), link.as_deref(), "{spelt}");
        }
    }
}
