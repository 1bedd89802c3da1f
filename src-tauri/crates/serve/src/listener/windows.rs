//! A named pipe that no other process made before us and no other machine reaches.
//!
//! Not tried on Windows yet. Its access list is the system's usual one (its owner and administrators write, others may
//! only read); one of its owner alone needs security attributes, which tokio takes as a raw pointer.

use std::io::Result;
use std::path::{Path, PathBuf};

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};

pub(crate) type Stream = NamedPipeServer;

#[derive(Debug)]
pub(super) struct Inner {
    /// The end that the next host connects to.
    next: NamedPipeServer,
    path: PathBuf,
}

impl Inner {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            next: pipe(path, true)?,
            path: path.to_owned(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn accept(&mut self) -> Result<Option<Stream>> {
        self.next.connect().await?;
        let following = pipe(&self.path, false)?;
        Ok(Some(std::mem::replace(&mut self.next, following)))
    }
}

fn pipe(path: &Path, first: bool) -> Result<NamedPipeServer> {
    ServerOptions::new()
        .first_pipe_instance(first)
        .reject_remote_clients(true)
        .create(path)
}
