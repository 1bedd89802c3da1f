//! How a command is written that a person copies into a terminal: for the shell that this system's people have.
//!
//! Owns quoting and the few commands that every shell spells otherwise. Refuses to run any, and to know whose they are.

mod posix;
mod powershell;

use std::collections::BTreeMap;

/// A shell that a command is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// That of Linux and macOS: any that reads POSIX words.
    Posix,
    /// That of Windows. Written so that Windows PowerShell 5.1 reads it, which every Windows has: it knows no `&&`.
    PowerShell,
}

/// What a command's environment has otherwise than the terminal's.
#[derive(Debug, Clone, Copy)]
pub struct Environment<'a> {
    /// The variables that are added.
    pub added: &'a BTreeMap<String, String>,
    /// The names of those that are taken away.
    pub removed: &'a [String],
}

impl Shell {
    /// The one that people of this system have.
    pub const HERE: Self = if cfg!(windows) {
        Self::PowerShell
    } else {
        Self::Posix
    };

    /// Quotes one word; a word that needs no quotes stays bare.
    ///
    /// No program can be given a NUL, so what is quoted is never more than shown then: it becomes U+FFFD.
    #[must_use]
    pub fn quote(self, word: &str) -> String {
        match self {
            Self::Posix => posix::quote(word),
            Self::PowerShell => powershell::quote(word),
        }
    }

    /// A program and its arguments.
    #[must_use]
    pub fn call(self, argv: &[String]) -> String {
        let quoted: Vec<String> = argv.iter().map(|word| self.quote(word)).collect();
        let line = quoted.join(" ");
        match self {
            // A quoted word alone is a text, not a program.
            Self::PowerShell if line.starts_with('\'') => format!("& {line}"),
            _ => line,
        }
    }

    /// A command that is run in a folder.
    #[must_use]
    pub fn within(self, folder: &str, command: &str) -> String {
        let folder = self.quote(folder);
        match self {
            Self::Posix => format!("cd {folder} && {command}"),
            // Else the rest of the line ran where the terminal is.
            Self::PowerShell => {
                format!("Set-Location -LiteralPath {folder} -ErrorAction Stop; {command}")
            }
        }
    }

    /// A command with variables more or less. PowerShell has none for one command alone: there they stay for the terminal.
    #[must_use]
    pub fn with(self, environment: Environment<'_>, command: &str) -> String {
        match self {
            Self::Posix => posix::with(environment, command),
            Self::PowerShell => powershell::with(environment, command),
        }
    }

    /// Ends a process at once.
    #[must_use]
    pub fn kill(self, pid: u32) -> String {
        match self {
            Self::Posix => format!("kill -9 {pid}"),
            Self::PowerShell => format!("Stop-Process -Id {pid} -Force"),
        }
    }

    /// Asks a process to end, where the system has a way to; else none but ending it at once.
    #[must_use]
    pub fn ask_to_end(self, pid: u32) -> Option<String> {
        match self {
            Self::Posix => Some(format!("kill {pid}")),
            Self::PowerShell => None,
        }
    }

    /// Adds lines to the end of a file, which need not be there.
    #[must_use]
    pub fn append(self, lines: &[String], file: &str) -> String {
        let (lines, file) = (self.list(lines), self.quote(file));
        match self {
            Self::Posix => format!("printf '%s\\n' {lines} >> {file}"),
            Self::PowerShell => format!("Add-Content -LiteralPath {file} -Value {lines}"),
        }
    }

    /// Gives files the present time.
    #[must_use]
    pub fn touch(self, files: &[String]) -> String {
        let files = self.list(files);
        match self {
            Self::Posix => format!("touch {files}"),
            Self::PowerShell => format!(
                "Get-Item -Force -LiteralPath {files} | ForEach-Object {{ $_.LastWriteTime = Get-Date }}"
            ),
        }
    }

    fn list(self, words: &[String]) -> String {
        let words = words.iter();
        match self {
            Self::Posix => words
                .map(|word| posix::quote(word))
                .collect::<Vec<_>>()
                .join(" "),
            Self::PowerShell => {
                let words: Vec<_> = words.map(|word| powershell::text(word)).collect();
                words.join(", ")
            }
        }
    }

    /// What a script begins with.
    #[must_use]
    pub fn script_start(self) -> &'static str {
        match self {
            Self::Posix => "#!/bin/sh\n",
            Self::PowerShell => "",
        }
    }
}
