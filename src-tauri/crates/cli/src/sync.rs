//! `dagdeck sync`: makes environments answer their lockfiles, or says what that would change.

mod dry_run;
mod python;

use std::io::Write as _;

use api::{Operation, OperationRequest, OperationState, PythonRequest, SyncRequest, WorkspaceView};
use attach::Attached;
use serde::Serialize;

use crate::arguments;
use crate::error::{CliError, piped};
use crate::reached::{Current, Reached};
use crate::runtime;
use crate::stop::Stop;
use crate::trust;

pub(crate) fn run(what: &arguments::Sync) -> Result<(), CliError> {
    runtime::run(sync(what))
}

async fn sync(what: &arguments::Sync) -> Result<(), CliError> {
    // Before anything is started, so that no signal finds us without an ear.
    let mut stop = Stop::listen()?;
    if what.dry_run {
        return dry_run::print(what, &mut stop).await;
    }
    let reached = tokio::select! {
        reached = Reached::workspace(&what.path) => reached?,
        () = stop.requested() => return Err(CliError::Interrupted),
    };
    let trusts = tokio::select! {
        trusts = trust::to_sync(&reached.workspace, what.trust) => trusts?,
        () = stop.requested() => return Err(CliError::Interrupted),
    };
    if trusts {
        reached.trust().await?;
    }
    let Reached {
        attached,
        mut current,
        workspace,
        ..
    } = reached;
    let asked = tokio::select! {
        asked = asked(&attached, what, &workspace) => asked?,
        () = stop.requested() => return Err(CliError::Interrupted),
    };
    // From here on to the answer nothing is listened to: what has begun has to be known to be taken back.
    let begun = match asked {
        Asked::Sync(request) if request == SyncRequest::default() => Vec::new(),
        // Whoever names environments in a terminal has them as they are: nothing was shown first.
        Asked::Sync(request) => attached.sync_start(request.into()).await?.operations,
        Asked::Python(request) => {
            let begun = attached.python_change(request.into()).await;
            begun.map_err(python::unusable)?.operations
        }
    };
    follow(&attached, &mut current, &begun, what.json, &mut stop).await
}

/// What is to be done.
enum Asked {
    /// These are to be synced.
    Sync(SyncRequest),
    /// One is to be made anew with another Python.
    Python(PythonRequest),
}

/// What was named; where nothing was, what does not answer its lockfile.
async fn asked(
    attached: &Attached,
    what: &arguments::Sync,
    workspace: &WorkspaceView,
) -> Result<Asked, CliError> {
    if let Some(version) = &what.python {
        return Ok(Asked::Python(python::request(what, workspace, version)?));
    }
    let mut request = request(what, workspace);
    if request == SyncRequest::default() {
        let preview = attached.sync_preview(request.clone()).await?;
        for plan in &preview.environments {
            request.locations.extend(plan.locations.iter().cloned());
            request.deployment |= plan.deployment;
        }
    }
    Ok(Asked::Sync(request))
}

/// What is asked for: locations by name, and deployments/local by its path.
fn request(what: &arguments::Sync, workspace: &WorkspaceView) -> SyncRequest {
    let is_deployment = |name: &String| {
        let path = workspace.deployment.as_ref().map(|one| &one.path);
        path == Some(name) || name == "deployments/local"
    };
    let (deployments, locations): (Vec<String>, Vec<String>) =
        what.locations.iter().cloned().partition(is_deployment);
    SyncRequest {
        locations,
        deployment: !deployments.is_empty(),
    }
}

/// Says what happens to these operations until all have ended, then how they went; told to end, it takes them back first.
async fn follow(
    attached: &Attached,
    current: &mut Current,
    begun: &[u32],
    json: bool,
    stop: &mut Stop,
) -> Result<(), CliError> {
    let mut said: Vec<(u32, String)> = Vec::new();
    let mut cancelled = false;
    loop {
        let all = current.operations(begun);
        for one in &all {
            let Some(progress) = one.progress.as_ref().filter(|_| !json) else {
                continue;
            };
            let line = (one.id, format!("{}: {}", one.title, progress.words));
            if said.iter().rfind(|(id, _)| *id == one.id) != Some(&line) {
                print_line(&line.1);
                said.push(line);
            }
        }
        let mut running = all.iter().map(|one| one.state == OperationState::Running);
        if all.len() == begun.len() && !running.any(|runs| runs) {
            if cancelled {
                let titles: Vec<&str> = all.iter().map(|one| one.title.as_str()).collect();
                print_line(&format!("Cancelled. {}", titles.join(" ")));
                return Err(CliError::Interrupted);
            }
            return print_outcome(&all, json);
        }
        tokio::select! {
            new = current.next() => drop(new?),
            () = stop.requested() => {
                if std::mem::replace(&mut cancelled, true) {
                    // Told twice: we end at once, and the owner goes on ending them.
                    return Err(CliError::Interrupted);
                }
                for &operation in begun {
                    // One that has ended meanwhile can't be taken back, and need not be.
                    let _ended = attached.operation_cancel(OperationRequest { operation }).await;
                }
            }
        }
    }
}

fn print_line(words: &str) {
    anstream::eprintln!("{words}");
}

/// One environment, as scripts read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EnvironmentSynced<'a> {
    title: &'a str,
    /// `succeeded`, `failed`, `cancelled`, `interrupted`.
    state: &'static str,
    /// Why it failed.
    reason: Option<&'a str>,
    /// In ms.
    took: Option<f64>,
    /// What was run.
    command: Option<&'a str>,
    /// The last lines that it printed, where it failed.
    output: &'a [String],
}

fn print_outcome(done: &[Operation], json: bool) -> Result<(), CliError> {
    let rows: Vec<EnvironmentSynced<'_>> = done.iter().map(row).collect();
    if json {
        let json = serde_json::to_string_pretty(&serde_json::json!({ "environments": rows }))
            .map_err(|error| CliError::Failed(error.to_string()))?;
        piped(writeln!(std::io::stdout().lock(), "{json}"))?;
    } else {
        let mut out = anstream::stdout().lock();
        if rows.is_empty() {
            piped(writeln!(out, "Every environment answers its lockfile."))?;
        }
        for row in &rows {
            let seconds = row.took.unwrap_or_default() / 1000.0;
            let line = match row.reason {
                Some(reason) => format!("{}: {reason}", row.title),
                None => format!("{}, {seconds:.1} s", row.title),
            };
            piped(writeln!(out, "{line}"))?;
        }
    }
    if rows.iter().all(|row| row.state == "succeeded") {
        Ok(())
    } else {
        Err(CliError::NothingServed)
    }
}

fn row(operation: &Operation) -> EnvironmentSynced<'_> {
    let (state, reason) = match &operation.state {
        OperationState::Running | OperationState::Interrupted => ("interrupted", None),
        OperationState::Succeeded => ("succeeded", None),
        OperationState::Cancelled => ("cancelled", None),
        OperationState::Failed { reason } => ("failed", Some(reason.as_str())),
    };
    EnvironmentSynced {
        title: &operation.title,
        state,
        reason,
        took: operation.took,
        command: operation
            .command
            .as_ref()
            .map(|command| command.shell.as_str()),
        output: &operation.tail,
    }
}
