//! What would run in a folder once it is trusted, and what is worth a look before. Runs nothing.

use super::commands::{code_server, service, sync};
use super::facts::WorkspaceFacts;
use crate::present::command_view;
use api::{ConcernKind, ServiceName, Subject, TrustConcern, TrustPlan, TrustStep};

/// The steps, in the order in which they would come.
pub(crate) fn plan(facts: &WorkspaceFacts) -> TrustPlan {
    let reading = facts.reading();
    let count = |all: usize| u32::try_from(all.saturating_sub(1)).unwrap_or(u32::MAX);
    let mut steps = Vec::new();
    let mut step = |title: &str, when: &str, command: &process::CommandLine, more: u32| {
        steps.push(TrustStep {
            title: title.to_owned(),
            when: when.to_owned(),
            command: command_view(command),
            more,
        });
    };
    let locked = reading
        .projects
        .iter()
        .filter(|project| project.environment.lockfile.is_some());
    let uv = facts.context.uv_if_known().unwrap_or_else(|| "uv".into());
    if let Some(first) = locked.clone().next() {
        let check = sync::uv_project(facts, &uv, &first.folder, &first.environment).check();
        step(
            "Ask uv whether each environment answers its lockfile",
            "at once",
            &check,
            count(locked.count()),
        );
    }
    let served = reading
        .projects
        .iter()
        .filter_map(|project| code_server::sample(facts, project));
    if let Some(first) = served.clone().next() {
        step(
            "Run the code of each location",
            "when you press Launch",
            &first,
            count(served.count()),
        );
    }
    for name in [ServiceName::Webserver, ServiceName::Daemon] {
        if let Ok(command) = service::command_of(facts, name) {
            let title = format!("Run the Dagster {}", service::log_of(name));
            step(&title, "when you press Launch", &command, 0);
        }
    }
    TrustPlan {
        steps,
        concerns: facts.concerns().iter().cloned().map(concern).collect(),
    }
}

fn concern(concern: workspace::Concern) -> TrustConcern {
    TrustConcern {
        kind: match concern.kind {
            workspace::ConcernKind::RunsAtInstall => ConcernKind::RunsAtInstall,
            workspace::ConcernKind::DirectReference => ConcernKind::DirectReference,
            workspace::ConcernKind::Variables => ConcernKind::Variables,
        },
        subject: Subject {
            path: concern.path.display().to_string(),
            line: concern.line,
            column: None,
        },
        message: concern.message,
    }
}
