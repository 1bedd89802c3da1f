//! A Unix socket, 0600 in a folder that is 0700.

use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

pub(crate) type Stream = UnixStream;

#[derive(Debug)]
pub(super) struct Inner {
    listener: UnixListener,
    path: PathBuf,
    /// The device and the number of the socket's file.
    file: (u64, u64),
}

impl Inner {
    pub(super) fn open(path: &Path) -> Result<Self> {
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_socket() => std::fs::remove_file(path)?,
            Ok(_) => {
                let why = "something that is not a socket is in its place";
                return Err(Error::new(ErrorKind::AlreadyExists, why));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let listener = UnixListener::bind(path)?;
        // Nobody else could come in between: the folder is closed to them.
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?;
        Ok(Self {
            listener,
            path: path.to_owned(),
            file: file_at(path)?,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn accept(&mut self) -> Result<Option<Stream>> {
        let (stream, _) = self.listener.accept().await?;
        let same = stream.peer_cred()?.uid() == nix::unistd::geteuid().as_raw();
        Ok(same.then_some(stream))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // One of the same name is another's where that became the owner without asking us, as it can once our lock is gone.
        if file_at(&self.path).is_ok_and(|file| file == self.file) {
            // A socket that stays is a dead owner's, and the next owner replaces it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The device and the number of what lies at a path.
fn file_at(path: &Path) -> Result<(u64, u64)> {
    let found = std::fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}
