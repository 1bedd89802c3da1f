//! Why the open workspace refuses, or can't be opened.

use dagster::sockets::SocketError;
use logstore::StoreError;
use workspace::Reading;

/// Why the open workspace refuses, or can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// A location that was named is not there.
    #[error("there is no location \"{id}\"")]
    NoLocation {
        /// What was named.
        id: String,
    },
    /// A location's environment is being synced.
    #[error("its environment is being synced")]
    Syncing,
    /// A location can't be started, as its files tell.
    #[error("{why}")]
    Blocked {
        /// Why, in the words that are shown beside it.
        why: String,
    },
    /// No program may run in the folder yet.
    #[error("the folder is not trusted")]
    Untrusted,
    /// Nothing that is started could be kept track of.
    #[error("{why}")]
    Untracked {
        /// Why, in the words that were said at the start.
        why: String,
    },
    /// Dagdeck's own folder for the workspace can't be made.
    #[error("Dagdeck's own folder for it can't be made")]
    Folder(#[source] std::io::Error),
    /// The logs can't be opened.
    #[error("the logs can't be opened")]
    Logs(#[source] StoreError),
    /// A run can't be begun in a log.
    #[error("the log can't be written")]
    Log(#[source] StoreError),
    /// The folder of the sockets can't be made.
    #[error("the folder of the sockets can't be made")]
    Sockets(#[source] SocketError),
    /// A location can't have a socket.
    #[error("there is no room for the location's socket")]
    Socket(#[source] SocketError),
    /// The thread that reads the folder ended early.
    #[error("reading the folder ended early")]
    Reading(#[source] tokio::task::JoinError),
}

/// Something was asked for that names a location which is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no location \"{name}\"")]
pub(crate) struct NotListed {
    /// What was named.
    pub(crate) name: String,
    /// The names of those that are there.
    pub(crate) known: Vec<String>,
}

impl NotListed {
    /// For a name that is not among those that were read.
    pub(crate) fn among(reading: &Reading, name: &str) -> Self {
        let known = reading.projects.iter().map(|one| one.name.clone());
        Self {
            name: name.to_owned(),
            known: known.collect(),
        }
    }
}

/// Why there is no command line now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoCommand {
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
    /// The location is a server of the person's own.
    #[error("the location is not run by Dagdeck")]
    NotOurs,
    /// The location's project has no environment.
    #[error("the location has no environment")]
    NoEnvironment,
}
