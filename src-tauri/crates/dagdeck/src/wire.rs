//! The words on the wire: plain data that every host (window, terminal) reads and sends.
//!
//! Owns the shapes only. Refuses behaviour: nothing here opens a file or runs a program.
//! TypeScript is generated from these types by `cargo xtask gen` and committed under `ui/src/backend/generated`.

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
mod python;
mod requests;
mod scaffold;
mod settings;
mod sync;
mod workspace;

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
