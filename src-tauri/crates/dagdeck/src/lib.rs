//! One open workspace, alive; the one API that every host speaks.
//!
//! Owns the snapshot, the commands and the events: [`Deck`] is the handle, [`wire`] the words, [`commands`] the list.
//! Refuses windows and terminals: hosts render what [`Deck`] says and send what a person asks.

mod board;
mod clock;
pub mod commands;
mod create;
mod deck;
mod diff;
mod half_made;
mod health;
mod keep;
mod logs;
mod operations;
mod present;
pub mod projects;
mod pythons;
mod session;
pub mod status;
mod unit;
mod uv;
pub mod wire;

pub use deck::{Deck, DeckOptions, Subscription};
