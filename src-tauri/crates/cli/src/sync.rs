//! `dagdeck sync`: makes environments answer their lockfiles, or says what that would change.

mod dry_run;
mod python;

use std::io::Write as _;

use api::{Operation, OperationRequest, OperationState, PythonRequest, SyncRequest, WorkspaceView};
use attach::Attached;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::arguments;
use crate::error::{CliError, piped};
use crate::names::known;
use crate::reached::{Current, Reached, goes_on_alone};
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
    let reached = stop.or(Reached::workspace(&what.path)).await?;
    let asking = trust::to_sync(&reached.workspace, what.trust);
    if stop.or(asking).await? {
        stop.or(reached.trust()).await?;
    }
    let Reached {
        attached,
        mut current,
        workspace,
        ..
    } = reached;
    let asked = stop.or(asked(&attached, what, &workspace)).await?;
    let told = Notify::new();
    let work = async {
        // Answered even where we are told to end meanwhile: what has begun has to be known to be taken back.
        let begun = begin(&attached, asked).await?;
        follow(&attached, &mut current, &begun, what.json, &told).await
    };
    let last_words = || goes_on_alone(attached.owner(), "with what it was told");
    stop.or_taken_back(&told, last_words, work).await
}

/// What is to be done.
enum Asked {
    /// These are to be synced.
    Sync(SyncRequest),
    /// One is to be made anew with another Python.
    Python(PythonRequest),
}

/// Begins what is to be done; answers the operations.
async fn begin(attached: &Attached, asked: Asked) -> Result<Vec<u32>, CliError> {
    match asked {
        Asked::Sync(request) if request == SyncRequest::default() => Ok(Vec::new()),
        // Whoever names environments in a terminal has them as they are: nothing was shown first.
        Asked::Sync(request) => Ok(attached.sync_start(request.into()).await?.operations),
        Asked::Python(request) => {
            let begun = attached.python_change(request.into()).await;
            Ok(begun.map_err(python::unusable)?.operations)
        }
    }
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
    let mut request = request(what, workspace)?;
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
fn request(what: &arguments::Sync, workspace: &WorkspaceView) -> Result<SyncRequest, CliError> {
    let is_deployment = |name: &String| {
        let path = workspace.deployment.as_ref().map(|one| &one.path);
        path == Some(name) || name == "deployments/local"
    };
    let (deployments, locations): (Vec<String>, Vec<String>) =
        what.locations.iter().cloned().partition(is_deployment);
    known(workspace, &locations)?;
    Ok(SyncRequest {
        locations,
        deployment: !deployments.is_empty(),
    })
}

/// Says what happens to these operations until all have ended, then how they went; told to end, it takes them back first.
async fn follow(
    attached: &Attached,
    current: &mut Current,
    begun: &[u32],
    json: bool,
    told: &Notify,
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
            () = told.notified() => {
                cancelled = true;
                cancel(attached, begun).await;
            }
        }
    }
}

/// Takes operations back, all at once, so that an owner which is slow to answer has been told of each.
async fn cancel(attached: &Attached, begun: &[u32]) {
    let cancelling = begun.iter().map(|&operation| {
        let (attached, one) = (attached.clone(), OperationRequest { operation });
        async move { attached.operation_cancel(one).await }
    });
    // One that has ended meanwhile can't be taken back, and need not be.
    let _ended = cancelling.collect::<JoinSet<_>>().join_all().await;
}

fn print_line(words: &str) {
    anstream::eprintln!("{words}");
}

/// One environment, as scripts read it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentSynced<'a> {
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

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Synced<'a> {
    /// Each environment that was synced, in the order in which they were begun.
    environments: &'a [EnvironmentSynced<'a>],
}

fn print_outcome(done: &[Operation], json: bool) -> Result<(), CliError> {
    let rows: Vec<EnvironmentSynced<'_>> = done.iter().map(row).collect();
    if json {
        crate::json::print(&Synced {
            environments: &rows,
        })?;
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
