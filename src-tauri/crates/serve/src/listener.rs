//! The owner's socket: made anew by who holds the lock, entered by the same person only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::protocol::frozen::HostKind;

use crate::ownership::Ownership;
use crate::place::{PlaceError, socket_for};

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix::Inner;
#[cfg(unix)]
pub(crate) use unix::Stream;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows::Inner;
#[cfg(windows)]
pub(crate) use windows::Stream;

/// Why an owner can't listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// There is no place for the socket.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The socket can't be made, or who owns it can't be written down.
    #[error("{} can't be listened at: {source}", socket.display())]
    Socket {
        /// The socket's path, or the pipe's name on Windows.
        socket: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A workspace that is owned and listened for. Ownership ends with it, unless somebody else has it too.
#[derive(Debug)]
pub struct Listener {
    inner: Inner,
    ownership: Arc<Ownership>,
}

impl Listener {
    /// Listens for hosts in the first of `folders` that is there or can be made ([`crate::socket_folders`] are the usual
    /// ones), and writes down beside the lock who owns the workspace.
    ///
    /// Who holds the lock is the only one, so that a socket that lies there is a dead owner's and is replaced.
    ///
    /// # Errors
    /// When the first folder that could be used is another person's or open to others; when none can be made or all make
    /// the path too long; when the socket can't be bound; and when the card can't be written beside the lock.
    pub fn open(
        mut ownership: Ownership,
        kind: HostKind,
        folders: &[PathBuf],
    ) -> Result<Self, ListenError> {
        let socket = socket_for(ownership.lock(), folders)?;
        let failed = |source| ListenError::Socket {
            socket: socket.clone(),
            source,
        };
        let inner = Inner::open(&socket).map_err(failed)?;
        let told = ownership.write_card(kind, &socket);
        told.map_err(|error| failed(error.source))?;
        Ok(Self {
            inner,
            ownership: Arc::new(ownership),
        })
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        self.inner.path()
    }

    /// What it owns.
    pub fn ownership(&self) -> &Arc<Ownership> {
        &self.ownership
    }

    /// Listens no more, so that nobody waits for an answer that does not come; what it owns stays owned as long as the answer
    /// lives.
    pub(crate) fn close(self) -> Arc<Ownership> {
        self.ownership
    }

    /// Waits for the next host; none where it was another person's process, which is sent away.
    pub(crate) async fn accept(&mut self) -> std::io::Result<Option<Stream>> {
        #[cfg(unix)]
        {
            self.inner.accept(&self.ownership).await
        }
        // A pipe lies nowhere that somebody could tidy up.
        #[cfg(not(unix))]
        {
            self.inner.accept().await
        }
    }
}
