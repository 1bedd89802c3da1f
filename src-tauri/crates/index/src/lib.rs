//! A package index on this machine, as the real one was on a day that is named. Tests only.
//!
//! Owns the recording (`tests/index`), the wheels that are kept or made of it, the server that answers for them, and the
//! one way in which they are fetched. Refuses to know any other crate, and to hold a version that nobody recorded: what is
//! asked for and not there is told by name.

mod fetch;
mod made;
mod recording;
mod server;
mod shelf;
mod wheel;

pub use fetch::{Upstream, fetch};
pub use recording::{DAGSTER, Recording, TOLD, numbers};
pub use server::{Index, Manners};
pub use shelf::Shelf;
pub use wheel::Wheel;
