//! Fake tools: a script under a tool's name that keeps what it was asked.

use std::path::{Path, PathBuf};

/// A stand-in for a program such as uv.
pub struct FakeTool {
    program: PathBuf,
    asked: PathBuf,
}

impl FakeTool {
    /// Puts an executable `name` into `folder` that notes its arguments, then runs `body` (POSIX shell).
    #[cfg(unix)]
    pub fn new(folder: &Path, name: &str, body: &str) -> FakeTool {
        fs_err::create_dir_all(folder).unwrap();
        let program = folder.join(name);
        let asked = folder.join(format!("{name}.asked"));
        let quoted = asked.to_str().unwrap().replace('\'', r"'\''");
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{quoted}'\n{body}\n");
        // Written by another program: what this one has open for writing, a child that another test forks meanwhile has too
        // until it has become its program, and no system runs a file that is open for writing.
        let written = std::process::Command::new("sh")
            .args(["-c", "printf %s \"$2\" > \"$1\" && chmod 755 \"$1\"", "sh"])
            .args([program.as_os_str(), script.as_ref()])
            .status()
            .unwrap();
        assert!(written.success(), "{} is not written", program.display());
        FakeTool { program, asked }
    }

    /// Where it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The arguments of each call so far, in order, joined by spaces.
    pub fn asked(&self) -> Vec<String> {
        let noted = std::fs::read_to_string(&self.asked).unwrap_or_default();
        noted.lines().map(str::to_owned).collect()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::FakeTool;
    use crate::TestDir;

    #[test]
    fn notes_what_it_was_asked_and_answers() {
        let folder = TestDir::new();
        let uv = FakeTool::new(folder.path(), "uv", "echo 'uv 0.0.0'; exit 3");
        let answer = std::process::Command::new(uv.program())
            .args(["sync", "--check"])
            .output()
            .unwrap();
        assert_eq!(answer.status.code(), Some(3));
        assert_eq!(answer.stdout, b"uv 0.0.0\n");
        assert_eq!(uv.asked(), ["sync --check"]);
    }
}
