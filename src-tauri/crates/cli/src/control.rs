//! `dagdeck start`, `stop`, `restart` and `reload`: what a window's buttons do, and the answer once it is done.

use std::cell::Cell;
use std::io::Write as _;
use std::time::Instant;

use api::{
    LaunchRequest, Lifecycle, LocationRequest, LocationView, Nothing, StopLocationRequest,
    WorkspaceView,
};
use serde::Serialize;

use crate::arguments::{Start, Stop as StopArguments};
use crate::error::{CliError, piped, tell};
use crate::names::{chosen, command, known_where_nothing_runs};
use crate::reached::{Reached, ReachedWorkspace};
use crate::report::LocationReport;
use crate::runtime;
use crate::settling::Settling;
use crate::stop::Stop;
use crate::trust;
use crate::up::ready_line;
use crate::wait::blockers;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Start,
    Restart,
    Reload,
}

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Started<'a> {
    root: &'a str,
    /// Whether each location that was asked for is ready; without names whether the Dagster UI answers and one of them is.
    ready: bool,
    /// The address of the Dagster UI, where it answers.
    url: Option<&'a str>,
    /// In the order in which they settled.
    locations: &'a [LocationReport],
}

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Stopped<'a> {
    root: &'a str,
    /// Whether the webserver and the daemon were stopped, too.
    all: bool,
    /// The locations that ran.
    stopped: Vec<&'a str>,
}

pub(crate) fn start(what: &Start) -> Result<(), CliError> {
    runtime::wait_for(run(what, Verb::Start))?
}

pub(crate) fn restart(what: &Start) -> Result<(), CliError> {
    runtime::wait_for(run(what, Verb::Restart))?
}

pub(crate) fn reload(what: &Start) -> Result<(), CliError> {
    runtime::wait_for(run(what, Verb::Reload))?
}

pub(crate) fn stop(what: &StopArguments) -> Result<(), CliError> {
    runtime::wait_for(async {
        let mut told = Stop::listen()?;
        told_of_the_rest(told.or(stop_and_wait(what)).await, GOES_ON_STOPPING)
    })?
}

/// What is said where a terminal no longer waits for an end.
pub(crate) const GOES_ON_STOPPING: &str = "What is being stopped is stopped all the same, without this terminal: `dagdeck status` shows how it stands.";

const GOES_ON_STARTING: &str = "What was begun goes on without this terminal: `dagdeck status` shows how it stands, `dagdeck stop` stops all.";
const IS_NOT_STARTED_AGAIN: &str =
    "What ran is being stopped, and is not started again: `dagdeck start` launches it.";

/// Says what goes on where a person ended this early.
pub(crate) fn told_of_the_rest<Done>(
    done: Result<Done, CliError>,
    words: &str,
) -> Result<Done, CliError> {
    if matches!(done, Err(CliError::Interrupted)) {
        tell(words);
    }
    done
}

async fn run(what: &Start, verb: Verb) -> Result<(), CliError> {
    let mut stop = Stop::listen()?;
    let mut reached = stop.or(reach(what, verb)).await?;
    stop.or(reached.read_folder()).await?;
    let locations = asked(&reached.workspace, &what.locations, verb)?;
    let leave = trust::leave(&reached.workspace, what.trust);
    let leave = stop.or(leave).await?;
    if leave.run {
        stop.or(reached.trust()).await?;
    }
    if verb != Verb::Reload {
        stop.or(reached.keep()).await?;
    }
    let begun = Instant::now();
    let whole = what.locations.is_empty() && verb != Verb::Reload;
    let launched = Cell::new(false);
    let done = async {
        if whole {
            if verb == Verb::Restart {
                reached.attached.stop_all(Nothing {}).await?;
            }
            launched.set(true);
            launch(&reached, leave.make).await?;
        } else {
            launched.set(true);
            each(&reached, &locations, verb).await?;
        }
        settle(&mut reached, &locations, what.at.json, whole).await
    };
    let done = stop.or(done).await;
    let done = told_of_the_rest(
        done,
        if launched.get() {
            GOES_ON_STARTING
        } else {
            IS_NOT_STARTED_AGAIN
        },
    )?;
    if whole {
        for problem in blockers(reached.shown()?) {
            tell(&problem);
        }
    }
    print(
        &reached,
        (&done, locations.len()),
        what.at.json,
        whole.then_some(begun),
    )
}

/// Attaches to the workspace's owner. What is not there can't be loaded again; all else starts one.
async fn reach(what: &Start, verb: Verb) -> Result<Reached, CliError> {
    let path = &what.at.workspace;
    if verb == Verb::Reload {
        return Reached::running(path, &what.locations).await;
    }
    crate::expected::workspace(path)?;
    Reached::to(&ReachedWorkspace::that_runs(path).await?).await
}

/// Which locations it is about.
fn asked(
    workspace: &WorkspaceView,
    names: &[String],
    verb: Verb,
) -> Result<Vec<LocationView>, CliError> {
    let mut asked = chosen(workspace, names)?;
    let at_rest = |one: &LocationView| {
        matches!(
            one.lifecycle,
            Lifecycle::Stopped { .. } | Lifecycle::Exited { .. }
        )
    };
    match (verb, names.is_empty()) {
        (Verb::Reload, true) => asked.retain(|one| !at_rest(one)),
        (Verb::Reload, false) => {
            if let Some(rests) = asked.iter().find(|one| at_rest(one)) {
                let (name, start) = (&rests.name, command("start", &rests.name));
                return Err(CliError::Failed(format!(
                    "{name} does not run, so there is nothing to load again: `{start}` starts it."
                )));
            }
        }
        // What can't start keeps nothing else from being launched, and is heard with the rest.
        (Verb::Start | Verb::Restart, _) => {}
    }
    Ok(asked)
}

async fn launch(reached: &Reached, make_deployment: bool) -> Result<(), CliError> {
    let request = LaunchRequest {
        same_port: true,
        make_deployment,
        ..LaunchRequest::default()
    };
    reached.attached.launch(request).await?;
    Ok(())
}

async fn each(reached: &Reached, locations: &[LocationView], verb: Verb) -> Result<(), CliError> {
    for location in locations {
        let request = LocationRequest {
            location: location.id.clone(),
        };
        let attached = &reached.attached;
        let asked = match verb {
            Verb::Start => attached.location_start(request).await,
            Verb::Restart => attached.location_restart(request).await,
            Verb::Reload => attached.location_reload(request).await,
        };
        // What can't start is heard with the rest.
        if let Err(error) = asked
            && location.blocked.is_none()
        {
            return Err(error.into());
        }
    }
    Ok(())
}

/// Waits until each of these has settled and, where all was launched, the webserver and the daemon too. Says each as it comes.
async fn settle(
    reached: &mut Reached,
    locations: &[LocationView],
    json: bool,
    whole: bool,
) -> Result<Vec<LocationReport>, CliError> {
    let mut settling = Settling::begin(&reached.attached, locations);
    let mut reports = Vec::new();
    while let Some(report) = settling.next().await? {
        if !json {
            piped(write!(anstream::stdout().lock(), "{}", report.page()))?;
        }
        if report.line.state == "stopped" && report.line.message.is_none() {
            let name = &report.line.name;
            tell(&format!(
                "{name} was stopped meanwhile, from another window or terminal."
            ));
        }
        reports.push(report);
    }
    // What was heard so far may be older than the launch.
    reached.current.shown = reached.attached.snapshot_get(Nothing {}).await?;
    while whole && reached.launch_is_active()? {
        reached.current.next().await?;
    }
    Ok(reports)
}

fn print(
    reached: &Reached,
    (reports, asked): (&[LocationReport], usize),
    json: bool,
    launched: Option<Instant>,
) -> Result<(), CliError> {
    let workspace = reached.shown()?;
    let url = workspace.webserver.url.as_deref();
    let served = reports.iter().filter(|one| one.is_ready()).count();
    let ready = match launched {
        Some(_) => url.is_some() && served > 0,
        None => served == asked && served > 0,
    };
    if json {
        let told = Started {
            root: &workspace.root,
            ready,
            url,
            locations: reports,
        };
        crate::json::print(&told)?;
    } else if let Some(begun) = launched {
        let line = ready_line(workspace, (served, reports.len()), begun.elapsed());
        piped(write!(anstream::stdout().lock(), "{line}"))?;
    } else if reports.is_empty() {
        piped(writeln!(
            anstream::stdout().lock(),
            "nothing of {} runs",
            workspace.root
        ))?;
    }
    if ready {
        Ok(())
    } else {
        Err(CliError::NothingServed)
    }
}

async fn stop_and_wait(what: &StopArguments) -> Result<(), CliError> {
    let path = &what.at.workspace;
    crate::expected::workspace(path)?;
    let place = ReachedWorkspace::that_runs(path).await?;
    let Some(owner) = place.owner().await? else {
        return not_running(what);
    };
    let mut reached = Reached::by_owner(&place, &owner).await?;
    let all = what.locations.is_empty();
    let locations = chosen(&reached.workspace, &what.locations)?;
    let ran: Vec<&LocationView> = locations.iter().filter(|one| !is_down(one)).collect();
    let ran: Vec<String> = ran.into_iter().map(|one| one.name.clone()).collect();
    if all {
        reached.attached.stop_all(Nothing {}).await?;
    } else {
        for location in &locations {
            let request = StopLocationRequest {
                location: location.id.clone(),
                force: false,
            };
            reached.attached.location_stop(request).await?;
        }
        reached.current.shown = reached.attached.snapshot_get(Nothing {}).await?;
        let stops = |one: &LocationView| matches!(one.lifecycle, Lifecycle::Stopping { .. });
        while chosen(reached.shown()?, &what.locations)?.iter().any(stops) {
            reached.current.next().await?;
        }
    }
    reached.current.shown = reached.attached.snapshot_get(Nothing {}).await?;
    let now = chosen(reached.shown()?, &what.locations)?;
    let again: Vec<String> = now
        .into_iter()
        .filter(|one| !is_down(one))
        .map(|one| one.name)
        .collect();
    if !again.is_empty() {
        tell(&format!(
            "Started again meanwhile, from another window or terminal: {}.",
            again.join(", ")
        ));
    }
    let root = &reached.workspace.root;
    if what.at.json {
        let stopped = ran.iter().map(String::as_str).collect();
        return crate::json::print(&Stopped { root, all, stopped });
    }
    let told = match (all, ran.as_slice()) {
        (true, _) if again.is_empty() => format!("stopped: nothing of {root} runs any more"),
        (true, _) => format!("stopped: what ran of {root}"),
        (false, []) => format!("{} did not run", what.locations.join(", ")),
        (false, some) => format!("stopped: {}", some.join(", ")),
    };
    piped(writeln!(anstream::stdout().lock(), "{told}"))
}

fn is_down(location: &LocationView) -> bool {
    match location.lifecycle {
        Lifecycle::Stopped { .. } | Lifecycle::Exited { .. } => true,
        Lifecycle::Crashed { retry_at, .. } => retry_at.is_none(),
        _ => false,
    }
}

/// Nobody runs the workspace: there is nothing to stop, and a name is still checked.
fn not_running(what: &StopArguments) -> Result<(), CliError> {
    let path = &what.at.workspace;
    let root = known_where_nothing_runs(path, &what.locations)?;
    if what.at.json {
        return crate::json::print(&Stopped {
            root: &root,
            all: what.locations.is_empty(),
            stopped: Vec::new(),
        });
    }
    piped(writeln!(
        anstream::stdout().lock(),
        "nothing of {root} runs"
    ))
}
