//! What the session shows: the first picture of a workspace, definitions, load errors, and errors in words.

use std::path::Path;

use dagster::code_server::{Address, Counts, Definitions, LoadFailure, WaitError};
use dagster::explain::{Origin, Step, explain_load_error};
use process::{CommandLine, SpawnError};
use workspace::{Environment, Project};

use super::{Session, Site, location, service, sync};
use crate::clock;
use crate::keep::KnownDefinitions;
use crate::operations::command_view;
use crate::present;
use api::{
    ApiError, CommandView, DefinitionCounts, DefinitionNames, DefinitionsView, DeploymentView,
    EnvironmentSource, EnvironmentState, EnvironmentView, ErrorCode, Frame, Hint, HintAction,
    InstanceView, LaunchView, Lifecycle, LoadError, LocationView, Readiness, ServiceName,
    ServiceView, Subject, WatchView, WorkspaceView,
};

/// How many colours there are for sources.
const COLORS: usize = 8;

/// The log of a location.
pub(super) fn location_log(id: &str) -> String {
    format!("location:{id}")
}

impl Session {
    /// Shows the workspace as a whole.
    pub(super) fn show_whole(&self) {
        let view = self.whole();
        self.site.context.board.set_workspace(Some(view));
    }

    /// The workspace as it is now.
    pub(super) fn whole(&self) -> WorkspaceView {
        let site = &self.site;
        let reading = site.reading();
        let locations: Vec<LocationView> = reading
            .projects
            .iter()
            .enumerate()
            .map(|(at, project)| self.location_view(at, project))
            .collect();
        let mut view = WorkspaceView {
            root: site.root.display().to_string(),
            name: reading.name.clone(),
            kind: present::kind(reading.kind),
            config: reading
                .config
                .as_ref()
                .map(|path| path.display().to_string()),
            trusted: site.is_trusted(),
            trust_plan: super::trust::plan(site),
            problems: present::problems(&reading.problems, None),
            webserver: self.service_view(ServiceName::Webserver),
            daemon: self.service_view(ServiceName::Daemon),
            deployment: deployment(site),
            instance: instance(site),
            launch: LaunchView {
                active: false,
                since: None,
                took: site.memory(|memory| memory.launch_took),
                startable: Vec::new(),
                blocked: Vec::new(),
                settled: 0,
            },
            nearby: present::nearby(&reading),
            watching: WatchView::default(),
            locations,
        };
        view.launch = self.launch_view(&view);
        view
    }

    fn location_view(&self, at: usize, project: &Project) -> LocationView {
        let site = &self.site;
        let memory = site.memory_of(&project.id);
        let shown = self
            .running_all()
            .get(&project.id)
            .map(|running| running.unit.shown());
        let live = shown
            .as_ref()
            .is_some_and(|shown| matches!(shown.readiness, Readiness::Ready { .. }));
        let command = sample_command(site, project).map(|command| command_view(&command));
        let (lifecycle, readiness) = shown.as_ref().map_or(
            (
                Lifecycle::Stopped { at: None, by: None },
                Readiness::Unknown,
            ),
            |shown| (shown.lifecycle.clone(), shown.readiness.clone()),
        );
        LocationView {
            id: project.id.clone(),
            name: project.name.clone(),
            path: project.path.clone(),
            folder: project.folder.display().to_string(),
            module: project.target.label(),
            color: u8::try_from(at % COLORS + 1).unwrap_or(1),
            environment: environment_view(site, &project.environment),
            lifecycle,
            readiness,
            process: shown.as_ref().and_then(|shown| shown.process.clone()),
            reloading: shown.is_some_and(|shown| shown.reloading),
            runs: 0,
            command,
            definitions: memory.definitions.map(|known| definitions(&known, live)),
            blocked: present::blocked(project),
            auto_reload: site.auto_reload(&project.id),
            managed: project.managed(),
            sync: sync_command(site, &project.folder, &project.environment),
            problems: present::problems(&project.problems, Some(&project.id)),
            log: location_log(&project.id),
        }
    }

    /// What a sync of a project's environment runs, or of the one of deployments/local.
    pub(crate) fn sync_line(&self, project: Option<&str>) -> Option<CommandView> {
        let site = &self.site;
        let reading = site.reading();
        match project {
            Some(id) => {
                let project = reading.project(id)?;
                sync_command(site, &project.folder, &project.environment)
            }
            None => {
                let own = reading.deployment.as_ref()?;
                sync_command(site, &own.folder, &own.environment)
            }
        }
    }

    fn service_view(&self, name: ServiceName) -> ServiceView {
        let site = &self.site;
        let shown = self.service(name).shown();
        let command = service::command_of(site, name);
        let blocked = command.as_ref().err().map(|error| error.message.clone());
        ServiceView {
            name,
            url: if name == ServiceName::Webserver {
                site.url()
            } else {
                None
            },
            lifecycle: shown.lifecycle,
            process: shown.process,
            command: command.ok().map(|command| command_view(&command)),
            blocked,
            log: service::log_of(name).to_owned(),
        }
    }
}

/// What Sync runs. A plain package or an entry of a workspace.yaml without a pyproject.toml has nothing to sync.
fn sync_command(site: &Site, folder: &Path, environment: &Environment) -> Option<CommandView> {
    if !sync::syncable(folder, environment) {
        return None;
    }
    let uv = site.context.uv_if_known().unwrap_or_else(|| "uv".into());
    Some(command_view(&sync::command_of(
        site,
        folder,
        environment,
        &uv,
    )))
}

/// An environment as it is now: what was read of it, or that it is being synced.
fn environment_view(site: &Site, environment: &Environment) -> EnvironmentView {
    let mut view = present::environment(environment);
    if let Some(operation) = site.sync_of(&environment.path) {
        sync::syncing(&mut view, operation);
    }
    view
}

/// The command line of a location as it will be; the generation and the server's id are those of a first start.
pub(super) fn sample_command(site: &Site, project: &Project) -> Option<CommandLine> {
    let address = match site.sockets_of(&project.id) {
        Ok(sockets) if cfg!(unix) => Address::Socket(sockets.generation(1)),
        _ => Address::local(0),
    };
    location::command_of(site, project, address, "ID").ok()
}

fn deployment(site: &Site) -> Option<DeploymentView> {
    let runs = site.runs_from()?;
    let environment = runs.environment.as_ref().map_or_else(
        || EnvironmentView {
            state: if runs.to_make.is_some() {
                EnvironmentState::Missing
            } else {
                EnvironmentState::Ready
            },
            detail: if runs.to_make.is_some() {
                "made when you agree"
            } else {
                "in Dagdeck's own folder"
            }
            .to_owned(),
            source: EnvironmentSource::Own,
            path: Path::new(&runs.path).join(".venv").display().to_string(),
            interpreter: runs
                .interpreter
                .as_ref()
                .map(|path| path.display().to_string()),
            python: None,
            python_source: None,
            requires_python: None,
            requires_python_met: None,
            dagster: Path::new(&runs.path)
                .file_name()
                .map(|name| name.to_string_lossy().into_owned()),
            packages: None,
            lockfile: false,
            lockfile_fresh: None,
            operation: None,
            checked_by_uv: false,
            choices: Vec::new(),
        },
        |environment| environment_view(site, environment),
    );
    let reading = site.reading();
    let own = reading.deployment.as_ref();
    Some(DeploymentView {
        path: runs.path.clone(),
        origin: runs.origin.to_owned(),
        environment,
        to_be_made: runs.to_make.is_some(),
        sync: own.and_then(|own| sync_command(site, &own.folder, &own.environment)),
    })
}

fn instance(site: &Site) -> InstanceView {
    let instance = site.instance();
    InstanceView {
        path: instance.path.display().to_string(),
        source: instance.source.as_str().to_owned(),
        problem: instance.problem,
    }
}

/// Counts, on the wire.
pub(super) fn counts(counts: Counts) -> DefinitionCounts {
    let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    DefinitionCounts {
        assets: narrow(counts.assets),
        checks: narrow(counts.checks),
        jobs: narrow(counts.jobs),
        schedules: narrow(counts.schedules),
        sensors: narrow(counts.sensors),
        resources: narrow(counts.resources),
    }
}

/// Names, on the wire.
pub(super) fn names(definitions: Definitions) -> DefinitionNames {
    DefinitionNames {
        assets: definitions.assets,
        checks: definitions.checks,
        jobs: definitions.jobs,
        schedules: definitions.schedules,
        sensors: definitions.sensors,
        resources: definitions.resources,
    }
}

/// Definitions as last read, on the wire.
pub(super) fn definitions(known: &KnownDefinitions, live: bool) -> DefinitionsView {
    DefinitionsView {
        counts: known.counts,
        read_at: known.read_at,
        live,
    }
}

/// A load error, on the wire.
pub(super) fn load_error(site: &Site, location: &str, failure: &LoadFailure) -> LoadError {
    let reading = site.reading();
    let Some(project) = reading.project(location) else {
        return unexplained(&failure.class, &failure.message, failure.text());
    };
    let explained = explain_load_error(failure, &Origin::of(project));
    LoadError {
        title: explained.title,
        explanation: explained.explanation,
        hints: explained
            .hints
            .into_iter()
            .map(|step| hint(&step, location))
            .collect(),
        class: explained.class,
        message: explained.message,
        frames: explained.frames.into_iter().map(frame).collect(),
        place: explained.place.map(frame),
        text: explained.text,
        at: clock::now(),
    }
}

fn unexplained(class: &str, message: &str, text: String) -> LoadError {
    LoadError {
        title: class.to_owned(),
        explanation: None,
        hints: Vec::new(),
        class: class.to_owned(),
        message: message.to_owned(),
        frames: Vec::new(),
        place: None,
        text,
        at: clock::now(),
    }
}

/// A server that answers, but not as ours does.
pub(super) fn unanswered(error: &WaitError) -> LoadError {
    let text = error.to_string();
    unexplained("The code server gave no usable answer", &text, text.clone())
}

fn hint(step: &Step, location: &str) -> Hint {
    let action = match step {
        Step::Sync(_) => Some(HintAction::Sync {
            location: location.to_owned(),
        }),
        Step::Open { path, line, .. } => Some(HintAction::OpenFile {
            subject: Subject {
                path: path.display().to_string(),
                line: Some(*line),
                column: None,
            },
        }),
        Step::Copy { command, .. } => Some(HintAction::CopyCommand {
            command: command.clone(),
        }),
        Step::Say(_) => None,
    };
    Hint {
        text: step.text().to_owned(),
        action,
    }
}

fn frame(frame: dagster::explain::Frame) -> Frame {
    Frame {
        subject: Subject {
            path: frame.path.display().to_string(),
            line: Some(frame.line),
            column: None,
        },
        function: frame.function,
        code: frame.code,
        own: frame.own,
    }
}

/// Something has to be true first.
pub(super) fn precondition(message: &str) -> ApiError {
    ApiError::new(ErrorCode::Precondition, message)
}

/// A file or folder of ours refuses.
pub(super) fn io(what: &str, error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ErrorCode::Io, format!("Dagdeck can't {what}: {error}")).because(error)
}

/// A program could not be started.
pub(super) fn spawn_failed(command: &CommandLine, error: &SpawnError) -> ApiError {
    let program = command.program.display();
    ApiError::new(
        ErrorCode::ToolFailed,
        format!("{program} can't be started: {error}"),
    )
    .because(error)
}

/// uv is needed and not there.
pub(crate) fn uv_missing() -> ApiError {
    let mut error = ApiError::new(
        ErrorCode::ToolMissing,
        "uv isn't installed. It installs Python and packages for each project.",
    );
    error.hints.push(Hint {
        text: "Dagdeck's window can bring it: from the package index, into Dagdeck's own folder, nothing system-wide.".to_owned(),
        action: Some(HintAction::BringUv),
    });
    // A terminal has no button.
    error.hint("Or install uv yourself, as https://docs.astral.sh/uv says.")
}

/// Two processes made the instance at once.
pub(super) fn damaged_instance(path: &Path, database: &Path) -> ApiError {
    ApiError::new(
        ErrorCode::Precondition,
        format!(
            "The instance in {} can't be opened any more: two programs made it at the same time, and {} has two \
             migration heads.",
            path.display(),
            database.display()
        ),
    )
    .hint("Move this folder away; the next launch makes a new one. Past runs stay in the folder you moved.")
}
