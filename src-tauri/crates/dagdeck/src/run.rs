//! What stays: the locations, the webserver and the daemon, from their command lines to their ends.
//!
//! Owns the recipes by which units run them and the launch of all at once. Refuses to know when a unit starts or stops: `unit`
//! decides that.

mod claim;
mod control;
pub(crate) mod deployment;
mod error;
mod instance;
mod launch;
pub(crate) mod location;
pub(crate) mod measure;
mod ports;
mod ready;
pub(crate) mod service;

pub(crate) use claim::{Claim, ClaimError, Elsewhere};
pub(crate) use error::StartError;
pub(crate) use ports::PortError;
pub(crate) use ready::OnceReady;
