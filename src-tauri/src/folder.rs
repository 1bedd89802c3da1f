//! The folder that a start of the app names on its command line. Looks at words only, never at the disk.

use std::path::{Path, PathBuf};

/// The folder among a start's arguments (the program's own name comes first), made absolute against `current`.
///
/// Options are skipped, since window systems add some of their own; what follows `--` is a folder whatever it looks like.
pub(crate) fn named<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    current: &Path,
) -> Option<PathBuf> {
    let mut verbatim = false;
    for argument in arguments.into_iter().skip(1) {
        match argument {
            "--" if !verbatim => verbatim = true,
            option if !verbatim && option.starts_with('-') => {}
            "" => {}
            folder => return Some(current.join(strip_scheme(folder))),
        }
    }
    None
}

/// File managers may hand over `file://` addresses.
fn strip_scheme(folder: &str) -> PathBuf {
    match folder
        .strip_prefix("file://")
        .and_then(|_| tauri::Url::parse(folder).ok())
        .map(|url| url.to_file_path())
    {
        Some(Ok(path)) => path,
        _ => PathBuf::from(folder),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn of(arguments: &[&str]) -> Option<String> {
        named(arguments.iter().copied(), Path::new("/home/ann"))
            .map(|path| path.display().to_string())
    }

    #[test]
    fn a_folder_is_taken_from_where_the_start_was() {
        assert_eq!(
            of(&["app", "work/acme"]).as_deref(),
            Some("/home/ann/work/acme")
        );
        assert_eq!(of(&["app", "/srv/acme"]).as_deref(), Some("/srv/acme"));
        assert_eq!(
            of(&["app", "file:///srv/a%20b"]).as_deref(),
            Some("/srv/a b")
        );
    }

    #[test]
    fn options_are_not_folders() {
        assert_eq!(of(&["app"]), None);
        assert_eq!(of(&["app", "--gtk-thing"]), None);
        assert_eq!(
            of(&["app", "--", "-odd"]).as_deref(),
            Some("/home/ann/-odd")
        );
    }
}
