//! `dagdeck wait`: until what was saved is live, or it is known why it is not.

use std::io::Write as _;
use std::time::{Duration, Instant};

use api::{Lifecycle, LocationView, Nothing, Severity, WorkspaceView};
use serde::Serialize;
use tokio::time::timeout;

use crate::arguments::{Wait, WaitFor};
use crate::error::{CliError, piped};
use crate::names::chosen;
use crate::reached::{Reached, ReachedWorkspace, nothing_runs};
use crate::report::LocationReport;
use crate::runtime;
use crate::settling::Settling;
use crate::stop::Stop;

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Waited<'a> {
    root: &'a str,
    /// Whether each is ready.
    ready: bool,
    /// Those that have settled, in the order in which they did. Where the first failure ended it, those before and that one.
    locations: &'a [LocationReport],
    /// Those that can't start, where none was named: these are not waited for.
    left_out: Vec<&'a str>,
    /// Those that had not settled by then.
    waiting: Vec<String>,
    /// What is wrong in the workspace's own files, so that what was saved of it is not live.
    problems: &'a [String],
    /// Whether the time was over first.
    timed_out: bool,
}

/// What came of waiting.
#[derive(Default)]
struct Heard {
    /// Those that are not waited for, since they can't start, and why.
    left_out: Vec<(String, String)>,
    reports: Vec<LocationReport>,
    /// What keeps the Dagster UI from answering, where a launch was waited for.
    no_webserver: Option<String>,
    /// What is wrong in the workspace's own files, so that what was saved of it is not live.
    problems: Vec<String>,
}

pub(crate) fn run(what: &Wait) -> Result<(), CliError> {
    runtime::wait_for(async {
        let mut stop = Stop::listen()?;
        stop.or(wait(what)).await
    })?
}

async fn wait(what: &Wait) -> Result<(), CliError> {
    let mut reached = Reached::running(&what.at.workspace).await?;
    let begun = Instant::now();
    let time_left = match timeout(what.timeout, reached.read_folder()).await {
        Ok(read) => {
            read?;
            what.timeout.saturating_sub(begun.elapsed())
        }
        Err(_) => Duration::ZERO,
    };
    let locations = awaited(&reached.workspace, &what.locations)?;
    if locations.is_empty() {
        let root = reached.workspace.root.clone();
        return Err(nothing_runs(&ReachedWorkspace::at(root.into())?));
    }
    let mut settling = Settling::begin(&reached.attached, &locations);
    let mut heard = Heard {
        left_out: left_out(&reached.workspace, &locations, &what.locations),
        ..Heard::default()
    };
    if !what.at.json {
        for (name, why) in &heard.left_out {
            crate::error::tell(&format!("{name} can't start, and is not waited for: {why}"));
        }
    }
    let all = what.locations.is_empty();
    let listen = listen(&mut reached, &mut settling, &mut heard, what, all);
    let timed_out = match timeout(time_left, listen).await {
        Ok(listened) => {
            listened?;
            false
        }
        Err(_) => true,
    };
    tell(
        &reached.workspace,
        &heard,
        &settling.left(),
        what,
        timed_out,
    )
}

/// Those that are waited for: the named ones, or all that run or are on their way.
fn awaited(workspace: &WorkspaceView, names: &[String]) -> Result<Vec<LocationView>, CliError> {
    let mut awaited = chosen(workspace, names)?;
    if names.is_empty() {
        awaited.retain(|one| match one.lifecycle {
            Lifecycle::Stopped { .. } | Lifecycle::Exited { .. } => {
                workspace.launch.active && one.blocked.is_none()
            }
            _ => true,
        });
    }
    Ok(awaited)
}

/// Those that can't start and of which none was asked for by its name, and why.
fn left_out(
    workspace: &WorkspaceView,
    awaited: &[LocationView],
    names: &[String],
) -> Vec<(String, String)> {
    let all = workspace.locations.iter().filter(|_| names.is_empty());
    let left = all.filter(|one| one.managed && awaited.iter().all(|other| other.id != one.id));
    left.filter_map(|one| Some((one.name.clone(), one.blocked.clone()?)))
        .collect()
}

/// Listens until all have settled, and to what is waited for no longer than to the first failure.
async fn listen(
    reached: &mut Reached,
    settling: &mut Settling,
    heard: &mut Heard,
    what: &Wait,
    all: bool,
) -> Result<(), CliError> {
    while let Some(report) = settling.next().await? {
        if !what.at.json {
            piped(write!(anstream::stdout().lock(), "{}", report.page()))?;
        }
        let ready = report.is_ready();
        heard.reports.push(report);
        if !ready && what.until == WaitFor::Ready {
            return Ok(());
        }
    }
    if !all {
        return Ok(());
    }
    // What was heard so far may be older than what settled.
    reached.current.shown = reached.attached.snapshot_get(Nothing {}).await?;
    heard.problems = blockers(reached.shown()?);
    if !reached.workspace.launch.active {
        return Ok(());
    }
    while reached.launch_is_active()? {
        reached.current.next().await?;
    }
    let webserver = &reached.shown()?.webserver;
    if webserver.url.is_none() {
        let why = match &webserver.lifecycle {
            Lifecycle::Crashed { reason, .. } => reason.clone(),
            _ => webserver
                .blocked
                .clone()
                .unwrap_or_else(|| "it does not run".to_owned()),
        };
        heard.no_webserver = Some(why);
    }
    Ok(())
}

/// What is so wrong in the workspace's own files that it was not read, with its place.
fn blockers(workspace: &WorkspaceView) -> Vec<String> {
    let grave = workspace.problems.iter();
    let grave = grave.filter(|one| one.severity == Severity::Blocker);
    grave
        .map(|one| {
            let line = one
                .subject
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            format!("{}\n  at {}{line}", one.message, one.subject.path)
        })
        .collect()
}

fn tell(
    workspace: &WorkspaceView,
    heard: &Heard,
    left: &[String],
    what: &Wait,
    timed_out: bool,
) -> Result<(), CliError> {
    let ready = !timed_out
        && heard.no_webserver.is_none()
        && heard.problems.is_empty()
        && left.is_empty()
        && heard.reports.iter().all(LocationReport::is_ready);
    if what.at.json {
        crate::json::print(&Waited {
            root: &workspace.root,
            ready,
            locations: &heard.reports,
            left_out: heard
                .left_out
                .iter()
                .map(|(name, _)| name.as_str())
                .collect(),
            waiting: left.to_vec(),
            problems: &heard.problems,
            timed_out,
        })?;
    }
    for problem in &heard.problems {
        crate::error::tell(problem);
    }
    if let Some(why) = &heard.no_webserver {
        crate::error::tell(&format!("The Dagster webserver does not answer: {why}"));
    }
    if timed_out {
        let seconds = what.timeout.as_secs_f64();
        let left = match left {
            [] => "the Dagster webserver".to_owned(),
            some => some.join(", "),
        };
        return Err(CliError::TimeOver(format!(
            "After {seconds} s it is not known yet of {left}. `dagdeck status` says what is under way."
        )));
    }
    if ready {
        Ok(())
    } else {
        Err(CliError::NothingServed)
    }
}
