//! What is open: what was read of a workspace and seen of it, kept true to the disk and shown.
//!
//! Owns the model. Refuses to run anything that stays (`run` does) or that changes something (`operations` does).

mod asking;
mod blocked;
mod check;
mod facts;
mod files;
pub mod folder;
mod refresh;
mod runs;
mod seen;
mod show;
pub mod status;
mod syncing;
mod trust;
pub(crate) mod watch;

pub(crate) use asking::Asking;
pub(crate) use blocked::{blocked, broken};
pub(crate) use facts::WorkspaceFacts;
pub(crate) use files::FilesError;
pub(crate) use runs::{MADE, Runs};
pub(crate) use syncing::SyncMark;
