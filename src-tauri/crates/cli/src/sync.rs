//! `dagdeck sync`: makes environments answer their lockfiles, or says what that would change.

mod python;

use std::io::Write as _;

use api::{
    Operation, OperationRequest, OperationState, PackageChange, SyncPlan, SyncPreview, SyncRequest,
    WorkspaceView,
};
use attach::Attached;
use serde::Serialize;

use crate::arguments;
use crate::error::{CliError, piped, words};
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
    let reached = tokio::select! {
        reached = Reached::at(&what.path) => reached?,
        () = stop.told() => return Err(CliError::Interrupted),
    };
    reached.tell_differences();
    if trust::to_sync(&reached.workspace, what.trust)? {
        reached.trust().await?;
    }
    let Reached {
        attached,
        mut current,
        workspace,
        ..
    } = reached;
    let looked = tokio::select! {
        looked = look(&attached, what, &workspace) => looked?,
        () = stop.told() => return Err(CliError::Interrupted),
    };
    // From here on to the answer nothing is listened to: what has begun has to be known to be taken back.
    let begun = match looked {
        Looked::Told => return Ok(()),
        Looked::Sync(request) if request == SyncRequest::default() => Vec::new(),
        // Whoever names environments in a terminal has them as they are: nothing was shown first.
        Looked::Sync(request) => attached.sync_start(request.into()).await?.operations,
        Looked::Python(request) => {
            let begun = attached.python_change(request.into()).await;
            begun.map_err(python::unusable)?.operations
        }
    };
    follow(&attached, &mut current, &begun, what.json, &mut stop).await
}

/// What a look at the environments leads to.
enum Looked {
    /// Nothing was to be changed, and what would change has been told.
    Told,
    /// These are to be synced.
    Sync(SyncRequest),
    /// One is to be made anew with another Python.
    Python(api::PythonRequest),
}

async fn look(
    attached: &Attached,
    what: &arguments::Sync,
    workspace: &WorkspaceView,
) -> Result<Looked, CliError> {
    if let Some(version) = &what.python {
        return python::look(attached, what, workspace, version).await;
    }
    let mut request = request(what, workspace);
    let all = request == SyncRequest::default();
    if what.dry_run || all {
        let preview = attached.sync_preview(request.clone()).await?;
        if what.dry_run {
            told_preview(&preview, what.json)?;
            return Ok(Looked::Told);
        }
        for plan in &preview.environments {
            request.locations.extend(plan.locations.iter().cloned());
            request.deployment |= plan.deployment;
        }
    }
    Ok(Looked::Sync(request))
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
            () = stop.told() => {
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
struct Done<'a> {
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
    let rows: Vec<Done<'_>> = done.iter().map(row).collect();
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

fn row(operation: &Operation) -> Done<'_> {
    let (state, reason) = match &operation.state {
        OperationState::Running | OperationState::Interrupted => ("interrupted", None),
        OperationState::Succeeded => ("succeeded", None),
        OperationState::Cancelled => ("cancelled", None),
        OperationState::Failed { reason } => ("failed", Some(reason.as_str())),
    };
    Done {
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

fn told_preview(preview: &SyncPreview, json: bool) -> Result<(), CliError> {
    if json {
        let json = serde_json::to_string_pretty(preview)
            .map_err(|error| CliError::Failed(error.to_string()))?;
        piped(writeln!(std::io::stdout().lock(), "{json}"))?;
    } else {
        let mut out = anstream::stdout().lock();
        for plan in &preview.environments {
            piped(write!(out, "{}", page(plan)))?;
        }
        piped(writeln!(out, "Nothing has been changed."))?;
    }
    let failed = preview
        .environments
        .iter()
        .any(|plan| plan.failure.is_some());
    if failed {
        Err(CliError::NothingServed)
    } else {
        Ok(())
    }
}

/// What a sync of one environment would change, as a terminal shows it.
fn page(plan: &SyncPlan) -> String {
    let mut page = format!("{}  {}\n", plan.name, plan.path);
    for command in &plan.commands {
        page.push_str(&format!("  $ {}\n", command.line));
    }
    if let Some(failure) = &plan.failure {
        page.push_str(&format!("  {}\n", words(failure).replace('\n', "\n  ")));
        return page;
    }
    if plan.anew {
        let python = plan.python.as_deref().unwrap_or("uv's choice");
        page.push_str(&format!(
            "  The environment is made anew, with Python {python}.\n"
        ));
    }
    if plan.downloads {
        page.push_str(
            "  uv downloads that Python first; which packages change is known only then.\n",
        );
    }
    if !plan.stops.is_empty() {
        page.push_str(&format!("  Stops meanwhile: {}\n", plan.stops.join(", ")));
    }
    for change in &plan.packages {
        page.push_str(&format!("  {}\n", line(change)));
    }
    match &plan.lock {
        Some(lock) if lock.made => page.push_str("  uv.lock is made.\n"),
        Some(lock) => {
            page.push_str("  uv.lock changes:\n");
            for change in &lock.changes {
                page.push_str(&format!("    {}\n", line(change)));
            }
        }
        None if plan.packages.is_empty() && !plan.anew => page.push_str("  Nothing to change.\n"),
        None => {}
    }
    page
}

fn line(change: &PackageChange) -> String {
    let name = &change.name;
    match (change.from.as_deref(), change.to.as_deref()) {
        (None, Some(to)) => format!("+ {name} {to}").trim_end().to_owned(),
        (Some(from), None) => format!("- {name} {from}"),
        (Some(from), Some(to)) => format!("~ {name} {from} -> {to}"),
        (None, None) => format!("  {name}"),
    }
}

#[cfg(test)]
mod tests {
    use api::{ApiError, ErrorCode};

    use super::*;

    pub(super) fn plan() -> SyncPlan {
        let change = |name: &str, from: Option<&str>, to: Option<&str>| PackageChange {
            name: name.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        SyncPlan {
            name: "marketing".to_owned(),
            locations: vec!["projects/marketing".to_owned()],
            deployment: false,
            path: "/w/projects/marketing/.venv".to_owned(),
            commands: Vec::new(),
            stops: vec!["marketing".to_owned()],
            python: Some("3.12.1".to_owned()),
            anew: false,
            downloads: false,
            packages: vec![
                change("humanize", Some("4.9.0"), Some("4.17.0")),
                change("iniconfig", None, Some("2.3.1")),
                change("tabulate", Some("0.10.0"), None),
            ],
            lock: None,
            failure: None,
        }
    }

    #[test]
    fn a_preview_names_what_comes_goes_and_changes() {
        assert_eq!(
            page(&plan()),
            "marketing  /w/projects/marketing/.venv\n  Stops meanwhile: marketing\n  ~ humanize 4.9.0 -> 4.17.0\n  + \
             iniconfig 2.3.1\n  - tabulate 0.10.0\n"
        );
    }

    #[test]
    fn a_failed_preview_says_why_and_nothing_else() {
        let failure = ApiError::new(ErrorCode::ToolFailed, "The disk is full.");
        let failed = SyncPlan {
            failure: Some(failure.with_hint("Free some space.")),
            ..plan()
        };
        let page = page(&failed);
        assert!(
            page.ends_with("  The disk is full.\n    Free some space.\n"),
            "{page}"
        );
    }
}
