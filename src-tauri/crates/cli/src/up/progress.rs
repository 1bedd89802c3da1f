//! What `dagdeck up` says about itself, apart from logs: in words, or as JSON lines for scripts.

use std::collections::BTreeMap;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use api::{DefinitionCounts, Lifecycle, LocationView, Readiness, Subject, WorkspaceView};
use serde::Serialize;

use super::lines::Names;
use super::output::Output;
use super::services::{ServiceLine, Services};
use crate::error::CliError;

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
#[serde(rename_all = "snake_case", tag = "event")]
enum Said<'a> {
    Started {
        root: &'a str,
        name: &'a str,
        locations: Vec<&'a str>,
    },
    Location(Location),
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

/// Where one location stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Location {
    name: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Subject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definitions: Option<DefinitionCounts>,
}

/// What was said so far.
pub(super) struct LaunchProgress {
    json: bool,
    workspace: WorkspaceView,
    asked: Vec<String>,
    names: Names,
    printed: BTreeMap<String, Location>,
    services: Services,
    over: bool,
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
            let now = Location::of(location);
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
        let outcome = if url.is_some() && served > 0 {
            LaunchOutcome::Serving
        } else {
            LaunchOutcome::Nothing
        };
        let daemon = &workspace.daemon;
        let no_daemon = daemon
            .blocked
            .as_deref()
            .filter(|_| !matches!(daemon.lifecycle, Lifecycle::Running { .. }));
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
        let mut words = String::new();
        if url.is_none() {
            words.push_str(&failed(
                "The Dagster webserver",
                &workspace.webserver.lifecycle,
                workspace.webserver.blocked.as_deref(),
            ));
        }
        // Without a webserver there is no daemon for the same reason.
        if let (Some(_), Some(why)) = (url, no_daemon) {
            words.push_str(&without_daemon(why));
        }
        words.push_str(&ready(url, served, of, seconds, outcome));
        output.print(words).await?;
        Ok(outcome)
    }

    fn is_asked(&self, location: &LocationView) -> bool {
        self.asked.is_empty()
            || self.asked.contains(&location.id)
            || self.asked.contains(&location.name)
    }
}

impl Location {
    fn of(location: &LocationView) -> Self {
        let mut told = Self {
            name: location.name.clone(),
            state: "stopped",
            message: None,
            place: None,
            definitions: None,
        };
        match (&location.lifecycle, &location.readiness) {
            // Older code may still be served: the error is news all the same.
            (_, Readiness::LoadError { error, .. }) => {
                told.state = "load_error";
                told.message = Some(format!("{}: {}", error.class, error.message));
                told.place = error.place.as_ref().map(|frame| frame.subject.clone());
            }
            (Lifecycle::Crashed { reason, .. }, _) => {
                told.state = "crashed";
                told.message = Some(reason.clone());
            }
            (Lifecycle::Exited { code, .. }, _) => {
                told.state = "stopped";
                told.message = Some(format!("ended with code {code}"));
            }
            (Lifecycle::Stopping { .. }, _) => told.state = "stopping",
            (_, Readiness::Ready { .. }) => {
                told.state = "ready";
                told.definitions = location.definitions.as_ref().map(|found| found.counts);
            }
            (Lifecycle::Starting { .. } | Lifecycle::Running { .. }, _) => told.state = "starting",
            (Lifecycle::Stopped { .. }, _) => {
                if let Some(reason) = &location.blocked {
                    told.state = "blocked";
                    told.message = Some(reason.clone());
                }
            }
        }
        told
    }

    /// The lines for a person; the quiet states have none. That one stopped is news once the launch is `over`.
    fn words(&self, prefix: &str, over: bool) -> Option<String> {
        let message = self.message.as_deref().unwrap_or_default();
        let red = AnsiColor::Red.on_default();
        let green = AnsiColor::Green.on_default();
        let mut words = match self.state {
            "ready" => {
                let counts = self
                    .definitions
                    .map(|counts| format!(", {}", found(counts)));
                format!(
                    "{prefix}{green}is ready{green:#}{}\n",
                    counts.unwrap_or_default()
                )
            }
            "load_error" => format!("{prefix}{red}can't be loaded{red:#}: {message}\n"),
            "crashed" => format!("{prefix}{red}crashed{red:#}: {message}\n"),
            "blocked" => format!("{prefix}{red}can't start{red:#}: {message}\n"),
            "stopped" if over && message.is_empty() => format!("{prefix}is stopped\n"),
            "stopped" if over => format!("{prefix}is stopped: it {message}\n"),
            _ => return None,
        };
        if let Some(place) = &self.place {
            let line = place
                .line
                .map(|line| format!(":{line}"))
                .unwrap_or_default();
            words.push_str(&format!("{prefix}  at {}{line}\n", place.path));
        }
        Some(words)
    }
}

/// What was found in a location, without what there is none of.
fn found(counts: DefinitionCounts) -> String {
    let kinds = [
        (counts.assets, "asset"),
        (counts.checks, "asset check"),
        (counts.jobs, "job"),
        (counts.schedules, "schedule"),
        (counts.sensors, "sensor"),
        (counts.resources, "resource"),
    ];
    let some = kinds.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = some
        .map(|(count, kind)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() {
        "no definitions".to_owned()
    } else {
        words.join(", ")
    }
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
pub(super) const STOPPING: &str = "Stopping. Once more ends it at once.";

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
        let blocked = Location {
            name: "a".to_owned(),
            state: "blocked",
            message: Some("no environment".to_owned()),
            place: None,
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
    fn only_what_is_there_is_counted() {
        let counts = DefinitionCounts {
            assets: 1,
            checks: 0,
            jobs: 2,
            schedules: 0,
            sensors: 0,
            resources: 0,
        };
        assert_eq!(found(counts), "1 asset, 2 jobs");
        assert_eq!(
            found(DefinitionCounts {
                assets: 0,
                jobs: 0,
                ..counts
            }),
            "no definitions"
        );
    }

    #[test]
    fn a_load_error_is_told_with_its_place() {
        let failed = Location {
            name: "a".to_owned(),
            state: "load_error",
            message: Some("ValueError: no".to_owned()),
            place: Some(Subject {
                path: "/w/a.py".to_owned(),
                line: Some(3),
                column: None,
            }),
            definitions: None,
        };
        let words = failed.words("a | ", false).unwrap_or_default();
        let plain = anstream::adapter::strip_str(&words).to_string();
        assert_eq!(
            plain,
            "a | can't be loaded: ValueError: no\na |   at /w/a.py:3\n"
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
