//! What can go wrong with starting programs.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::command::CommandLine;

/// Why a table could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The folder of the run-files could not be used.
    #[error("cannot keep the list of running programs in {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a program could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The folder it should run in is not there.
    #[error("the folder {folder} is not there")]
    Folder {
        /// The folder as the command line names it.
        folder: PathBuf,
    },
    /// The program is not there, or the interpreter that its first line names is not.
    #[error("the program {program} was not found")]
    NotFound {
        /// The program as the command line names it: a path, or a bare name that is not on PATH.
        program: PathBuf,
    },
    /// The program may not be executed.
    #[error("the program {program} may not be executed")]
    Forbidden {
        /// The program as the command line names it.
        program: PathBuf,
    },
    /// The guard could not be started, and without it nothing may run.
    #[error("cannot start the guard {program}: {source}")]
    Guard {
        /// The guard's program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The app is on its way out.
    #[error("{program} is not started any more: the app is closing")]
    Closing {
        /// The program as the command line names it.
        program: PathBuf,
    },
    /// Anything else.
    #[error("cannot start {program}: {source}")]
    Io {
        /// The program as the command line names it.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SpawnError {
    pub(crate) fn from_system(line: &CommandLine, source: io::Error) -> Self {
        let program = line.program.clone();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { program },
            io::ErrorKind::PermissionDenied => Self::Forbidden { program },
            _ => Self::Io { program, source },
        }
    }
}

/// Why the guard does not hold a lock, or still does.
#[derive(Debug, thiserror::Error)]
#[error("the guard of what runs can't {} {lock}: {source}", if *.hold { "hold" } else { "let go of" })]
pub struct HoldError {
    /// The lock's file.
    pub lock: PathBuf,
    /// Whether it was to hold it, else to let go of it.
    pub hold: bool,
    /// What the guard or the system said, or that the guard said nothing.
    pub source: io::Error,
}

/// Why a process was not made a tree of its own.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// It has ended, or the pid is another's by now.
    #[error("process {pid} is gone")]
    Gone {
        /// The pid that was to be taken on.
        pid: u32,
    },
    /// It belongs to no program of this table: we would end what we did not start.
    #[error("process {pid} was not started by this app")]
    Foreign {
        /// The pid that was to be taken on.
        pid: u32,
    },
    /// It is the root of a tree already.
    #[error("process {pid} is a program of its own already")]
    Root {
        /// The pid that was to be taken on.
        pid: u32,
    },
    /// The app is on its way out.
    #[error("process {pid} is not taken on any more: the app is closing")]
    Closing {
        /// The pid that was to be taken on.
        pid: u32,
    },
    /// The system did not let us wait for its end.
    #[error("cannot wait for the end of process {pid}: {source}")]
    Io {
        /// The pid that was to be taken on.
        pid: u32,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a one-shot program has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It did not start.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// It was ended because it took too long.
    #[error("{program} was stopped because it took longer than {limit:?}")]
    TooLong {
        /// The program as the command line names it.
        program: PathBuf,
        /// The limit it had.
        limit: Duration,
        /// What it had printed as errors by then.
        stderr: String,
    },
    /// It was ended because the caller wished so.
    #[error("{program} was cancelled")]
    Cancelled {
        /// The program as the command line names it.
        program: PathBuf,
    },
}
