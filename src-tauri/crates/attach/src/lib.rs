//! A host's end of the owner's socket: who shows a workspace that another process runs.
//!
//! Owns the connection. [`Owner`] says the words that are understood by every version; [`Attached`] has, for an owner that
//! speaks the same protocol, every command by the name it has on `Deck`, and the events. When the owner is gone, whatever
//! was asked fails with one error, and [`Owner::gone`] ends. Refuses to find, start or replace owners: `serve` does, and
//! hosts decide.

mod attached;
mod connection;
mod error;
mod owner;
mod pipe;
mod subscription;

pub use attached::Attached;
pub use error::AttachError;
pub use owner::{Introduction, Owner};
pub use subscription::{News, Subscription};
