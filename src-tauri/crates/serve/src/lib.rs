//! The owner's end: one owner per workspace, which serves the command list on a local socket.
//!
//! Owns the lock that makes an owner the only one ([`Ownership`]), the socket ([`Listener`]), what each host that is
//! attached may do ([`Server`]) and who is there ([`Hosts`]). Decides nothing about workspaces: each command goes to the
//! deck. Decides neither when an owner begins nor when it ends: the process that is the owner does, by what [`Hosts`] says.

mod connection;
mod dispatch;
mod feed;
mod hosts;
mod listener;
mod out;
mod ownership;
mod place;
mod server;
mod views;

pub use hosts::{Attendance, Hosts, Lease, Presence};
pub use listener::{ListenError, Listener};
pub use ownership::{Card, Ownership, TakeError};
pub use place::{PlaceError, socket_folders};
pub use server::Server;
