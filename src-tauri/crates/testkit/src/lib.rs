//! Fixtures, fake tools, waiting. Tests only.
//!
//! Owns what several crates' tests need: folders that vanish, the one sanctioned way to wait, copies of the real test
//! workspace, Dagster's GraphQL, package indexes as they behave, an owner of an older Dagdeck, chance with a seed, and the question whether a process was
//! left behind. Refuses to know any other crate but the index.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests run tools directly, say what they met and fail by panicking"
)]

#[cfg(target_os = "linux")]
mod disk;
mod folder;
mod graphql;
#[cfg(unix)]
mod older;
mod packages;
mod processes;
mod rounds;
mod skipped;
mod tools;
mod wait;
#[cfg(unix)]
mod workspace;

#[cfg(target_os = "linux")]
pub use disk::Disk;
pub use folder::TestDir;
pub use graphql::{Graphql, ServedLocation};
#[cfg(unix)]
pub use older::OlderOwner;
pub use packages::{DAGSTER, Index, Manners, Recording, index, recording};
pub use processes::{ListedProcess, all_dagsters, dagsters, mentioning, wait_until_none_mentions};
pub use rounds::{Chance, rounds};
pub use skipped::skipped;
pub use tools::FakeTool;
pub use wait::{eventually, wait_until, wait_until_blocking, within};
#[cfg(unix)]
pub use workspace::TestWorkspace;
