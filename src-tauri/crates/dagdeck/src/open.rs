//! What is open: what was read of a workspace and seen of it, what would run in it, and how all of it is shown.
//!
//! Owns the model. Refuses to run anything: what stays is `run`'s, what changes something is `operations`', and who keeps the
//! model true to the disk is `session`.

pub(crate) mod commands;
mod error;
mod facts;
pub mod folder;
mod observed;
mod runs;
mod show;
pub mod status;
mod syncing;
mod trust;

pub(crate) use error::{FactsError, NoCommand, NotListed};
pub(crate) use facts::{Unloaded, WorkspaceFacts};
pub(crate) use runs::MADE;
pub(crate) use syncing::SyncMark;
