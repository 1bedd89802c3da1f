#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn text(path: &Path) -> String {
    fs_err::read_to_string(path).unwrap()
}

/// Writes a part and fails as a full disk does.
fn run_out(file: &mut File) -> io::Result<()> {
    file.write_all(b"ha")?;
    Err(ErrorKind::StorageFull.into())
}

#[test]
fn a_file_is_made_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    replace(&path, b"one").unwrap();
    assert_eq!(text(&path), "one");
    replace(&path, b"two").unwrap();
    assert_eq!(text(&path), "two");
    assert_eq!(names(folder.path()), ["a.json"]);
    assert_eq!(folder_of(Path::new("a.json")), Path::new("."));
}

#[test]
fn a_write_that_fails_leaves_what_was_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs_err::write(&path, "whole").unwrap();
    let failed = replace_with(&path, Options::default(), run_out).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::StorageFull);
    let absent = folder.path().join("b.json");
    replace_with(&absent, Options::default(), run_out).unwrap_err();
    assert_eq!(text(&path), "whole");
    assert_eq!(names(folder.path()), ["a.json"]);
}

#[test]
fn a_rename_that_fails_leaves_what_was_there_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs_err::create_dir(&path).unwrap();
    replace(&path, b"content").unwrap_err();
    assert!(path.is_dir());
    assert_eq!(names(folder.path()), ["a.json"]);
}

#[test]
fn until_it_is_in_place_a_reader_sees_the_old_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs_err::write(&path, "old").unwrap();
    let options = Options {
        draft: Some(OsStr::new("a.new")),
        fleeting: true,
        ..Options::default()
    };
    replace_with(&path, options, |file| {
        file.write_all(b"new")?;
        assert_eq!(text(&path), "old");
        assert_eq!(names(folder.path()), ["a.json", "a.new"]);
        Ok(())
    })
    .unwrap();
    assert_eq!(text(&path), "new");
    assert_eq!(names(folder.path()), ["a.json"]);
}

#[test]
fn what_is_there_is_not_created_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.md");
    create(&path, b"first").unwrap();
    let refused = create(&path, b"second").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(text(&path), "first");
    assert_eq!(names(folder.path()), ["a.md"]);
}

#[test]
fn a_folder_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/a.json");
    assert_eq!(
        replace(&path, b"content").unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(names(folder.path()), <[String; 0]>::default());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs_err::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn permissions_stay_and_a_new_file_has_the_usual_ones() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        let (usual, program) = (folder.path().join("usual"), folder.path().join("program"));
        for path in [&old, &usual, &program] {
            fs_err::write(path, "").unwrap();
        }
        fs_err::set_permissions(&old, PermissionsExt::from_mode(0o640)).unwrap();
        replace(&old, b"x").unwrap();
        replace(&new, b"x").unwrap();
        assert_eq!((mode(&old), mode(&new)), (0o640, mode(&usual)));
        let options = Options {
            program: true,
            ..Options::default()
        };
        replace_with(&program, options, |file| file.write_all(b"x")).unwrap();
        assert_eq!(mode(&program), 0o755);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (inner, target) = (folder.path().join("inner"), folder.path().join("a.toml"));
        fs_err::create_dir(&inner).unwrap();
        fs_err::write(&target, "old").unwrap();
        let link = inner.join("a.toml");
        symlink("../a.toml", &link).unwrap();
        replace(&link, b"new").unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(text(&target), "new");
        assert_eq!(names(&inner), ["a.toml"]);
        assert_eq!(names(folder.path()), ["a.toml", "inner"]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("a.toml");
        symlink("gone.toml", &link).unwrap();
        assert_eq!(
            replace(&link, b"new").unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert_eq!(
            create(&link, b"new").unwrap_err().kind(),
            ErrorKind::AlreadyExists
        );
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(names(folder.path()), ["a.toml"]);
    }
}
