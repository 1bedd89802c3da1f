//! Why a finding was not put right, or a fix not taken back.

use std::path::PathBuf;

use workspace::edit::EditError;

use crate::operations::basis::Moved;
use crate::operations::sync::SyncError;
use crate::operations::uv::UvError;
use crate::record::OnceError;

/// Why a finding was not put right, or a fix not taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FixError {
    /// No finding is known by that id.
    #[error("this finding is gone")]
    Unknown,
    /// The check does not find it any more, or knows no fix for it now.
    #[error("{title} is not found any more")]
    Gone {
        /// The finding's title.
        title: String,
    },
    /// It would be put right in another way by now.
    #[error("{title} would be put right in another way: {moved}")]
    Otherwise {
        moved: Moved,
        /// The finding's title.
        title: String,
        /// What would be done now, in words; none where nothing would be.
        now: Option<String>,
    },
    /// Several of those that were shown don't hold any more.
    #[error("{first}, and {} more", others.len())]
    Several {
        /// What is wrong with the first.
        first: Box<FixError>,
        /// What is wrong with the others.
        others: Vec<FixError>,
    },
    /// The file changed so that the edit would be another one.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// Dagdeck shows where, and the person puts it right.
    #[error("this is for the person to put right")]
    Persons,
    /// A fix of that kind is never carried out.
    #[error("nothing of this is carried out")]
    NotCarriedOut,
    /// It needs the open workspace, and there is none.
    #[error("no workspace is open")]
    NoWorkspace,
    /// It was done, and the check finds the same.
    #[error("the check still finds the same")]
    StillFound,
    /// It was done, and the check can't tell.
    #[error("whether it helped could not be checked")]
    Unchecked,
    /// There is no edit to take back.
    #[error("there is nothing to take back")]
    NothingMade,
    /// The lines of the edit were changed again since.
    #[error("the change in {} can't be taken back by itself", path.display())]
    Inseparable {
        /// The file.
        path: PathBuf,
    },
    /// A settings file can't be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A file or folder refuses.
    #[error("{} refuses", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A process can't be ended.
    #[error("process {pid} can't be ended")]
    Process {
        pid: u32,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Something can't be moved to the trash.
    #[error("{} can't be moved to the trash", path.display())]
    NotTrashed {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: trash::Error,
    },
    /// A sync did not work.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A program did not work.
    #[error(transparent)]
    Program(#[from] OnceError),
    /// uv can't be brought.
    #[error(transparent)]
    Uv(#[from] UvError),
    /// The thread that reads and writes ended early.
    #[error("reading or writing ended early")]
    BrokeDown(#[source] tokio::task::JoinError),
}

impl FixError {
    /// For `map_err`: the file or folder that refuses.
    pub(super) fn file(path: &std::path::Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }
}

/// The report can't be saved.
#[derive(Debug, thiserror::Error)]
#[error("the report can't be written to {}", folder.display())]
pub(crate) struct NotSaved {
    pub(crate) folder: PathBuf,
    /// What the system said.
    #[source]
    pub(crate) source: std::io::Error,
}
