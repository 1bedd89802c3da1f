//! Why something that stays was not started.

use std::path::PathBuf;

use dagster::sockets::SocketError;
use dagster::workspace_file::WriteError;

use super::claim::ClaimError;
use super::half_made::HalfMade;
use super::ports::PortError;
use crate::errors::{FileError, NotStarted, UvMissing};
use crate::open::{FactsError, NoCommand, NotListed};
use crate::record::OnceError;

/// Why something that stays was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The open workspace refuses.
    #[error(transparent)]
    Refused(#[from] FactsError),
    /// The workspace is being closed.
    #[error("cancelled")]
    Cancelled,
    /// One of the locations to launch is not there.
    #[error(transparent)]
    NotListed(#[from] NotListed),
    /// There is nothing that could be launched.
    #[error("there is nothing to launch")]
    NothingHere,
    /// No environment has a webserver; one can be made.
    #[error("no environment holds dagster-webserver")]
    NoWebserver {
        /// The version of Dagster that it would be made with.
        dagster: String,
    },
    /// There is no command line for it now.
    #[error(transparent)]
    NoCommand(#[from] NoCommand),
    /// Two programs made the instance at once.
    #[error("{} has two migration heads", database.display())]
    Damaged {
        /// The instance's folder.
        instance: PathBuf,
        /// Its database.
        database: PathBuf,
    },
    /// There is no uv to make an environment with.
    #[error(transparent)]
    UvMissing(#[from] UvMissing),
    /// What an ended sync left can't be taken away.
    #[error(transparent)]
    HalfMade(#[from] HalfMade),
    /// What makes the instance or an environment does not work.
    #[error(transparent)]
    Program(#[from] OnceError),
    /// There is no port for the webserver.
    #[error(transparent)]
    Port(#[from] PortError),
    /// No daemon may run for the instance now.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// There is no port for a code server.
    #[error("no port is free for a code server")]
    NoFreePort(#[source] std::io::Error),
    /// A location's socket can't be led to its server.
    #[error("the location's socket can't be linked")]
    Link(#[source] SocketError),
    /// The list of locations can't be written.
    #[error("the list of locations can't be written")]
    List(#[source] WriteError),
    /// A file or folder of ours refuses.
    #[error(transparent)]
    File(#[from] FileError),
    /// The program can't be started.
    #[error(transparent)]
    NotStarted(#[from] NotStarted),
}
