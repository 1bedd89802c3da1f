//! A program to run, as it is shown and as it is run: one value for both, so they cannot differ. Runs nothing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use terminal::{Environment, Shell};

use crate::environment::{Inherit, base_environment, whole_environment};

/// A program, its arguments, where it runs, and what its environment has more or less than ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The program: a path, or a name that is looked up on PATH.
    pub program: PathBuf,
    /// The arguments, without the program itself.
    pub arguments: Vec<String>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// The variables that we add.
    pub environment: BTreeMap<String, String>,
    /// The variables that it must not inherit.
    pub removed: Vec<String>,
    /// Which of our own variables it sees.
    pub inherit: Inherit,
}

impl CommandLine {
    /// A program without arguments, run in `folder`.
    pub fn new(program: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Self {
        Self {
            program: native(program.into()),
            arguments: Vec::new(),
            folder: native(folder.into()),
            environment: BTreeMap::new(),
            removed: Vec::new(),
            inherit: Inherit::Base,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<T: Into<String>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Adds variables; a later one of the same name wins.
    #[must_use]
    pub fn envs<K: Into<String>, V: Into<String>>(
        mut self,
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.environment.extend(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        self
    }

    /// Takes an inherited variable away.
    #[must_use]
    pub fn without(mut self, name: impl Into<String>) -> Self {
        self.removed.push(name.into());
        self
    }

    /// Chooses what is inherited.
    #[must_use]
    pub fn inherit(mut self, inherit: Inherit) -> Self {
        self.inherit = inherit;
        self
    }

    /// The program and its arguments.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        let mut argv = vec![self.program.to_string_lossy().into_owned()];
        argv.extend(self.arguments.iter().cloned());
        argv
    }

    /// One line that does the same in a terminal: `cd FOLDER && env A=b PROGRAM ARGUMENTS`, or what PowerShell says for that.
    #[must_use]
    pub fn shell_line(&self) -> String {
        let environment = Environment {
            added: &self.environment,
            removed: &self.removed,
        };
        let line = Shell::HERE.with(environment, &self.line());
        Shell::HERE.within(&self.folder.to_string_lossy(), &line)
    }

    /// The program and its arguments as one line for a terminal, without folder and environment.
    #[must_use]
    pub fn line(&self) -> String {
        Shell::HERE.call(&self.argv())
    }

    /// The whole environment it starts with.
    #[must_use]
    pub fn full_environment(&self) -> BTreeMap<OsString, OsString> {
        let mut all = match self.inherit {
            Inherit::Base => base_environment(),
            Inherit::Whole => whole_environment(),
        };
        for name in &self.removed {
            all.remove(std::ffi::OsStr::new(name));
        }
        all.extend(
            self.environment
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        all
    }
}

/// A path as its system writes it: on Windows parts that were joined by `/` stand behind `\` too.
fn native(path: PathBuf) -> PathBuf {
    if cfg!(windows) {
        path.components().collect()
    } else {
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_shell_line_can_be_pasted() {
        let line = CommandLine::new("/opt/a b/uv", "/home/ann/it's")
            .args(["sync", "--check"])
            .arg("")
            .env("DAGSTER_HOME", "/x y")
            .without("VIRTUAL_ENV")
            .shell_line();
        assert_eq!(
            line,
            r#"cd "/home/ann/it's" && env -u VIRTUAL_ENV 'DAGSTER_HOME=/x y' '/opt/a b/uv' sync --check ''"#
        );
    }

    #[cfg(unix)]
    #[test]
    fn without_variables_there_is_no_env() {
        assert_eq!(
            CommandLine::new("uv", "/w").arg("--version").shell_line(),
            "cd /w && uv --version"
        );
    }

    #[test]
    fn ours_wins_over_removed_and_inherited() {
        let all = CommandLine::new("x", "/")
            .env("PATH", "/only")
            .without("HOME")
            .full_environment();
        assert_eq!(
            all.get(std::ffi::OsStr::new("PATH")),
            Some(&OsString::from("/only"))
        );
        assert!(!all.contains_key(std::ffi::OsStr::new("HOME")));
    }
}
