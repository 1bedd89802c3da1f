//! Where one code location stands, in a line for a person or a script.

use anstyle::AnsiColor;
use api::{DefinitionCounts, Lifecycle, LocationView, Readiness, SettledLocation, Subject};
use serde::Serialize;

/// Where one location stands. Fields are added, never renamed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocationLine {
    pub(crate) name: String,
    /// `ready`, `load_error`, `crashed`, `blocked`, `stopped`, `starting` or `stopping`.
    pub(crate) state: &'static str,
    /// Why, where it is not as it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// The person's own line that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Subject>,
    /// Whether its code is being loaded anew, beside what is told here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) reloading: bool,
    /// What is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) definitions: Option<DefinitionCounts>,
}

impl LocationLine {
    /// As it is shown.
    pub(crate) fn of(location: &LocationView) -> Self {
        let definitions = location.definitions.as_ref().map(|found| found.counts);
        let axes = (&location.lifecycle, &location.readiness);
        let told = Self::told(&location.name, axes, location.blocked.as_ref(), definitions);
        Self {
            reloading: location.reloading,
            ..told
        }
    }

    /// As one heard who waited for it.
    pub(crate) fn settled(location: &SettledLocation) -> Self {
        let axes = (&location.lifecycle, &location.readiness);
        let blocked = location.blocked.as_ref();
        Self::told(&location.name, axes, blocked, location.definitions)
    }

    fn told(
        name: &str,
        axes: (&Lifecycle, &Readiness),
        blocked: Option<&String>,
        definitions: Option<DefinitionCounts>,
    ) -> Self {
        let mut told = Self {
            name: name.to_owned(),
            state: "stopped",
            message: None,
            place: None,
            reloading: false,
            definitions: None,
        };
        match axes {
            // Older code may still be served: the error is news all the same.
            (_, Readiness::LoadError { error, .. }) => {
                told.state = "load_error";
                // One whose process ended has no exception.
                let what = if error.class.is_empty() {
                    &error.title
                } else {
                    &error.class
                };
                told.message = Some(format!("{what}: {}", error.message));
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
                told.definitions = definitions;
            }
            (Lifecycle::Starting { .. } | Lifecycle::Running { .. }, _) => told.state = "starting",
            (Lifecycle::Stopped { .. }, _) => {
                if let Some(reason) = blocked {
                    told.state = "blocked";
                    told.message = Some(reason.clone());
                }
            }
        }
        told
    }

    /// Its state in a word or two.
    pub(crate) fn short(&self) -> String {
        let mut words = match (self.state, self.definitions) {
            ("ready", Some(counts)) => format!("ready, {}", found(counts)),
            ("load_error", _) => "load error".to_owned(),
            ("blocked", _) => "can't start".to_owned(),
            (state, _) => state.to_owned(),
        };
        if self.reloading {
            words.push_str(", reloading");
        }
        words
    }

    /// The lines for a person; the quiet states have none. That one stopped is news once the launch is `over`.
    pub(crate) fn words(&self, prefix: &str, over: bool) -> Option<String> {
        let message = self.message.as_deref().unwrap_or_default();
        let message = message.replace('\n', "\n  ");
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
pub(crate) fn found(counts: DefinitionCounts) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let failed = LocationLine {
            name: "a".to_owned(),
            state: "load_error",
            message: Some("ValueError: no".to_owned()),
            reloading: false,
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
}
