//! Runs programs as whole trees and never leaves one behind.
//!
//! Owns: command lines, the environment programs start from, starting, watching, stopping and measuring them, the guard
//! that ends them when the app dies (and holds locks until it has), finding tools, and ports. Refuses: to know what a program is for, what its output
//! means, or whether it should run at all. Only what a [`Table`] started is ever ended.

mod child;
mod command;
mod environment;
mod exit;
mod guard;
mod leftover;
mod looks;
mod restart;
mod table;
mod tree;
mod usage;

pub mod ports;
pub mod tools;

pub use child::{Asking, Child, OutputSink, StopPlan};
pub use command::CommandLine;
pub use environment::{Inherit, base_environment, whole_environment};
pub use exit::Exit;
pub use guard::guard_main;
pub use leftover::{InFolder, Marked, end_marked, left_over, marked, running_in};
pub use restart::{Next, RestartPolicy};
pub use table::{
    AdoptError, Finished, GuardProgram, HoldError, RunError, SpawnError, Swept, SweptProcess,
    Table, TableError, sweep_dead,
};
pub use tokio_util::sync::CancellationToken;
pub use tree::lives_since;
pub use usage::Usage;
