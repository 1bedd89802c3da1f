//! An owner and its hosts over real sockets, with a real deck; owners that are killed are real processes.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests run themselves as other processes and fail by panicking"
)]

mod asked;
#[cfg(target_os = "linux")]
mod endings;
mod events;
mod leases;
mod owned;
mod part;
mod raw;
mod reached;
mod stage;
mod versions;
