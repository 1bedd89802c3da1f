//! A Unix socket, 0600 in a folder that is 0700.

use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};
use tokio::time::{Instant, interval_at};

use crate::findable::LOOK;
use crate::place;

pub(crate) type Stream = UnixStream;

#[derive(Debug)]
pub(super) struct Inner {
    listener: UnixListener,
    path: PathBuf,
    /// The device and the number of the socket's file.
    file: (u64, u64),
    /// Whether it was said that the socket is gone and can't be made anew.
    gone: bool,
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
            gone: false,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A socket that is gone meanwhile, as when somebody tidied up, is made anew.
    pub(super) async fn accept(&mut self) -> Result<Option<Stream>> {
        let mut looks = interval_at(Instant::now() + LOOK, LOOK);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    let same = stream.peer_cred()?.uid() == nix::unistd::geteuid().as_raw();
                    return Ok(same.then_some(stream));
                }
                _ = looks.tick() => self.stay_in_place(),
            }
        }
    }

    fn stay_in_place(&mut self) {
        let there = std::fs::symlink_metadata(&self.path);
        if !there.is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return;
        }
        let socket = self.path.display();
        match self.anew() {
            Ok(anew) => {
                tracing::warn!(%socket, "the socket was gone and is made anew");
                *self = anew;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.gone, true) {
                    tracing::warn!(%socket, %error, "the socket is gone and can't be made anew");
                }
            }
        }
    }

    fn anew(&self) -> Result<Self> {
        if let Some(folder) = self.path.parent() {
            place::make_safe(folder).map_err(Error::other)?;
        }
        Self::open(&self.path)
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
