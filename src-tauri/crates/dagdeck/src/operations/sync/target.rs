//! Which environments uv can sync, and what runs from each.

use std::path::{Path, PathBuf};

use dagster::command::UvProject;
use process::CommandLine;
use workspace::{BrokenReason, Environment, EnvironmentState, Project};

use crate::open::commands::sync::{syncable, whole_uv_project};
use crate::open::{NotListed, WorkspaceFacts};
use api::SyncRequest;

/// Why what is named can't be synced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    /// A location that was named is not there.
    #[error(transparent)]
    NotListed(#[from] NotListed),
    /// The workspace has no deployments/local.
    #[error("there is no deployments/local")]
    NoDeployment,
    /// uv would remove from the environment what the project does not ask for.
    #[error("{name} runs from {}, which is no environment of its own", environment.display())]
    NotItsOwn {
        /// The project's name.
        name: String,
        /// What it runs from.
        environment: PathBuf,
    },
    /// The project has no pyproject.toml.
    #[error("{name} has no pyproject.toml")]
    NoSettings {
        /// The project's name.
        name: String,
    },
}

impl TargetError {
    /// Whether what was named is not there, rather than there and not to be synced.
    pub(crate) fn is_of_nothing(&self) -> bool {
        matches!(self, Self::NotListed(_) | Self::NoDeployment)
    }
}

/// One environment that uv can sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyncTarget {
    /// Whose it is, in words.
    pub(crate) name: String,
    /// The folder that uv runs in.
    pub(crate) folder: PathBuf,
    /// What was read of it.
    pub(crate) environment: Environment,
    /// The locations that run from it, by id.
    pub(crate) locations: Vec<String>,
    /// Whether it is that of deployments/local.
    pub(crate) deployment: bool,
}

impl SyncTarget {
    /// The environment of one location.
    pub(crate) fn of(project: &Project) -> Self {
        Self {
            name: project.name.clone(),
            folder: project.folder.clone(),
            environment: project.environment.clone(),
            locations: vec![project.id.clone()],
            deployment: false,
        }
    }

    pub(super) fn log(&self) -> String {
        match self.locations.first() {
            Some(id) if !self.deployment => format!("sync:{id}"),
            _ => format!("sync:{}", self.name),
        }
    }

    /// What has to run before the sync: a moved environment is made anew, for its scripts name the old folder.
    pub(super) fn renewal(&self, project: &UvProject) -> Option<CommandLine> {
        let moved = matches!(
            self.environment.state,
            EnvironmentState::Broken {
                reason: BrokenReason::Moved { .. }
            }
        );
        // The one that it was made from: the link itself goes with the environment.
        let python = fs_err::canonicalize(self.environment.interpreter.as_ref()?).ok()?;
        moved.then(|| project.renew(&self.environment.path, &python))
    }

    /// The project as uv is told of it.
    pub(super) fn uv_project(&self, facts: &WorkspaceFacts, uv: &Path) -> UvProject {
        whole_uv_project(facts, uv, &self.folder, &self.environment)
    }
}

/// Every environment that uv can sync, each once, in the order of the locations; that of deployments/local last.
pub(super) fn targets(facts: &WorkspaceFacts) -> Vec<SyncTarget> {
    let reading = facts.reading();
    let mut targets: Vec<SyncTarget> = Vec::new();
    let syncable =
        |project: &&Project| project.managed() && syncable(&project.folder, &project.environment);
    for project in reading.projects.iter().filter(syncable) {
        let known = targets
            .iter_mut()
            .find(|target| target.environment.path == project.environment.path);
        match known {
            Some(target) => target.locations.push(project.id.clone()),
            None => targets.push(SyncTarget::of(project)),
        }
    }
    if let Some(deployment) = &reading.deployment {
        let shared = targets
            .iter_mut()
            .find(|target| target.environment.path == deployment.environment.path);
        match shared {
            Some(target) => target.deployment = true,
            None => targets.push(SyncTarget {
                name: deployment.path.clone(),
                folder: deployment.folder.clone(),
                environment: deployment.environment.clone(),
                locations: Vec::new(),
                deployment: true,
            }),
        }
    }
    targets
}

/// Whether a request names nothing, and so means all that need it.
pub(super) fn means_all(request: &SyncRequest) -> bool {
    request.locations.is_empty() && !request.deployment
}

/// The environments that a request names.
///
/// # Errors
/// When it names a location that is not there, or one that uv can't sync.
pub(crate) fn named(
    facts: &WorkspaceFacts,
    request: &SyncRequest,
) -> Result<Vec<SyncTarget>, TargetError> {
    let reading = facts.reading();
    let mut wanted: Vec<String> = Vec::new();
    for name in &request.locations {
        let project = reading
            .projects
            .iter()
            .find(|project| project.id == *name || project.name == *name)
            .ok_or_else(|| NotListed::among(&reading, name))?;
        if !project.managed() || !syncable(&project.folder, &project.environment) {
            return Err(unsyncable(project));
        }
        wanted.push(project.id.clone());
    }
    if request.deployment && reading.deployment.is_none() {
        return Err(TargetError::NoDeployment);
    }
    let mut all = targets(facts);
    all.retain(|target| {
        (request.deployment && target.deployment)
            || target.locations.iter().any(|id| wanted.contains(id))
    });
    Ok(all)
}

fn unsyncable(project: &Project) -> TargetError {
    let name = project.name.clone();
    if project.folder.join("pyproject.toml").is_file() {
        let environment = project.environment.path.clone();
        return TargetError::NotItsOwn { name, environment };
    }
    TargetError::NoSettings { name }
}
