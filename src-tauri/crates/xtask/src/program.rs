//! Running other programs: always shown, always with a clean environment, never without an end.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::places;
use crate::test_report::{Counts, TestReport};

/// What leaks in from an activated shell and would change what a Python program does.
const LEAKS: &[&str] = &[
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "DAGSTER_HOME",
];

/// How the variables begin by which Cargo tells us of our own package. A dependency that looks at them (`ring` does) is built
/// anew whenever they differ, with all that stands on it: they differ between what builds us and what we build.
const OF_OUR_PACKAGE: &[&str] = &["CARGO_MANIFEST_", "CARGO_PKG_"];

/// What Cargo told us of a package.
fn of_a_package() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        OF_OUR_PACKAGE.iter().any(|start| name.starts_with(start))
    })
}

/// A program to run, with the arguments and the environment that we add.
pub(crate) struct Program {
    command: Command,
    words: Vec<String>,
    label: Option<String>,
}

impl Program {
    /// A program by name or path, run in the root of the repository.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Program {
        let mut command = Command::new(program.as_ref());
        for name in LEAKS {
            command.env_remove(name);
        }
        for (name, _) in of_a_package() {
            command.env_remove(name);
        }
        command.env("PATH", path()).current_dir(places::root());
        Program {
            command,
            words: vec![program.as_ref().to_string_lossy().into_owned()],
            label: None,
        }
    }

    /// A compiler that Cargo called us in place of: what Cargo tells of a package is of that which is compiled.
    pub(crate) fn in_our_place(program: impl AsRef<OsStr>) -> Program {
        let mut program = Program::new(program);
        program.command.envs(of_a_package());
        program
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Program {
        self.words
            .push(argument.as_ref().to_string_lossy().into_owned());
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = S>) -> Program {
        arguments.into_iter().fold(self, Program::arg)
    }

    /// Adds to the environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.command.env(name, value);
        self
    }

    /// Takes a variable away.
    pub(crate) fn without(mut self, name: &str) -> Program {
        self.command.env_remove(name);
        self
    }

    /// Runs in another folder.
    pub(crate) fn folder(mut self, folder: &Path) -> Program {
        self.command.current_dir(folder);
        self
    }

    /// Puts a name before each line that it prints while it is counted, for two may run side by side.
    pub(crate) fn labelled(mut self, label: &str) -> Program {
        self.label = Some(label.to_owned());
        self
    }

    /// The line as a person would type it, near enough to read.
    pub(crate) fn line(&self) -> String {
        let root = places::root();
        let root = format!("{}/", root.display());
        self.words.join(" ").replace(&root, "")
    }

    /// Shows the line, runs it with our own streams, fails unless it exits with 0.
    pub(crate) fn run(self) -> Result<()> {
        println!("  $ {}", self.line());
        let line = self.line();
        let mut command = self.command;
        command.stdin(Stdio::null());
        let status = command
            .status()
            .with_context(|| format!("could not run `{line}`"))?;
        succeeded(&line, status)
    }

    /// Runs it in our place until it ends; the person's keyboard is its own.
    pub(crate) fn hand_over(self) -> Result<()> {
        println!("  $ {}", self.line());
        let line = self.line();
        let mut command = self.command;
        let status = command
            .status()
            .with_context(|| format!("could not run `{line}`"))?;
        succeeded(&line, status)
    }

    /// Runs it in our place until it ends, and ends as it did: what it had to say it said.
    pub(crate) fn replace(mut self) -> Result<()> {
        let line = self.line();
        let status = self
            .command
            .status()
            .with_context(|| format!("could not run `{line}`"))?;
        std::process::exit(status.code().unwrap_or(1));
    }

    /// Runs it quietly and answers what it printed on standard output.
    pub(crate) fn read(mut self) -> Result<String> {
        let line = self.line();
        let output = self
            .command
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("could not run `{line}`"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!(
                "`{line}` ended with {}: {}",
                output.status,
                last_lines(&said, 8)
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether it runs and exits with 0; prints nothing.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// The command itself, for what must be started and kept.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Shows the line, runs it, passes its output on and counts the tests that it tells of.
    /// Ends it, and what it started, when `limit` is over.
    pub(crate) fn count(mut self, limit: Duration) -> Result<Counts> {
        println!("  $ {}", self.line());
        let line = self.line();
        let before = self
            .label
            .take()
            .map_or_else(String::new, |label| format!("{label} | "));
        // On a terminal the program stays in our group, so that Ctrl-C reaches it.
        let own_group = !std::io::stdin().is_terminal();
        #[cfg(unix)]
        if own_group {
            std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        }
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not run `{line}`"))?;
        let output = child.stdout.take().context("no standard output")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for text in BufReader::new(output)
                .split(b'\n')
                .map_while(std::result::Result::ok)
            {
                if sender
                    .send(String::from_utf8_lossy(&text).into_owned())
                    .is_err()
                {
                    return;
                }
            }
        });
        let mut told = TestReport::default();
        let end = Instant::now() + limit;
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(text) => {
                    told.add_line(&text);
                    let _ = writeln!(std::io::stdout(), "{before}{text}");
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    end_tree(&mut child, own_group);
                    bail!("`{line}` was still running after {limit:?} and was ended");
                }
            }
        }
        let status = child.wait()?;
        if status.success() {
            Ok(told.counts)
        } else {
            Err(Failed { line, told }.into())
        }
    }
}

/// A program that ran tests and failed; keeps what it told.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) line: String,
    pub(crate) told: TestReport,
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = self.told.at_least_one_failed();
        write!(
            f,
            "`{}` failed: {} passed, {} failed",
            self.line, counts.passed, counts.failed
        )
    }
}

impl std::error::Error for Failed {}

/// Where programs are looked for: the person's PATH, then what set-up installed.
pub(crate) fn path() -> std::ffi::OsString {
    let mut folders: Vec<_> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let own = places::tools().join("uv/bin");
    if !folders.contains(&own) {
        folders.push(own);
    }
    std::env::join_paths(folders).unwrap_or_default()
}

/// Finds a program on that path.
pub(crate) fn find(name: &str) -> Option<std::path::PathBuf> {
    std::env::split_paths(&path())
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

fn succeeded(line: &str, status: ExitStatus) -> Result<()> {
    if status.success() {
        Ok(())
    } else {
        bail!("`{line}` ended with {status}")
    }
}

fn end_tree(child: &mut std::process::Child, own_group: bool) {
    #[cfg(unix)]
    if own_group && let Ok(pid) = i32::try_from(child.id()) {
        let _ = nix::sys::signal::killpg(
            nix::unistd::Pid::from_raw(pid),
            nix::sys::signal::Signal::SIGKILL,
        );
    }
    let _ = own_group;
    let _ = child.kill();
    let _ = child.wait();
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_never_ends_is_ended() {
        let started = Instant::now();
        let error = Program::new("sh")
            .args(["-c", "exec tail -f /dev/null"])
            .count(Duration::from_millis(300))
            .unwrap_err();
        assert!(error.to_string().contains("was ended"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn what_cargo_told_us_of_a_package_is_told_to_a_compiler_alone() {
        assert!(
            std::env::var_os("CARGO_PKG_NAME").is_some(),
            "run by Cargo: else this shows nothing"
        );
        let told = |mut program: Program| {
            let told = program.command.output().unwrap();
            String::from_utf8_lossy(&told.stdout).into_owned()
        };
        let others = told(Program::new("env"));
        assert!(others.contains("PATH="), "{others}");
        assert!(!others.contains("CARGO_PKG_NAME="), "{others}");
        assert!(!others.contains("CARGO_MANIFEST_DIR="), "{others}");
        let ours = told(Program::in_our_place("env"));
        assert!(ours.contains("CARGO_PKG_NAME="), "{ours}");
    }
}
