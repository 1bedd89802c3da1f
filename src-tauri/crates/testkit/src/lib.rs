//! Fixtures, fake tools, waiting. Tests only.
//!
//! Owns what several crates' tests need: folders that vanish, the one sanctioned way to wait, copies of the real test
//! workspace, Dagster's GraphQL, and the question whether a process was left behind. Refuses to know any other crate.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run tools directly and fail by panicking"
)]

mod folder;
mod graphql;
mod processes;
mod tools;
mod wait;
mod workspace;

pub use folder::TestDir;
pub use graphql::{Entry, Graphql};
pub use processes::{Running, mentioning, wait_until_none_mentions};
pub use tools::FakeTool;
pub use wait::{wait_until, wait_until_blocking, within};
pub use workspace::TestWorkspace;
