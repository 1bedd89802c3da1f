//! A glance at a folder opened before, for the recent list.

use std::path::Path;

use serde::Serialize;

use crate::environment::EnvironmentState;
use crate::model::{Kind, ReadOptions};
use crate::problem::Severity;

/// What a glance tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whether the folder is there.
    pub exists: bool,
    /// What makes it a workspace or project, or that it is none.
    pub kind: Kind,
    /// How many projects it lists.
    pub projects: u32,
    /// How many of them, the deployment included, are not ready to start.
    pub attention: u32,
}

/// Looks at a folder without running anything.
#[must_use]
pub fn quick_summary(path: &Path) -> Summary {
    if !path.is_dir() {
        return Summary {
            exists: false,
            kind: Kind::NotAWorkspace,
            projects: 0,
            attention: 0,
        };
    }
    let reading = crate::read::glance(path, &ReadOptions::default());
    let wanting = reading.projects.iter().filter(|project| {
        project.managed()
            && (project.environment.state != EnvironmentState::Ready || project.blocked().is_some())
    });
    let own = reading
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Blocker);
    let attention = wanting.count() + usize::from(own);
    Summary {
        exists: true,
        kind: reading.kind,
        projects: u32::try_from(reading.projects.len()).unwrap_or(u32::MAX),
        attention: u32::try_from(attention).unwrap_or(u32::MAX),
    }
}
