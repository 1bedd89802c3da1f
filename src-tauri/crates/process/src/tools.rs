//! Finds programs such as uv, git and python. Runs nothing but, once, the person's login shell to learn its PATH.
//!
//! An app started from a desktop has a bare PATH, so the search goes on in the folders where installers put things, and
//! last in what a login shell adds. That one is asked at most once, with a time limit, and never when the app was started
//! from a terminal, whose PATH is the shell's already.

#[cfg(unix)]
mod login;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Where a program was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// On our PATH.
    Path,
    /// In a folder where installers put programs.
    KnownFolder,
    /// On the PATH of the person's login shell.
    LoginShell,
}

/// A program that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTool {
    /// Its path. Never a pyenv shim: those start a shell and may pick another version in another folder.
    pub path: PathBuf,
    /// How it was found.
    pub how: How,
}

/// Finds a program. May block for up to five seconds, once, when a login shell has to be asked.
#[must_use]
pub fn find(name: &str) -> Option<FoundTool> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    find_in(name, &on_path, How::Path)
        .or_else(|| {
            find_in(
                name,
                &std::env::join_paths(known_folders()).unwrap_or_default(),
                How::KnownFolder,
            )
        })
        .or_else(|| find_in(name, login_path()?, How::LoginShell))
}

/// The PATH of the person's login shell. Asks it the first time; nothing when there is no need to ask or no answer.
pub fn login_path() -> Option<&'static OsStr> {
    // Windows' programs have the person's PATH from whatever started them.
    #[cfg(not(unix))]
    let probe = || None;
    #[cfg(unix)]
    let probe = login::probe;
    PROBED.get_or_init(probe).as_deref()
}

static PROBED: OnceLock<Option<OsString>> = OnceLock::new();

/// What [`login_path`] learned, if it was asked. Asks nobody.
pub fn probed_path() -> Option<&'static OsStr> {
    PROBED.get()?.as_deref()
}

fn find_in(name: &str, folders: &OsStr, how: How) -> Option<FoundTool> {
    let candidates: Vec<PathBuf> = which::which_in_all(name, Some(folders), "/")
        .ok()?
        .collect();
    let straight = candidates.iter().find(|path| !is_shim(path)).cloned();
    let path = straight.or_else(|| {
        candidates
            .iter()
            .find_map(|shim| behind_pyenv_shim(shim, name))
    })?;
    Some(FoundTool { path, how })
}

/// Whether this is one of pyenv's stand-ins.
fn is_shim(path: &Path) -> bool {
    path.parent().is_some_and(|folder| {
        folder.file_name() == Some(OsStr::new("shims"))
            && folder
                .parent()
                .is_some_and(|root| root.join("versions").is_dir() && root.join("libexec").is_dir())
    }) || path.components().any(|part| part.as_os_str() == ".pyenv")
        && path.components().any(|p| p.as_os_str() == "shims")
}

/// The program behind a pyenv stand-in: the one in the newest version that has it.
fn behind_pyenv_shim(shim: &Path, name: &str) -> Option<PathBuf> {
    let versions = shim.parent()?.parent()?.join("versions");
    let mut found: Vec<(Vec<u32>, PathBuf)> = fs_err::read_dir(versions)
        .ok()?
        .flatten()
        .map(|entry| {
            (
                numbers(&entry.file_name().to_string_lossy()),
                entry.path().join("bin").join(name),
            )
        })
        .filter(|(_, program)| program.is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, program)| program)
}

/// The numbers of a version, for ordering: "3.12.1" is newer than "3.9.18".
fn numbers(version: &str) -> Vec<u32> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect()
}

/// Where installers put programs.
fn known_folders() -> Vec<PathBuf> {
    let home = std::env::home_dir().unwrap_or_default();
    let below_home = [
        ".local/bin",
        ".cargo/bin",
        ".pyenv/bin",
        "bin",
        ".nix-profile/bin",
    ]
    .map(|folder| home.join(folder));
    let fixed = [
        "/usr/local/bin",
        "/opt/homebrew/bin",
        "/home/linuxbrew/.linuxbrew/bin",
        "/usr/bin",
        "/bin",
        "/snap/bin",
    ];
    let given = ["UV_INSTALL_DIR", "XDG_BIN_HOME"]
        .into_iter()
        .filter_map(std::env::var_os)
        .map(PathBuf::from);
    given
        .chain(below_home)
        .chain(fixed.map(PathBuf::from))
        .collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Makes an executable file. A child writes it: what another test forks while we have it open for writing would keep it
    /// open, and it could not be run.
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    pub(super) fn program(path: &Path, text: &str) {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        let mut writer = crate::child::prepare(Path::new("/bin/sh"));
        writer.args(["-c", r#"printf %s "$2" > "$1" && chmod 755 "$1""#, "sh"]);
        let written = writer.arg(path).arg(text).status().unwrap();
        assert!(written.success());
    }

    #[test]
    fn a_pyenv_shim_is_passed_over_or_looked_behind() {
        let folder = tempfile::tempdir().unwrap();
        let pyenv = folder.path().join(".pyenv");
        program(&pyenv.join("shims/uv"), "#!/bin/sh\n");
        program(&pyenv.join("versions/3.9.18/bin/uv"), "#!/bin/sh\n");
        program(&pyenv.join("versions/3.12.1/bin/uv"), "#!/bin/sh\n");
        let path = pyenv.join("shims").into_os_string();
        let found = find_in("uv", &path, How::Path).unwrap();
        assert_eq!(found.path, pyenv.join("versions/3.12.1/bin/uv"));
        program(&folder.path().join("bin/uv"), "#!/bin/sh\n");
        let both = std::env::join_paths([pyenv.join("shims"), folder.path().join("bin")]).unwrap();
        assert_eq!(
            find_in("uv", &both, How::Path).unwrap().path,
            folder.path().join("bin/uv")
        );
        assert_eq!(find_in("no-such-program", &both, How::Path), None);
    }
}
