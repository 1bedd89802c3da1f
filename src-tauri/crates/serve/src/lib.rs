//! The owner's end: one owner per workspace, which serves the command list on a local socket.
//!
//! Owns the lock that makes an owner the only one ([`Ownership`]), the socket ([`Listener`]), what each host that is
//! attached may do ([`Server`]) and who is there ([`Hosts`]). Decides nothing about workspaces: each command goes to the
//! deck. A host reaches an owner by [`Reach`], which starts one where there is none; its process is [`owner_main`], which
//! decides by what [`Hosts`] says when it is over.

mod connection;
mod dispatch;
mod ending;
mod feed;
mod findable;
mod heap;
mod hosts;
mod leftovers;
mod listener;
mod out;
mod owner;
mod ownership;
mod place;
mod reach;
mod server;
mod views;

pub use hosts::{AfterLeaving, Attendance, Hosts, Lease, Presence};
pub use leftovers::{Holding, Leftovers, LockHolder};
pub use listener::{ListenError, Listener};
pub use owner::{OWNER, owner_main};
pub use ownership::{Card, Ownership, TakeError};
pub use place::{PlaceError, socket_folders};
pub use reach::Reach;
pub use server::Server;
