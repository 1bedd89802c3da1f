//! Why something that stays was not started.

use std::path::PathBuf;

use dagster::sockets::SocketError;
use dagster::workspace_file::WriteError;

use super::claim::ClaimError;
use super::ports::PortError;
use crate::errors::{FileError, NotStarted, UvMissing};
use crate::open_workspace::NoLocation;
use crate::operations::OnceError;
use crate::operations::half_made::HalfMade;
use api::ApiError;

/// Why something that stays was not started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The open workspace refuses.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The workspace is being closed.
    #[error("cancelled")]
    Cancelled,
    /// A location that was named is not there.
    #[error(transparent)]
    NoLocation(#[from] NoLocation),
    /// One of the locations to launch is not there.
    #[error("there is no location \"{name}\"")]
    NotListed {
        /// What was named.
        name: String,
        /// The names of those that are.
        known: Vec<String>,
    },
    /// There is nothing that could be launched.
    #[error("there is nothing to launch")]
    NothingHere,
    /// No environment has a webserver; one can be made.
    #[error("no environment holds dagster-webserver")]
    NoWebserver {
        /// The version of Dagster that it would be made with.
        dagster: String,
    },
    /// There is nothing that the webserver could run from.
    #[error("there is nothing to run the webserver from")]
    Nowhere,
    /// What the webserver would run from can't run it.
    #[error("the webserver can't run from {path}: {why}")]
    Blocked {
        /// The folder, as the workspace names it.
        path: String,
        /// What speaks against it.
        why: String,
    },
    /// What the webserver would run from is being synced.
    #[error("{path} is being synced")]
    Syncing {
        /// The folder, as the workspace names it.
        path: String,
    },
    /// The environment that the webserver would run from has no Python.
    #[error("the webserver's environment has no Python")]
    NoPython,
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
    /// The location is a server of the person's own.
    #[error("the location is not run by Dagdeck")]
    NotOurs,
    /// The location's project has no environment.
    #[error("the location has no environment")]
    NoEnvironment,
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
