//! Checks, findings, fixes.
//!
//! Owns judgement: what of the machine, the workspace and its projects is not as it should be, why that matters, and what
//! puts it right. Refuses to put anything right itself (`dagdeck` does, with the person's word), to read a workspace's
//! files by itself where the `workspace` crate did, and to start anything other than through a [`process::Table`].

mod check;
mod checks;
mod facts;
mod finding;
mod fix;
pub mod machine;
mod record;
mod run;
#[cfg(test)]
mod test_support;

pub use check::{Check, Judge, Needs, Reads, Scope};
pub use checks::{CHECKS, check};
pub use facts::{
    Crash, Elsewhere, Facts, InTheWay, Load, MachineFacts, Port, ProjectFacts, Service,
    WorkspaceFacts,
};
pub use finding::{FilePlace, Finding, FindingKey, Level, Subject};
pub use fix::{Fix, FixAction, Show};
pub use record::{CheckOutcome, Key, Record};
pub use run::{Request, look_again, run};
