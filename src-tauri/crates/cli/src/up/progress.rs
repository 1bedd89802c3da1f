//! What `dagdeck up` says about itself, apart from logs: in words, or as JSON lines for scripts.

use std::collections::BTreeMap;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use api::{Lifecycle, LocationView, Readiness, WorkspaceView};
use serde::Serialize;

use super::lines::Names;
use super::output::Output;
use super::services::{ServiceLine, Services};
use crate::error::CliError;
use crate::location_line::LocationLine;

/// What came of the launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaunchOutcome {
    /// The Dagster UI answers, and at least one location works.
    Serving,
    /// Nothing can be worked with.
    Nothing,
}

/// One JSON line. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "event")]
pub(crate) enum Said<'a> {
    Started {
        root: &'a str,
        name: &'a str,
        locations: Vec<&'a str>,
    },
    Location(LocationLine),
    Service(ServiceLine),
    Ready {
        url: Option<&'a str>,
        served: usize,
        of: usize,
        seconds: f64,
        /// Why no daemon runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        no_daemon: Option<&'a str>,
    },
    Stopped,
    Detached,
}

/// What was said so far.
pub(super) struct LaunchProgress {
    json: bool,
    workspace: WorkspaceView,
    asked: Vec<String>,
    names: Names,
    printed: BTreeMap<String, LocationLine>,
    services: Services,
    over: bool,
}

impl LaunchOutcome {
    fn of(url: Option<&str>, served: usize) -> Self {
        if url.is_some() && served > 0 {
            Self::Serving
        } else {
            Self::Nothing
        }
    }
}

impl LaunchProgress {
    pub(super) fn new(json: bool, workspace: &WorkspaceView, asked: &[String]) -> Self {
        Self {
            json,
            workspace: workspace.clone(),
            asked: asked.to_vec(),
            names: Names::of(workspace),
            printed: BTreeMap::new(),
            services: Services::default(),
            over: false,
        }
    }

    /// What stands in front of each log's lines.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Whether the launch has settled.
    pub(super) fn over(&self) -> bool {
        self.over
    }

    /// Says what is being launched.
    pub(super) async fn started(&self, output: &Output) -> Result<(), CliError> {
        if !self.json {
            return Ok(());
        }
        let locations = self
            .workspace
            .locations
            .iter()
            .filter(|one| self.is_asked(one))
            .map(|one| one.name.as_str());
        let (root, name) = (&self.workspace.root, &self.workspace.name);
        let started = Said::Started {
            root,
            name,
            locations: locations.collect(),
        };
        output.print(started.line()?).await
    }

    /// Says what is new about the locations, and once the launch is over about the services.
    pub(super) async fn see(
        &mut self,
        workspace: &WorkspaceView,
        output: &Output,
    ) -> Result<(), CliError> {
        self.names = Names::of(workspace);
        let asked: Vec<&LocationView> = workspace
            .locations
            .iter()
            .filter(|one| self.is_asked(one))
            .collect();
        for location in asked {
            let now = LocationLine::of(location);
            if self.printed.get(&location.id) == Some(&now) {
                continue;
            }
            if self.json {
                output.print(Said::Location(now.clone()).line()?).await?;
            } else if let Some(words) = now.words(&self.names.prefix(&location.log), self.over) {
                output.print(words).await?;
            }
            self.printed.insert(location.id.clone(), now);
        }
        for (before, now, log) in self.services.news(workspace) {
            let prefix = self.names.prefix(&log);
            if self.json {
                output.print(Said::Service(now).line()?).await?;
            } else if let Some(words) = now.words(&before, &prefix) {
                output.print(words).await?;
            }
        }
        Ok(())
    }

    /// Says, once, that all have settled, and what came of it.
    pub(super) async fn settled(
        &mut self,
        workspace: &WorkspaceView,
        elapsed: Duration,
        output: &Output,
    ) -> Result<LaunchOutcome, CliError> {
        self.over = true;
        self.services.note(workspace);
        let asked: Vec<&LocationView> = workspace
            .locations
            .iter()
            .filter(|one| self.is_asked(one))
            .collect();
        let served = asked
            .iter()
            .filter(|one| matches!(one.readiness, Readiness::Ready { .. }))
            .count();
        let (of, url) = (asked.len(), workspace.webserver.url.as_deref());
        let url =
            url.filter(|_| matches!(workspace.webserver.lifecycle, Lifecycle::Running { .. }));
        let seconds = workspace
            .launch
            .took
            .map_or(elapsed.as_secs_f64(), |took| took / 1000.0);
        let outcome = LaunchOutcome::of(url, served);
        let no_daemon = no_daemon(workspace);
        if self.json {
            let ready = Said::Ready {
                url,
                served,
                of,
                seconds: (seconds * 100.0).round() / 100.0,
                no_daemon,
            };
            output.print(ready.line()?).await?;
            return Ok(outcome);
        }
        let words = ready_line(workspace, (served, of), Duration::from_secs_f64(seconds));
        output.print(words).await?;
        Ok(outcome)
    }

    fn is_asked(&self, location: &LocationView) -> bool {
        self.asked.is_empty()
            || self.asked.contains(&location.id)
            || self.asked.contains(&location.name)
    }
}

/// What is said of a launch that has settled, where `served` of so many locations are ready: the line that scripts and people wait
/// for, and before it what keeps the webserver or the daemon from running.
pub(crate) fn ready_line(
    workspace: &WorkspaceView,
    (served, of): (usize, usize),
    elapsed: Duration,
) -> String {
    let webserver = &workspace.webserver;
    let running = matches!(webserver.lifecycle, Lifecycle::Running { .. });
    let url = webserver.url.as_deref().filter(|_| running);
    let mut words = String::new();
    if url.is_none() {
        let blocked = webserver.blocked.as_deref();
        words.push_str(&failed(
            "The Dagster webserver",
            &webserver.lifecycle,
            blocked,
        ));
    }
    // Without a webserver there is no daemon for the same reason.
    if let (Some(_), Some(why)) = (url, no_daemon(workspace)) {
        words.push_str(&without_daemon(why));
    }
    let outcome = LaunchOutcome::of(url, served);
    words.push_str(&ready(url, served, of, elapsed.as_secs_f64(), outcome));
    words
}

/// Why no daemon runs; none where one does, or nothing keeps it.
fn no_daemon(workspace: &WorkspaceView) -> Option<&str> {
    let daemon = &workspace.daemon;
    let runs = matches!(daemon.lifecycle, Lifecycle::Running { .. });
    daemon.blocked.as_deref().filter(|_| !runs)
}

/// The one line that scripts and people wait for.
fn ready(
    url: Option<&str>,
    served: usize,
    of: usize,
    seconds: f64,
    outcome: LaunchOutcome,
) -> String {
    let bold = Style::new().bold();
    match (url, outcome) {
        (Some(url), LaunchOutcome::Serving) => {
            format!("{bold}ready {url}{bold:#}, {served} of {of} locations, {seconds:.1} s\n")
        }
        _ => format!("not ready, {served} of {of} locations, {seconds:.1} s\n"),
    }
}

/// Says that all is served, but no daemon runs.
fn without_daemon(why: &str) -> String {
    let yellow = AnsiColor::Yellow.on_default();
    format!("{yellow}No daemon is started{yellow:#}: {why}\n")
}

fn failed(what: &str, lifecycle: &Lifecycle, blocked: Option<&str>) -> String {
    let red = AnsiColor::Red.on_default();
    match lifecycle {
        Lifecycle::Crashed {
            reason, last_lines, ..
        } => {
            let lines: String = last_lines
                .iter()
                .map(|line| format!("  {line}\n"))
                .collect();
            format!("{red}{what} crashed{red:#}: {reason}\n{lines}")
        }
        _ => format!(
            "{red}{what} does not answer{red:#}{}\n",
            blocked.map(|why| format!(": {why}")).unwrap_or_default()
        ),
    }
}

/// Says that the workspace runs already and this terminal only joins.
pub(super) fn joined(name: &str, url: Option<&str>) {
    let at = url.map_or_else(String::new, |url| format!(" at {url}"));
    anstream::eprintln!(
        "{name} runs already{at}. What is missing is started, nothing is restarted; Ctrl-C leaves it running."
    );
}

/// Says something on the side.
pub(super) fn note(words: &str) {
    anstream::eprintln!("{words}");
}

/// What is said last where what runs goes on without this terminal.
pub(super) fn goes_on(json: bool, workspace: &WorkspaceView) -> Result<String, CliError> {
    if json {
        return Said::Detached.line();
    }
    let name = &workspace.name;
    Ok(format!(
        "detached: {name} goes on running; `dagdeck up` or the Dagdeck window shows it again\n"
    ))
}

/// What is said when stopping begins.
pub(super) const STOPPING: &str = "Stopping. Once more ends this terminal at once.";

/// What is said last where nothing is left.
pub(super) fn stopped(json: bool) -> Result<String, CliError> {
    if json {
        Said::Stopped.line()
    } else {
        Ok("stopped\n".to_owned())
    }
}

impl Said<'_> {
    fn line(&self) -> Result<String, CliError> {
        let line = serde_json::to_string(self);
        line.map(|line| format!("{line}\n"))
            .map_err(|error| CliError::Failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(said: &Said<'_>) -> String {
        serde_json::to_string(said).unwrap_or_default()
    }

    #[test]
    fn scripts_get_one_object_per_event() {
        let started = Said::Started {
            root: "/w",
            name: "w",
            locations: vec!["a"],
        };
        assert_eq!(
            json(&started),
            r#"{"event":"started","root":"/w","name":"w","locations":["a"]}"#
        );
        let blocked = LocationLine {
            name: "a".to_owned(),
            state: "blocked",
            message: Some("no environment".to_owned()),
            place: None,
            reloading: false,
            definitions: None,
        };
        assert_eq!(
            json(&Said::Location(blocked)),
            r#"{"event":"location","name":"a","state":"blocked","message":"no environment"}"#
        );
        let ready = Said::Ready {
            url: Some("http://127.0.0.1:3000"),
            served: 1,
            of: 2,
            seconds: 4.25,
            no_daemon: None,
        };
        assert_eq!(
            json(&ready),
            r#"{"event":"ready","url":"http://127.0.0.1:3000","served":1,"of":2,"seconds":4.25}"#
        );
        let without = Said::Ready {
            url: None,
            served: 0,
            of: 0,
            seconds: 1.0,
            no_daemon: Some("another runs"),
        };
        assert_eq!(
            json(&without),
            r#"{"event":"ready","url":null,"served":0,"of":0,"seconds":1.0,"no_daemon":"another runs"}"#
        );
        assert_eq!(json(&Said::Stopped), r#"{"event":"stopped"}"#);
        assert_eq!(json(&Said::Detached), r#"{"event":"detached"}"#);
    }

    #[test]
    fn the_line_that_scripts_wait_for() {
        let line = ready(
            Some("http://127.0.0.1:3000"),
            2,
            3,
            6.04,
            LaunchOutcome::Serving,
        );
        assert_eq!(
            anstream::adapter::strip_str(&line).to_string(),
            "ready http://127.0.0.1:3000, 2 of 3 locations, 6.0 s\n"
        );
    }

    #[test]
    fn without_a_location_nothing_is_ready() {
        let line = ready(
            Some("http://127.0.0.1:3000"),
            0,
            3,
            6.0,
            LaunchOutcome::Nothing,
        );
        assert_eq!(line, "not ready, 0 of 3 locations, 6.0 s\n");
    }
}
