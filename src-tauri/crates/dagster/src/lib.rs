//! What to say to Dagster and uv, and what their answers mean.
//!
//! Owns: the command lines of code servers, webserver, daemon and uv; the environment they get, so that the person's code
//! sees what it sees under `dg dev`; the gRPC talk with code servers and the GraphQL talk with the webserver; the
//! generated workspace.yaml; the instance folder; sockets and the swap between generations; plain words for errors; what
//! making a workspace or a project takes.
//! Refuses: to start anything (the `process` crate does), to decide when (the `dagdeck` crate does), and to write into
//! the person's folders.

pub mod code_server;
pub mod command;
pub mod create;
pub mod environment;
pub mod explain;
pub mod instance;
pub mod packages;
pub mod scaffold;
pub mod sockets;
pub mod uv;
pub mod webserver;
pub mod workspace_file;
