//! Talking with a code server over gRPC, without Python.
//!
//! What was seen on 1.12.22 and 1.13.27:
//! - Despite `--lazy-load-user-code` a server imports the person's code before it binds its socket; the flag only keeps it
//!   alive when that fails. So the socket appears with the outcome known, and `importing` cannot be told from `loading` by
//!   gRPC: the line "Starting Dagster code server" on standard output tells it ([`phase_of_line`]).
//! - SERVING says nothing about the code: [`Client::list_repositories`] does.
//! - On a port, SO_REUSEPORT lets several servers listen at once: compare [`Client::server_id`] with the id given at start.
//! - gRPC removes its own socket path when it stops, so the path that the webserver knows is a link (see [`crate::sockets`]).
//! - After [`Client::shutdown`] a server takes no new runs, finishes those it has, and exits with 0.

use std::path::PathBuf;

mod client;
mod definitions;
mod failure;
mod wait;

pub use client::{Client, ClientError, Health};
pub use definitions::{Counts, Definitions};
pub use failure::LoadFailure;
pub use wait::{Loading, Phase, WaitError, phase_of_line, wait_until_loaded};

/// Where a code server listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A Unix socket; its path must fit [`crate::sockets::PATH_LIMIT`].
    Socket(PathBuf),
    /// A TCP port.
    Port {
        /// The host, `127.0.0.1` for our own servers.
        host: String,
        /// The port, from 1.
        port: u16,
    },
}

impl Address {
    /// A port of this machine.
    #[must_use]
    pub fn local(port: u16) -> Self {
        Self::Port {
            host: "127.0.0.1".to_owned(),
            port,
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Port { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

/// A fresh id for a server to answer with.
#[must_use]
pub fn new_server_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// What a code server answered when asked what it serves.
#[derive(Debug, Clone, PartialEq)]
pub enum RepositoriesAnswer {
    /// The code is loaded.
    Loaded(Loaded),
    /// The code could not be loaded; the server stays up and tells why.
    Failed(Box<LoadFailure>),
}

/// A code server whose code is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The repositories, nearly always the one `__repository__`.
    pub repositories: Vec<String>,
    /// The Python that serves them.
    pub interpreter: Option<String>,
    /// The Dagster version that serves them.
    pub dagster: Option<String>,
}
