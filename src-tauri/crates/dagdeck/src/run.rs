//! What stays: the locations, the webserver and the daemon, from their command lines to their ends.
//!
//! Owns the recipes by which units run them, and what they need first. Refuses to know when a unit starts or stops: `unit`
//! decides that, and `session` asks.

mod claim;
pub(crate) mod deployment;
mod error;
mod half_made;
mod instance;
pub(crate) mod location;
mod once;
pub(crate) mod ports;
mod ready;
pub(crate) mod service;

pub(crate) use claim::{ClaimError, Elsewhere};
pub(crate) use error::StartError;
pub(crate) use half_made::{HalfMade, make_room};
pub(crate) use instance::OurInstance;
pub(crate) use ports::PortError;
