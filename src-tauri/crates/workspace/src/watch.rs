//! Watching a workspace: a plan of chosen folders, and facts about what changed. Refuses to walk environments.

mod batch;
mod bytecode;
mod code;
mod folders;
mod plan;

pub use bytecode::doubtful_bytecode;
pub use code::{CodeFiles, CodeStamp};
pub use folders::{WatchError, Watcher};
pub use plan::WatchPlan;

use std::path::PathBuf;

/// What changed on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiskChange {
    /// Settings changed (dg.toml, pyproject.toml, uv.lock, workspace.yaml, the root's `.env`, project folders): read again.
    Config,
    /// A project's own settings changed (dg.toml, pyproject.toml, uv.lock in its folder): read that project again.
    Project {
        /// The project's id.
        project: String,
    },
    /// A project's environment changed. The deployment's id is its path, `deployments/local`.
    Environment {
        /// The project's id.
        project: String,
    },
    /// A project's code or its `.env` changed.
    Code {
        /// The project's id.
        project: String,
        /// The files, absolute, in order.
        paths: Vec<PathBuf>,
    },
    /// Too much changed to say what: read everything again.
    Everything,
}
