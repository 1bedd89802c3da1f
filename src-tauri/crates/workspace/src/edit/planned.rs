//! A change of a file that was worked out, and why one can't be made.

use std::path::PathBuf;

use crate::problem::Problem;

/// A change that was worked out but not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file, absolute.
    pub path: PathBuf,
    /// What it holds now.
    pub before: String,
    /// What it will hold.
    pub after: String,
}

/// Why a change can't be made.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The file is not there.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be read as TOML.
    #[error("{}", problem.message)]
    Unreadable {
        /// What is wrong with it.
        problem: Box<Problem>,
    },
    /// The project is listed already.
    #[error("{} already lists {project}", path.display())]
    Listed {
        /// The file.
        path: PathBuf,
        /// The project's path.
        project: String,
    },
    /// The project is not listed.
    #[error("{} does not list {project}", path.display())]
    NotListed {
        /// The file.
        path: PathBuf,
        /// The project's path.
        project: String,
    },
    /// What is there is of a shape that an edit would have to rewrite.
    #[error("{} can't be edited: {cause}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What stands in the way.
        cause: String,
    },
    /// Someone else wrote the file since it was read.
    #[error("{} changed since it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{} can't be written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
