//! The `dagdeck` command over real Dagsters, without a window.
//!
//! Run by `cargo xtask test --only headless`, which builds the command and makes the workspace that tests copy.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::large_futures,
    clippy::print_stdout,
    reason = "tests run tools directly and fail by panicking"
)]

mod cancel;
mod closing;
mod command;
mod copies;
mod create;
mod doctor;
mod downloads;
mod health;
mod hosted;
mod hosts;
mod indexes;
mod launched;
mod launching;
mod live;
mod new;
mod older;
mod opened;
mod packages;
mod projects;
mod python;
mod questions;
mod status;
mod sync_failures;
mod through_owner;
mod told_to_end;
mod uv;
