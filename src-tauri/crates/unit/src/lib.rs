//! One thing that stays running (a code location, the webserver, the daemon): what it is at, and what keeps it so.
//!
//! Owns a unit's life: a pure [state machine](machine) decides, the [driver](Unit) carries out. Refuses to know what a
//! unit is: a [`Recipe`] says how to start it, when it is ready and how to end it politely. What is started is seen through
//! [`Process`], so that the driver is tried with processes that are none and with paused time.

mod driver;
pub mod machine;
mod recipe;

pub use driver::{Shown, Unit};
pub use machine::{Ask, Generation};
pub use recipe::{Ended, Process, Recipe, StartOutcome, Started};
