//! One open workspace, alive; the one API that every host speaks.
//!
//! Owns the snapshot and what changes it: [`Deck`] is the handle; the words it speaks are those of `api`.
//! Refuses windows and terminals: hosts render what [`Deck`] says and send what a person asks.

mod basis;
mod board;
mod changes;
mod clock;
mod context;
mod create;
mod deck;
mod diff;
pub mod folder;
mod half_made;
mod health;
mod locks;
mod logs;
mod operations;
mod options;
pub mod own_log;
mod present;
pub mod projects;
mod pythons;
mod session;
mod state;
pub mod status;
mod uv;

pub use deck::{Deck, Subscription};
pub use locks::{guard_lock, owner_lock};
pub use options::{DeckOptions, state_folder};
