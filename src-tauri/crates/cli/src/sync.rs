//! `dagdeck sync`: makes environments answer their lockfiles, or says what that would change.

mod python;

use std::io::Write as _;

use api::{
    ApiError, Nothing, Operation, OperationState, PackageChange, SyncPlan, SyncPreview,
    SyncRequest, WorkspaceView,
};
use dagdeck::{Deck, Subscription};
use serde::Serialize;

use crate::arguments;
use crate::end::{End, words};
use crate::up::{Stop, open, start};
use crate::{piped, trust};

pub(crate) fn run(what: &arguments::Sync) -> Result<(), End> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| End::Failed(format!("can't begin: {error}")))?;
    runtime.block_on(sync(what))
}

async fn sync(what: &arguments::Sync) -> Result<(), End> {
    // Before anything is started, so that no signal finds us without an ear.
    let mut stop = Stop::listen()?;
    let deck = start().await?;
    let workspace = open(&deck, &what.path).await?;
    if trust::to_sync(&workspace, what.trust)? {
        deck.workspace_trust(Nothing {}).await?;
    }
    let end = tokio::select! {
        end = work(&deck, what, &workspace) => end,
        () = stop.told() => Err(End::Interrupted),
    };
    deck.shut_down().await;
    if matches!(end, Err(End::Interrupted)) {
        let left = syncs(&deck, 0).await?;
        say(&format!(
            "Cancelled. {}",
            left.first().map_or("", |one| one.title.as_str())
        ));
    }
    end
}

async fn work(deck: &Deck, what: &arguments::Sync, workspace: &WorkspaceView) -> Result<(), End> {
    if let Some(version) = &what.python {
        return python::change(deck, what, workspace, version).await;
    }
    let mut request = request(what, workspace);
    let all = request == SyncRequest::default();
    if what.dry_run || all {
        let preview = deck.sync_preview(request.clone()).await?;
        if what.dry_run {
            return told_preview(&preview, what.json);
        }
        for plan in &preview.environments {
            request.locations.extend(plan.locations.iter().cloned());
            request.deployment |= plan.deployment;
        }
    }
    let mut events = deck.subscribe();
    let before = newest_sync(deck).await?;
    if request != SyncRequest::default() {
        // Whoever names environments in a terminal has them as they are: nothing was shown first.
        deck.sync_start(request.into()).await?;
    }
    let done = follow(deck, &mut events, before, what.json).await?;
    told(&done, what.json)
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

/// The syncs on the record from a number on, oldest first.
async fn syncs(deck: &Deck, after: u32) -> Result<Vec<Operation>, ApiError> {
    let mut all = deck.snapshot_get(Nothing {}).await?.operations;
    all.retain(|one| {
        let log = one.log.as_deref().unwrap_or_default();
        one.id > after && log.starts_with("sync:")
    });
    all.reverse();
    Ok(all)
}

/// The number of the newest sync on the record; 0 where there is none.
async fn newest_sync(deck: &Deck) -> Result<u32, ApiError> {
    let all = syncs(deck, 0).await?;
    Ok(all.iter().map(|one| one.id).max().unwrap_or(0))
}

/// Says what happens until all have ended; answers them.
async fn follow(
    deck: &Deck,
    events: &mut Subscription,
    before: u32,
    quiet: bool,
) -> Result<Vec<Operation>, End> {
    let mut said: Vec<(u32, String)> = Vec::new();
    loop {
        let all = syncs(deck, before).await?;
        for one in &all {
            let Some(progress) = one.progress.as_ref().filter(|_| !quiet) else {
                continue;
            };
            let line = (one.id, format!("{}: {}", one.title, progress.words));
            if said.iter().rfind(|(id, _)| *id == one.id) != Some(&line) {
                say(&line.1);
                said.push(line);
            }
        }
        if all.iter().all(|one| one.state != OperationState::Running) {
            return Ok(all);
        }
        if events.next().await.is_none() {
            return Err(End::Failed("Dagdeck's own part ended early.".to_owned()));
        }
    }
}

fn say(words: &str) {
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

fn told(done: &[Operation], json: bool) -> Result<(), End> {
    let rows: Vec<Done<'_>> = done.iter().map(row).collect();
    if json {
        let json = serde_json::to_string_pretty(&serde_json::json!({ "environments": rows }))
            .map_err(|error| End::Failed(error.to_string()))?;
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
        Err(End::NothingServed)
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

fn told_preview(preview: &SyncPreview, json: bool) -> Result<(), End> {
    if json {
        let json = serde_json::to_string_pretty(preview)
            .map_err(|error| End::Failed(error.to_string()))?;
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
        Err(End::NothingServed)
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
    use api::ErrorCode;

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
            failure: Some(failure.hint("Free some space.")),
            ..plan()
        };
        let page = page(&failed);
        assert!(
            page.ends_with("  The disk is full.\n    Free some space.\n"),
            "{page}"
        );
    }
}
