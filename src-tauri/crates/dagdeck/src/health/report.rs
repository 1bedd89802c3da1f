//! The report that a person hands on when something is wrong: versions, findings, failures, last lines. Nothing leaves the
//! machine by itself, and what is nobody else's business is taken out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::NotSaved;
use super::scrub::Scrub;
use crate::context::AppContext;
use crate::open_workspace::OpenWorkspace;
use crate::own_log;
use api::{
    FindingView, Lifecycle, LocationView, Operation, OperationState, Readiness, Severity, Snapshot,
    WorkspaceView,
};

/// How many failed operations are told.
const FAILURES: usize = 5;
/// How many last lines of each log are told.
const LINES: u32 = 30;
/// How much of the end of Dagdeck's own log is told, in bytes.
const OWN: u64 = 32 * 1024;

/// The report as text.
pub(crate) async fn report(context: &AppContext, session: Option<&Arc<OpenWorkspace>>) -> String {
    let snapshot = context.board.snapshot();
    let mut text = String::new();
    write_head(&mut text, &snapshot);
    if let Some(workspace) = &snapshot.workspace {
        write_workspace(&mut text, workspace);
    }
    write_findings(&mut text, &snapshot.health.findings);
    write_failures(&mut text, &snapshot.operations);
    if let (Some(session), Some(workspace)) = (session, &snapshot.workspace) {
        let logs = [&workspace.webserver.log, &workspace.daemon.log].into_iter();
        for log in logs.chain(workspace.locations.iter().map(|one| &one.log)) {
            let lines = session.logs.last(log, LINES).await;
            write_section(&mut text, &format!("Last lines of {log}"), &lines);
        }
    }
    let own = own_log::tail(&context.state_folder, OWN);
    let own = own.unwrap_or_else(|error| format!("can't be read: {error}"));
    write_section(&mut text, "Last lines of Dagdeck’s own log", &own);
    scrub(context, session, &snapshot.home).text(&text)
}

/// Writes the report to a new file in a folder; answers where.
pub(crate) async fn save(
    context: &AppContext,
    session: Option<&Arc<OpenWorkspace>>,
    folder: &Path,
) -> Result<PathBuf, NotSaved> {
    let text = report(context, session).await;
    let now = jiff::Zoned::now().strftime("%Y%m%d-%H%M%S").to_string();
    let path = folder.join(format!("dagdeck-report-{now}.txt"));
    let failed = |source| NotSaved {
        folder: folder.to_owned(),
        source,
    };
    let mut file = fs_err::File::create_new(&path).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    Ok(path)
}

/// What is taken out: the home folder, secrets by their form, and each value of the `.env` files of workspace and projects.
fn scrub(context: &AppContext, session: Option<&Arc<OpenWorkspace>>, home: &str) -> Scrub {
    let Some(session) = session else {
        return Scrub::new(home, &context.environment, []);
    };
    let reading = session.facts.reading();
    let files = reading.dot_env.iter().chain(
        reading
            .projects
            .iter()
            .filter_map(|project| project.dot_env.as_ref()),
    );
    let values = files.flat_map(|file| {
        let values = file.values.iter();
        values.filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)))
    });
    Scrub::new(home, &context.environment, values)
}

fn write_section(text: &mut String, title: &str, body: &str) {
    if !body.trim().is_empty() {
        let _infallible = writeln!(text, "\n## {title}\n{}", body.trim_end());
    }
}

/// Version, system and tools. Their paths are scrubbed with the rest.
fn write_head(text: &mut String, snapshot: &Snapshot) {
    let _infallible = writeln!(
        text,
        "# Dagdeck {} on {}",
        snapshot.version, snapshot.platform
    );
    for tool in &snapshot.machine.tools {
        let version = tool.version.as_deref().unwrap_or("not found");
        let path = tool.path.as_deref().unwrap_or_default();
        let _infallible = writeln!(text, "{} {version} {path}", tool.name);
    }
    for notice in &snapshot.notices {
        let _infallible = writeln!(text, "notice: {notice}");
    }
}

/// The workspace's kind, its locations and services. Names of folders are in it, the home folder is scrubbed.
fn write_workspace(text: &mut String, workspace: &WorkspaceView) {
    let mut body = String::new();
    let _infallible = writeln!(
        body,
        "{} ({:?}), {}",
        workspace.root,
        workspace.kind,
        if workspace.trusted {
            "trusted"
        } else {
            "not trusted"
        }
    );
    let _infallible = writeln!(
        body,
        "instance {} ({})",
        workspace.instance.path, workspace.instance.source
    );
    if let Some(deployment) = &workspace.deployment {
        let environment = &deployment.environment;
        let _infallible = writeln!(
            body,
            "{}: {:?}, dagster {}",
            deployment.path,
            environment.state,
            environment.dagster.as_deref().unwrap_or("none")
        );
    }
    for location in &workspace.locations {
        let _infallible = writeln!(body, "{}", location_line(location));
    }
    write_section(text, "Workspace", &body);
}

/// One location in one line: versions, environment, lifecycle.
fn location_line(location: &LocationView) -> String {
    let environment = &location.environment;
    format!(
        "{}: {}, environment {:?} ({}), Python {}, dagster {}, {}",
        location.name,
        lifecycle(location),
        environment.state,
        environment.detail,
        environment.python.as_deref().unwrap_or("none"),
        environment.dagster.as_deref().unwrap_or("none"),
        location.module
    )
}

fn lifecycle(location: &LocationView) -> &'static str {
    match (&location.readiness, &location.lifecycle) {
        (Readiness::LoadError { .. }, _) => "load error",
        (_, Lifecycle::Stopped { .. }) => "stopped",
        (_, Lifecycle::Starting { .. }) => "starting",
        (_, Lifecycle::Running { .. }) => "running",
        (_, Lifecycle::Stopping { .. }) => "stopping",
        (_, Lifecycle::Exited { .. }) => "exited",
        (_, Lifecycle::Crashed { .. }) => "crashed",
    }
}

/// What is wrong, finding after finding: level, check, location, what was seen and where.
fn write_findings(text: &mut String, findings: &[FindingView]) {
    let mut body = String::new();
    for finding in findings {
        let level = match finding.severity {
            Severity::Blocker => "blocker",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let location = finding.location.as_deref().unwrap_or("-");
        let _infallible = writeln!(
            body,
            "{level} [{}] {location}: {}",
            finding.check, finding.title
        );
        for evidence in &finding.evidence {
            let _infallible = writeln!(body, "  {evidence}");
        }
        if let Some(subject) = &finding.subject {
            let line = subject
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            let _infallible = writeln!(body, "  {}{line}", subject.path);
        }
    }
    write_section(text, "Findings", &body);
}

/// Operations that failed, five at most, with command, reason and last lines.
fn write_failures(text: &mut String, operations: &[Operation]) {
    let mut body = String::new();
    let failed = operations
        .iter()
        .filter(|one| matches!(one.state, OperationState::Failed { .. }));
    for operation in failed.take(FAILURES) {
        let _infallible = writeln!(body, "{}", operation.title);
        if let Some(command) = &operation.command {
            let _infallible = writeln!(body, "  $ {}", command.shell);
        }
        if let OperationState::Failed { reason } = &operation.state {
            let _infallible = writeln!(body, "  {reason}");
        }
        for line in &operation.tail {
            let _infallible = writeln!(body, "  | {line}");
        }
    }
    write_section(text, "Operations that failed", &body);
}
