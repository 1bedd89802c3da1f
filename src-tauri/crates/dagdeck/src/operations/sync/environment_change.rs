//! Where an environment stands after a sync that did not end well, as its files tell.

use workspace::{Contents, Environment};

/// How an environment differs from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EnvironmentChange {
    /// There was none, and there is none.
    StillNone,
    /// It holds what it held.
    AsBefore,
    /// It differs from before, and uv finds that it answers its lockfile: all but its bytecode is there.
    Whole,
    /// It has a Python, but not the packages it had, nor all that it should have.
    HalfMade {
        /// How many packages are in it.
        packages: usize,
        /// How many were.
        before: usize,
    },
    /// There is something, but no Python that runs.
    Unusable,
    /// There was one, and there is none.
    Gone,
}

impl EnvironmentChange {
    /// Compares two looks; `now` is what was read of it since, `current` whether uv finds that it answers its lockfile.
    pub(super) fn of(
        before: &Contents,
        after: &Contents,
        now: &Environment,
        current: bool,
    ) -> Self {
        if before == after {
            return if after.exists {
                Self::AsBefore
            } else {
                Self::StillNone
            };
        }
        if !after.exists {
            return Self::Gone;
        }
        if now.interpreter.is_none() {
            return Self::Unusable;
        }
        if current {
            return Self::Whole;
        }
        Self::HalfMade {
            packages: after.packages.len(),
            before: before.packages.len(),
        }
    }

    /// What it means for the person.
    pub(super) fn words(self) -> String {
        match self {
            Self::StillNone => "There is still no environment.".to_owned(),
            Self::AsBefore => "The environment is as it was.".to_owned(),
            Self::Whole => "The environment answers its lockfile all the same.".to_owned(),
            Self::HalfMade { packages, before } => {
                let packages = match packages {
                    0 => "no packages are".to_owned(),
                    1 => "1 package is".to_owned(),
                    count => format!("{count} packages are"),
                };
                let before = match before {
                    0 => String::new(),
                    1 => ", 1 was before".to_owned(),
                    count => format!(", {count} were before"),
                };
                format!(
                    "The environment is half made: {packages} in it{before}. Sync again to finish it."
                )
            }
            Self::Unusable => {
                "The environment can't be used as it is. Sync again to make it anew.".to_owned()
            }
            Self::Gone => "The environment is gone. Sync again to make it anew.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::operations::made_up;

    fn read(folder: &Path) -> (Contents, Environment) {
        let environment = made_up::read(folder).environment;
        (workspace::contents(&environment.path), environment)
    }

    #[test]
    fn it_is_told_from_what_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        made_up::write(folder);
        let (none, _) = read(folder);
        let (after, now) = read(folder);
        assert_eq!(
            EnvironmentChange::of(&none, &after, &now, false),
            EnvironmentChange::StillNone
        );

        let packages = folder.join(".venv/lib/python3.12/site-packages");
        let install = |name: &str| {
            let info = packages.join(format!("{name}.dist-info"));
            fs_err::create_dir_all(&info).unwrap();
            fs_err::write(info.join("INSTALLER"), "").unwrap();
        };
        install("dagster-1.13.27");
        fs_err::write(folder.join(".venv/pyvenv.cfg"), "version_info = 3.12.1\n").unwrap();
        let (python_less, now) = read(folder);
        assert_eq!(
            EnvironmentChange::of(&none, &python_less, &now, false),
            EnvironmentChange::Unusable
        );

        let python = dagster::environment::interpreter_of(&folder.join(".venv"));
        fs_err::create_dir_all(python.parent().unwrap()).unwrap();
        fs_err::write(&python, "").unwrap();
        let (before, now) = read(folder);
        assert_eq!(
            EnvironmentChange::of(&before, &before, &now, false),
            EnvironmentChange::AsBefore
        );
        install("grpcio-1.85.1");
        let (more, now) = read(folder);
        let half = EnvironmentChange::of(&before, &more, &now, false);
        assert_eq!(
            half,
            EnvironmentChange::HalfMade {
                packages: 2,
                before: 1
            }
        );
        assert!(
            half.words().contains("2 packages are in it, 1 was before"),
            "{}",
            half.words()
        );

        assert_eq!(
            EnvironmentChange::of(&before, &more, &now, true),
            EnvironmentChange::Whole,
            "uv has the last word"
        );

        fs_err::remove_dir_all(folder.join(".venv")).unwrap();
        let (gone, now) = read(folder);
        assert_eq!(
            EnvironmentChange::of(&before, &gone, &now, false),
            EnvironmentChange::Gone
        );
    }
}
