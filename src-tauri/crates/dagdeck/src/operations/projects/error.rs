//! Why the list of projects can't be changed.

use std::path::PathBuf;

use workspace::Kind;
use workspace::edit::EditError;

use crate::open::FactsError;
use crate::operations::basis::Moved;

/// Why the list of projects can't be changed.
#[derive(Debug, thiserror::Error)]
pub enum ProjectsError {
    /// The open workspace refuses.
    #[error(transparent)]
    Refused(#[from] FactsError),
    /// What the folder is lists no projects that could be changed.
    #[error("{} has no list of projects that can be changed", root.display())]
    NoList {
        /// The folder.
        root: PathBuf,
        /// What it is.
        kind: Kind,
    },
    /// A location is not in the workspace.
    #[error("there is no location \"{location}\"")]
    Unknown {
        /// What was named.
        location: String,
    },
    /// Something in the change can't be done, as its remark says.
    #[error("{remark}")]
    Blocked {
        /// The remark, as it was shown.
        remark: String,
    },
    /// The change changes nothing.
    #[error("there is nothing to change")]
    Nothing,
    /// Another change would be made by now.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// The file that lists the projects can't be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The list was changed, and a folder could not follow.
    #[error("{} can't be moved to the trash", folder.display())]
    NotTrashed {
        /// The folder that is to go, absolute.
        folder: PathBuf,
        /// Why.
        #[source]
        source: trash::Error,
    },
    /// The thread that reads and writes ended early.
    #[error("the folder can't be read")]
    Reading(#[source] tokio::task::JoinError),
}
