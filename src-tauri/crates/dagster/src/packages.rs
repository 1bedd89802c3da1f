//! Changing what a project asks for: command lines for uv. Runs nothing.
//!
//! Seen with uv 0.13.8: `uv add` and `uv remove` with `--no-sync` change pyproject.toml and uv.lock and leave the
//! environment alone; where no versions fit together they put pyproject.toml back as it was.

use std::path::Path;

use process::CommandLine;

/// A change to what a project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequirementChange {
    /// A package comes in, or is asked for at another version.
    Add {
        /// As in pyproject.toml: `pandas[excel]>=2`.
        requirement: String,
        /// Whether it is only for work on the project.
        dev: bool,
    },
    /// A package goes.
    Remove {
        /// Its name.
        package: String,
        /// Whether it was only for work on the project.
        dev: bool,
    },
    /// Another Dagster.
    Dagster {
        /// The version to change to, as 1.13.28.
        version: String,
    },
}

/// The command line that makes a change in a project's folder, without touching its environment. `python` is the
/// interpreter that uv resolves for, absolute, so that it asks no shim.
#[must_use]
pub fn change(
    uv: &Path,
    folder: &Path,
    change: &RequirementChange,
    python: Option<&Path>,
) -> CommandLine {
    let (verb, word, dev) = match change {
        RequirementChange::Add { requirement, dev } => ("add", requirement.trim().to_owned(), *dev),
        RequirementChange::Remove { package, dev } => ("remove", package.trim().to_owned(), *dev),
        RequirementChange::Dagster { version } => {
            ("add", format!("dagster=={}", version.trim()), false)
        }
    };
    let mut line = CommandLine::new(uv, folder).args([verb, "--no-sync"]);
    if dev {
        line = line.arg("--dev");
    }
    if let Some(python) = python {
        line = line.arg("--python").arg(python.to_string_lossy());
    }
    // What a person typed is never taken for a flag.
    line.arg("--").arg(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_a_word_of_its_own() {
        let add = RequirementChange::Add {
            requirement: " --index=https://elsewhere ".into(),
            dev: true,
        };
        let line = change(Path::new("uv"), Path::new("/p"), &add, None);
        assert_eq!(
            line.argv()[1..],
            [
                "add",
                "--no-sync",
                "--dev",
                "--",
                "--index=https://elsewhere"
            ]
        );
    }

    #[test]
    fn another_dagster_is_asked_for_exactly() {
        let dagster = RequirementChange::Dagster {
            version: "1.13.26".into(),
        };
        let line = change(
            Path::new("uv"),
            Path::new("/p"),
            &dagster,
            Some(Path::new("/py")),
        );
        assert_eq!(
            line.argv()[1..],
            [
                "add",
                "--no-sync",
                "--python",
                "/py",
                "--",
                "dagster==1.13.26"
            ]
        );
    }
}
