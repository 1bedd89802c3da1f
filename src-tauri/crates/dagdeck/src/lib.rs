//! One open workspace, alive; the one API that every host speaks.
//!
//! Owns the snapshot and what changes it: [`Deck`] is the handle; the words it speaks are those of `api`.
//! Refuses windows and terminals: hosts render what [`Deck`] says and send what a person asks.

mod board;
mod clock;
mod context;
mod deck;
mod errors;
pub mod guarded;
mod health;
mod logs;
mod open;
mod open_workspace;
mod operations;
pub mod own_log;
mod present;
mod record;
mod rim;
mod run;
mod state;

pub use ::health::InTheWay;
pub use context::{
    DeckOptions, LockError, Right, card_beside, guard_lock, owner_lock, state_folder,
};
pub use deck::{Deck, Subscription};
pub use open::{folder, status};
pub use operations::projects;
