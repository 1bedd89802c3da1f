//! Whether an answer about an environment still stands.

use std::fmt::Write as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::Environment;

/// What uv compares when it is asked about a project's environment, as text: size and time of its settings, its lockfile
/// and the folders of its packages. As long as it is the same, so is uv's answer. Runs nothing.
#[must_use]
pub fn stamp(project: &Path, environment: &Environment) -> String {
    let mut stamp = String::new();
    let settings = ["pyproject.toml", "uv.toml", ".python-version"];
    for name in settings {
        add(&mut stamp, &project.join(name));
    }
    if let Some(lockfile) = &environment.lockfile {
        add(&mut stamp, &lockfile.path);
    }
    add(&mut stamp, &environment.path.join("pyvenv.cfg"));
    for folder in &environment.watched {
        add(&mut stamp, folder);
    }
    stamp
}

fn add(stamp: &mut String, path: &Path) {
    let Ok(found) = std::fs::metadata(path) else {
        stamp.push_str("- ");
        return;
    };
    let time = found.modified().ok();
    let time = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanos = time.map_or(0, |time| time.as_nanos());
    let _infallible = write!(stamp, "{}:{nanos} ", found.len());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadOptions, read};

    #[test]
    fn what_uv_compares_changes_it_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let settings = "[project]\nname = \"demo\"\nversion = \"0.1.0\"\n[tool.dg]\ndirectory_type = \"project\"\n\
                        [tool.dg.project]\nroot_module = \"demo\"\n";
        fs_err::write(folder.join("pyproject.toml"), settings).unwrap();
        fs_err::write(folder.join("uv.lock"), "version = 1\n").unwrap();
        let packages = folder.join(".venv/lib/python3.12/site-packages");
        fs_err::create_dir_all(&packages).unwrap();
        fs_err::write(folder.join(".venv/pyvenv.cfg"), "version_info = 3.12.1\n").unwrap();
        let now = || {
            let reading = read(folder, &ReadOptions::default());
            stamp(folder, &reading.projects[0].environment)
        };
        let first = now();
        fs_err::write(folder.join("definitions.py"), "").unwrap();
        assert_eq!(now(), first);
        fs_err::write(folder.join("uv.lock"), "version = 1\nrevision = 2\n").unwrap();
        let locked = now();
        assert_ne!(locked, first);
        fs_err::create_dir(packages.join("humanize")).unwrap();
        assert_ne!(now(), locked);
    }
}
