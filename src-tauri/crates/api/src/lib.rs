//! The words that every host (window, terminal) and the core speak: commands, events, views, errors.
//!
//! Owns the shapes, the [list of commands](commands), what an [event does to a snapshot](apply()) and the [words](protocol)
//! between a host and a workspace's owner. Pure: nothing here opens a file or runs a program. TypeScript is generated from these types by `cargo xtask gen` and committed under
//! `ui/src/backend/generated`.

mod apply;
pub mod commands;
mod create;
mod environment;
mod error;
mod event;
mod health;
mod location;
mod log;
mod machine;
mod operation;
mod packages;
mod process;
mod projects;
pub mod protocol;
mod python;
mod requests;
mod scaffold;
mod settings;
mod sync;
mod workspace;

pub use apply::{OPERATIONS_KEPT, Step, apply, step};
pub use create::*;
pub use environment::*;
pub use error::*;
pub use event::*;
pub use health::*;
pub use location::*;
pub use log::*;
pub use machine::*;
pub use operation::*;
pub use packages::*;
pub use process::*;
pub use projects::*;
pub use python::*;
pub use requests::*;
pub use scaffold::*;
pub use settings::*;
pub use sync::*;
pub use workspace::*;

/// Milliseconds since the Unix epoch, the one way that times travel.
pub type Millis = f64;

/// A time as it travels.
#[must_use]
pub fn millis(time: std::time::SystemTime) -> Millis {
    time.duration_since(std::time::UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}
