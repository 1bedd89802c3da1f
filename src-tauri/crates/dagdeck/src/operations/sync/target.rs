//! Which environments uv can sync, and what runs from each.

use std::path::{Path, PathBuf};

use dagster::command::UvProject;
use process::CommandLine;
use workspace::{BrokenReason, Environment, EnvironmentSource, EnvironmentState, Project};

use crate::open::WorkspaceFacts;
use api::{ApiError, ErrorCode, SyncRequest};

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
    /// Its log.
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

/// A project as uv is told of it.
pub(crate) fn uv_project(
    facts: &WorkspaceFacts,
    uv: &Path,
    folder: &Path,
    environment: &Environment,
) -> UvProject {
    let source = environment.source;
    let elsewhere = matches!(
        source,
        EnvironmentSource::Picked | EnvironmentSource::DotEnv | EnvironmentSource::Named
    );
    UvProject {
        python: facts.context.python_for(folder, environment),
        environment: elsewhere.then(|| environment.path.clone()),
        all_members: source == EnvironmentSource::UvWorkspace,
        ..UvProject::new(uv, folder)
    }
}

/// A project as uv is told of it, with what it takes for installed and is not whole. Looks into every package.
pub(crate) fn whole_uv_project(
    facts: &WorkspaceFacts,
    uv: &Path,
    folder: &Path,
    environment: &Environment,
) -> UvProject {
    UvProject {
        unfinished: workspace::contents(&environment.path).unfinished_names(),
        ..uv_project(facts, uv, folder, environment)
    }
}

/// Whether uv can sync an environment from a folder: it needs a pyproject.toml, and an interpreter of the system or of
/// another tool is left alone, since uv would remove from it what the project doesn't ask for.
pub(crate) fn syncable(folder: &Path, environment: &Environment) -> bool {
    let uvs_own = matches!(
        environment.source,
        EnvironmentSource::Own | EnvironmentSource::UvWorkspace
    );
    folder.join("pyproject.toml").is_file()
        && (uvs_own || !environment.path.exists() || environment.path.join("pyvenv.cfg").is_file())
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
            None => targets.push(SyncTarget {
                name: project.name.clone(),
                folder: project.folder.clone(),
                environment: project.environment.clone(),
                locations: vec![project.id.clone()],
                deployment: false,
            }),
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
) -> Result<Vec<SyncTarget>, ApiError> {
    let reading = facts.reading();
    let mut wanted: Vec<String> = Vec::new();
    for name in &request.locations {
        let project = reading
            .projects
            .iter()
            .find(|project| project.id == *name || project.name == *name)
            .ok_or_else(|| unknown(&reading, name))?;
        if !project.managed() || !syncable(&project.folder, &project.environment) {
            return Err(unsyncable(project));
        }
        wanted.push(project.id.clone());
    }
    if request.deployment && reading.deployment.is_none() {
        let message = "This workspace has no deployments/local to sync.";
        return Err(ApiError::new(ErrorCode::NotFound, message));
    }
    let mut all = targets(facts);
    all.retain(|target| {
        (request.deployment && target.deployment)
            || target.locations.iter().any(|id| wanted.contains(id))
    });
    Ok(all)
}

fn unknown(reading: &workspace::Reading, name: &str) -> ApiError {
    let known: Vec<&str> = reading
        .projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    ApiError::new(
        ErrorCode::NotFound,
        format!("There is no location \"{name}\" in this workspace."),
    )
    .with_hint(format!("Its locations are: {}.", known.join(", ")))
}

fn unsyncable(project: &Project) -> ApiError {
    let name = &project.name;
    if project.folder.join("pyproject.toml").is_file() {
        let path = project.environment.path.display();
        return ApiError::new(
            ErrorCode::Precondition,
            format!(
                "{name} runs from {path}, which is no environment of its own. uv would remove from it what {name} \
                 doesn't ask for."
            ),
        )
        .with_hint("Choose the project's own .venv on its Environment page, then sync that.");
    }
    ApiError::new(
        ErrorCode::Precondition,
        format!("{name} has no pyproject.toml for uv to go by."),
    )
}
