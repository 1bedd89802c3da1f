//! Gathers what the checks judge by. Runs nothing but a first look for the machine's tools.
//!
//! One value for a whole round, so that no two checks judge by different moments. What is asked by running something is not
//! here: such a check asks for itself, through the table in the facts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::health::{
    Crash, Elsewhere, Facts, FilePlace, Load, MachineFacts, Port, ProjectFacts, Service,
    WorkspaceFacts,
};

use crate::context::AppContext;
use crate::context::locks::owner_of;
use crate::open_workspace::OpenWorkspace;
use api::{Lifecycle, LoadError, Readiness, ServiceName};
use unit::Shown;

/// Everything that was read and seen by now.
pub(super) async fn gather(
    context: &Arc<AppContext>,
    session: Option<&Arc<OpenWorkspace>>,
) -> Facts {
    let (tools, pythons) = context.machine().await;
    let workspace = match session {
        Some(session) => Some(workspace(session, elsewhere(session).await)),
        None => None,
    };
    Facts {
        table: Arc::clone(&context.table),
        ended: session
            .map(|session| session.ended().clone())
            .unwrap_or_default(),
        folder: context.state_folder.clone(),
        machine: MachineFacts {
            tools,
            pythons,
            variables: context.environment.clone(),
            home: PathBuf::from(&context.home),
            drawing: context.drawing.clone(),
            untracked: context.no_starts.clone(),
        },
        workspace,
    }
}

/// Who else owns the workspace, or is in the way of who would.
async fn elsewhere(session: &OpenWorkspace) -> Elsewhere {
    let facts = &session.facts;
    if let Some(found) = &facts.context.in_the_way {
        return Elsewhere::InTheWay(found.clone());
    }
    let (folder, root) = (facts.context.state_folder.clone(), facts.root.clone());
    let owner = tokio::task::spawn_blocking(move || owner_of(&folder, &root)).await;
    match owner.unwrap_or_default() {
        Some(pid) if pid != std::process::id() => Elsewhere::Another,
        _ => Elsewhere::Nobody,
    }
}

/// What is known of the open workspace at this moment: the latest reading, what uv answered last, what runs.
fn workspace(session: &Arc<OpenWorkspace>, elsewhere: Elsewhere) -> WorkspaceFacts {
    let workspace_facts = &session.facts;
    let reading = workspace_facts.reading();
    let watching = workspace_facts.watching();
    let projects = reading.projects.iter().map(|project| {
        let shown = session.location(&project.id).map(|unit| unit.shown()).ok();
        let facts = ProjectFacts {
            check: workspace_facts.answer_of(&project.environment.path),
            crash: shown.as_ref().and_then(crash),
            load: shown.map(load).unwrap_or_default(),
            variables: workspace_facts
                .definitions_of(&project.id)
                .map(|known| known.variables.clone())
                .unwrap_or_default(),
        };
        (project.id.clone(), facts)
    });
    let deployment = reading.deployment.as_ref();
    WorkspaceFacts {
        trusted: workspace_facts.is_trusted(),
        instance: workspace_facts.instance(),
        folder: workspace_facts.folder().to_owned(),
        port: Port {
            wanted: workspace_facts.context.state.settings().port,
            ours: workspace_facts.url().and(workspace_facts.port()),
        },
        elsewhere,
        pids: session.pids(),
        watched: (watching.folders, watching.limited),
        deployment_check: deployment
            .and_then(|one| workspace_facts.answer_of(&one.environment.path)),
        crashes: crashes(session),
        projects: projects.collect(),
        reading,
    }
}

/// How a process ended by itself, if it did.
fn crash(shown: &Shown) -> Option<Crash> {
    let Lifecycle::Crashed {
        reason,
        retry_at,
        last_lines,
        ..
    } = &shown.lifecycle
    else {
        return None;
    };
    Some(Crash {
        reason: reason.clone(),
        retried: retry_at.is_some(),
        last_lines: last_lines.clone(),
    })
}

/// The services that ended by themselves and are not up again.
fn crashes(session: &OpenWorkspace) -> Vec<(Service, Crash)> {
    let both = [
        (ServiceName::Webserver, Service::Webserver),
        (ServiceName::Daemon, Service::Daemon),
    ];
    let crashed = |(name, service)| Some((service, crash(&session.service(name).shown())?));
    both.into_iter().filter_map(crashed).collect()
}

/// How code was loaded last, as its unit shows; nothing is known while it is being loaded.
fn load(shown: Shown) -> Load {
    match shown.readiness {
        Readiness::Unknown | Readiness::Loading => Load::Unknown,
        Readiness::Ready { took, .. } => Load::Loaded {
            import: Some(Duration::from_secs_f64((took / 1000.0).max(0.0))),
        },
        Readiness::LoadError { error, .. } => failed(*error),
    }
}

fn failed(error: LoadError) -> Load {
    let place = error.place.map(|frame| FilePlace {
        path: PathBuf::from(frame.subject.path),
        line: frame.subject.line,
        column: frame.subject.column,
    });
    Load::Failed {
        title: error.title,
        explanation: error.explanation,
        class: error.class,
        message: error.message,
        place,
    }
}
