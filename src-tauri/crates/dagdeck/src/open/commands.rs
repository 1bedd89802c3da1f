//! What would run in the open workspace, as command lines: its code servers, the webserver, the daemon, uv.
//!
//! Reads the model and makes lines of it: to be shown before anything runs, and to be run by `run` and `operations`. Runs
//! nothing.

pub(crate) mod code_server;
pub(crate) mod service;
pub(crate) mod sync;
