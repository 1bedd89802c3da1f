//! What a check is.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use workspace::Project;

use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, Subject};

/// One thing that is made sure of. Declared in a file of its own and listed in [`crate::CHECKS`].
#[derive(Debug)]
pub struct Check {
    /// Its stable name in kebab case, such as `uv-missing`.
    pub id: &'static str,
    /// What it is made of.
    pub scope: Scope,
    /// What holds when it passes: "uv is installed".
    pub passes: &'static str,
    /// Why it matters, for the documentation.
    pub why: &'static str,
    /// What its answer depends on: it is made again when one of these changed.
    pub reads: &'static [Reads],
    /// What it waits for.
    pub needs: Needs,
    /// How it is made.
    pub judge: Judge,
}

/// What a check is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Once for this machine.
    Machine,
    /// Once for the open workspace.
    Workspace,
    /// Once for each project.
    Project,
}

/// Something that an answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reads {
    /// Tools, limits and variables of this machine.
    Machine,
    /// Files of the workspace and its projects, lockfiles and environments.
    Files,
    /// What uv says of the environments.
    Uv,
    /// How the code was loaded last.
    Load,
    /// Which processes run and which ports are taken.
    Processes,
    /// The instance's folder.
    Instance,
}

/// What a check waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it reads.
    Nothing,
    /// The person's trust: it runs something of theirs.
    Trust,
    /// The person's asking: it uses the network.
    Asking,
    /// Both: it runs something of theirs that takes a while. Where its stamp is the same as last time it is not made again
    /// even when asked.
    TrustAndAsking,
}

/// How a check is made. Each has a limit, after which it counts as not made.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    /// From what is known of the machine.
    Machine(fn(&Facts) -> Vec<Finding>),
    /// From what is known of the workspace.
    Workspace(fn(&Facts, &WorkspaceFacts) -> Vec<Finding>),
    /// From what is known of one project.
    Project(fn(&Facts, &WorkspaceFacts, &Project) -> Vec<Finding>),
    /// By running something.
    Asking {
        /// How long it may take.
        limit: Duration,
        /// Asks. The subject is of the check's scope.
        ask: fn(Arc<Facts>, Subject) -> BoxFuture<'static, Vec<Finding>>,
        /// What the answer depends on, as text: where it is the same as last time, the last answer stands. None where it
        /// is to be asked each time.
        stamp: Option<fn(&Facts, &Subject) -> String>,
    },
}

/// How long a check that only reads may take: a folder on a network that is gone hangs.
const READING: Duration = Duration::from_secs(10);

impl Judge {
    /// How long it may take.
    #[must_use]
    pub fn limit(&self) -> Duration {
        match self {
            Self::Asking { limit, .. } => *limit,
            Self::Machine(_) | Self::Workspace(_) | Self::Project(_) => READING,
        }
    }
}
