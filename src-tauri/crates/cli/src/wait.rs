//! `dagdeck wait`: until what was saved is live, or it is known why it is not.

use std::io::Write as _;
use std::time::{Duration, Instant};

use api::{Lifecycle, LocationView, Nothing, ServiceView, Severity, WorkspaceView};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::arguments::{Wait, WaitFor};
use crate::error::{CliError, piped};
use crate::names::chosen;
use crate::reached::{Reached, ReachedWorkspace, nothing_runs};
use crate::report::LocationReport;
use crate::runtime;
use crate::settling::Settling;
use crate::stop::Stop;

/// The pause after which a webserver is asked again, where nothing is told of it.
const LOOK: Duration = Duration::from_millis(250);
/// How long one on this machine may take to accept.
const ANSWERING: Duration = Duration::from_secs(2);

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
    /// What keeps the Dagster UI from answering, where all was waited for.
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
    let begun = Instant::now();
    let reaching = async {
        let mut reached = Reached::running(&what.at.workspace, &what.locations).await?;
        reached.read_folder().await?;
        Ok::<_, CliError>(reached)
    };
    let Ok(reached) = timeout(what.timeout, reaching).await else {
        return not_reached(what);
    };
    let mut reached = reached?;
    let locations = awaited(&reached.workspace, &what.locations)?;
    let left_out = left_out(&reached.workspace, &locations, &what.locations);
    if !what.at.json {
        for (name, why) in &left_out {
            crate::error::tell(&format!("{name} can't start, and is not waited for: {why}"));
        }
    }
    if locations.is_empty() {
        return Err(no_location_runs(&reached.workspace)?);
    }
    let mut settling = Settling::begin(&reached.attached, &locations);
    let mut heard = Heard {
        left_out,
        ..Heard::default()
    };
    let listen = listen(&mut reached, &mut settling, &mut heard, what);
    let time_left = what.timeout.saturating_sub(begun.elapsed());
    let timed_out = match timeout(time_left, listen).await {
        Ok(listened) => {
            listened?;
            false
        }
        Err(_) => true,
    };
    tell(&reached.workspace, &heard, &settling, what, timed_out)
}

/// Who runs the workspace did not answer within the time.
fn not_reached(what: &Wait) -> Result<(), CliError> {
    let root = std::path::absolute(&what.at.workspace);
    let root = root.unwrap_or_else(|_| what.at.workspace.clone());
    if what.at.json {
        crate::json::print(&Waited {
            root: &root.display().to_string(),
            ready: false,
            locations: &[],
            left_out: Vec::new(),
            waiting: what.locations.clone(),
            problems: &[],
            timed_out: true,
        })?;
    }
    let seconds = what.timeout.as_secs_f64();
    Err(CliError::TimeOver(format!(
        "After {seconds} s it is not known yet how {} stands. `dagdeck status` says who runs it.",
        root.display()
    )))
}

/// What is said where no location is to be waited for.
fn no_location_runs(workspace: &WorkspaceView) -> Result<CliError, CliError> {
    let root = &workspace.root;
    let services = [&workspace.webserver, &workspace.daemon];
    let rest = |one: &&ServiceView| matches!(one.lifecycle, Lifecycle::Stopped { .. });
    if services.iter().all(rest) {
        return Ok(nothing_runs(&ReachedWorkspace::at(root.into())?));
    }
    Ok(CliError::Failed(format!(
        "No code location of {root} runs: `dagdeck start` starts those that can."
    )))
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
    if !what.locations.is_empty() {
        return Ok(());
    }
    // What was heard so far may be older than what settled.
    reached.current.shown = reached.attached.snapshot_get(Nothing {}).await?;
    heard.problems = blockers(reached.shown()?);
    while reached.launch_is_active()?
        || is_coming(&reached.shown()?.webserver)
        || !answers(&reached.shown()?.webserver).await
    {
        // That it ended may be told in a moment; where it only was slow to answer, nothing is told.
        if let Ok(news) = timeout(LOOK, reached.current.next()).await {
            news?;
        }
    }
    heard.no_webserver = no_webserver(&reached.shown()?.webserver);
    Ok(())
}

/// Whether the webserver is on its way, or is tried again.
fn is_coming(webserver: &ServiceView) -> bool {
    match webserver.lifecycle {
        Lifecycle::Starting { .. } => true,
        Lifecycle::Crashed { retry_at, .. } => retry_at.is_some(),
        _ => false,
    }
}

/// Whether one that is said to run takes connections: that it was killed may not be known yet.
async fn answers(webserver: &ServiceView) -> bool {
    let runs = matches!(webserver.lifecycle, Lifecycle::Running { .. });
    let url = webserver.url.as_deref().filter(|_| runs);
    let Some(address) = url.and_then(|url| url.strip_prefix("http://")) else {
        return true;
    };
    let connected = timeout(ANSWERING, TcpStream::connect(address.trim_end_matches('/')));
    connected.await.is_ok_and(|connected| connected.is_ok())
}

/// What keeps the Dagster UI from answering; none where it does, or was stopped by itself.
fn no_webserver(webserver: &ServiceView) -> Option<String> {
    match &webserver.lifecycle {
        Lifecycle::Running { .. } => None,
        Lifecycle::Crashed { reason, .. } => Some(reason.clone()),
        _ => webserver.blocked.clone(),
    }
}

/// What is so wrong in the workspace's own files that it was not read, with its place.
pub(crate) fn blockers(workspace: &WorkspaceView) -> Vec<String> {
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
    settling: &Settling,
    what: &Wait,
    timed_out: bool,
) -> Result<(), CliError> {
    let left = &settling.left();
    let ready = !timed_out
        && (what.locations.is_empty() || settling.gone().is_empty())
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
        let left = match left.as_slice() {
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
