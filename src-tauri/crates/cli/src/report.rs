//! What came of a location, for one who waited for it or asks why: in plain words with the person's own line, or as JSON.

use std::fmt::Write as _;

use anstyle::Style;
use api::{Excerpt, HintAction, Lifecycle, LoadError, LocationView, Readiness, SettledLocation};
use serde::Serialize;

use crate::location_line::LocationLine;
use crate::names::command;

/// How many lines are told that a process printed before it ended.
const LAST: usize = 10;

/// What came of a location. Fields are added, never renamed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LocationReport {
    #[serde(flatten)]
    pub(crate) line: LocationLine,
    /// What the load error means, in a title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it means, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    /// The line of code at its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The lines around it, as they stand in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<Excerpt>,
    /// The function at its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    /// Next steps, each with the command behind it where there is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<String>,
    /// Whether older code is served in place of what can't be loaded.
    still_serving: bool,
    /// The last lines that a process printed before it ended by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    last_lines: Vec<String>,
    /// Files that were saved since the code was loaded, and are not loaded by themselves, relative to the root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unloaded: Vec<String>,
    /// Why one that runs could not be started as its settings are now.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<String>,
}

impl LocationReport {
    /// As it is shown now.
    pub(crate) fn of(location: &LocationView) -> Self {
        let axes = (&location.lifecycle, &location.readiness);
        let mut report = Self::about(LocationLine::of(location), axes);
        report.blocked = report.kept_from(location.blocked.as_ref());
        report
    }

    /// As one heard who waited for it.
    pub(crate) fn settled(location: &SettledLocation) -> Self {
        let axes = (&location.lifecycle, &location.readiness);
        let mut report = Self::about(LocationLine::settled(location), axes);
        report.unloaded.clone_from(&location.unloaded);
        report.blocked = report.kept_from(location.blocked.as_ref());
        if location.other_command {
            report.unloaded.push("(its settings)".to_owned());
        }
        report
    }

    fn about(line: LocationLine, (lifecycle, readiness): (&Lifecycle, &Readiness)) -> Self {
        let mut report = Self {
            line,
            title: None,
            explanation: None,
            code: None,
            excerpt: None,
            function: None,
            hints: Vec::new(),
            still_serving: false,
            last_lines: Vec::new(),
            unloaded: Vec::new(),
            blocked: None,
        };
        if let Readiness::LoadError {
            error,
            still_serving,
        } = readiness
        {
            report.still_serving = still_serving.is_some();
            report.explained(error);
        } else if let Lifecycle::Crashed {
            refusal,
            last_lines,
            ..
        } = lifecycle
        {
            report.last_lines.clone_from(last_lines);
            let hints = refusal.iter().flat_map(|refusal| &refusal.hints);
            report.hints = hints.map(hint).collect();
        }
        report
    }

    fn explained(&mut self, error: &LoadError) {
        self.title = Some(error.title.clone());
        self.explanation.clone_from(&error.explanation);
        if let Some(place) = &error.place {
            self.code.clone_from(&place.code);
            self.function = Some(place.function.clone());
        }
        self.excerpt.clone_from(&error.excerpt);
        self.hints = error.hints.iter().map(hint).collect();
        // One whose process ended has no exception: what it printed last is all that is known.
        if error.class.is_empty() {
            let mut last: Vec<&str> = error.text.lines().rev().take(LAST).collect();
            last.reverse();
            self.last_lines = last.into_iter().map(str::to_owned).collect();
        }
    }

    /// Why it could not be started anew, where it runs: else its line says it.
    fn kept_from(&self, blocked: Option<&String>) -> Option<String> {
        blocked.filter(|_| self.line.state != "blocked").cloned()
    }

    /// Whether its code works, and is what is on disk.
    pub(crate) fn is_ready(&self) -> bool {
        self.line.state == "ready" && self.unloaded.is_empty() && self.blocked.is_none()
    }

    /// Whether there is something to say of why it is not as it should be.
    pub(crate) fn is_to_explain(&self) -> bool {
        self.blocked.is_some() || matches!(self.line.state, "load_error" | "crashed" | "blocked")
    }

    /// The lines for a person.
    pub(crate) fn page(&self) -> String {
        let bold = Style::new().bold();
        let name = &self.line.name;
        let prefix = format!("{bold}{name}{bold:#} ");
        if let (Some(why), "ready") = (&self.blocked, self.line.state) {
            return format!(
                "{prefix}runs as it was loaded before, and could not be started as it is now: {why}\n"
            );
        }
        if !self.unloaded.is_empty() {
            return format!("{prefix}{}\n", behind(name, &self.unloaded));
        }
        let told = LocationLine {
            place: None,
            ..self.line.clone()
        };
        let mut page = told
            .words(&prefix, true)
            .unwrap_or_else(|| format!("{prefix}is {}\n", self.line.state));
        let class = self.line.message.as_deref().unwrap_or_default();
        for words in [&self.title, &self.explanation].into_iter().flatten() {
            if !class.starts_with(words.as_str()) {
                let _infallible = writeln!(page, "  {}", words.replace('\n', "\n  "));
            }
        }
        if let Some(place) = &self.line.place {
            let line = place
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            let named = |name: &&str| !matches!(*name, "" | "<module>");
            let within = self.function.as_deref().filter(named);
            let within = within.map_or_else(String::new, |name| format!(", in {name}"));
            let _infallible = writeln!(page, "  at {}{line}{within}", place.path);
            match (&self.excerpt, &self.code) {
                (Some(excerpt), _) => page.push_str(&numbered(excerpt, place.line)),
                (None, Some(code)) => {
                    let _infallible = writeln!(page, "    {}", code.trim());
                }
                (None, None) => {}
            }
        }
        for line in &self.last_lines {
            let _infallible = writeln!(page, "  | {line}");
        }
        if self.line.state == "stopped" {
            let _infallible = writeln!(page, "  `{}` starts it.", command("start", name));
        }
        for hint in &self.hints {
            let _infallible = writeln!(page, "  {}", hint.replace('\n', "\n    "));
        }
        if let Some(why) = &self.blocked
            && self.line.message.as_ref() != Some(why)
        {
            let _infallible = writeln!(page, "  It could not be started as it is now: {why}");
        }
        if self.still_serving {
            page.push_str("  The code that was loaded before is still served.\n");
        }
        page
    }
}

/// Lines of a file with their numbers, and a sign at the one that it is about.
fn numbered(excerpt: &Excerpt, at: Option<u32>) -> String {
    let numbers = excerpt.first..;
    let width = (excerpt.first as usize + excerpt.lines.len())
        .to_string()
        .len();
    let lines = numbers.zip(&excerpt.lines);
    let line = |(number, line): (u32, &String)| {
        let sign = if at == Some(number) { '>' } else { ' ' };
        format!("    {sign} {number:>width$} | {line}")
            .trim_end()
            .to_owned()
            + "\n"
    };
    lines.map(line).collect()
}

/// What is said where files were saved that nothing loads.
fn behind(name: &str, unloaded: &[String]) -> String {
    let first = &unloaded[0];
    let what = match unloaded.len() {
        1 => first.clone(),
        more => format!("{first} and {} more", more - 1),
    };
    let reload = command("reload", name);
    format!(
        "does not reload by itself, and {what} was saved since its code was loaded: `{reload}` loads it"
    )
}

fn hint(hint: &api::Hint) -> String {
    match &hint.action {
        Some(HintAction::CopyCommand { command, .. }) => format!("{}\n{command}", hint.text),
        _ => hint.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use api::{Excerpt, Frame, Hint, Subject};

    use super::*;

    fn settled(lifecycle: Lifecycle, readiness: Readiness) -> SettledLocation {
        SettledLocation {
            location: "projects/etl".to_owned(),
            name: "etl".to_owned(),
            lifecycle,
            readiness,
            blocked: None,
            definitions: None,
            unloaded: Vec::new(),
            other_command: false,
        }
    }

    fn plain(report: &LocationReport) -> String {
        anstream::adapter::strip_str(&report.page()).to_string()
    }

    fn failed() -> SettledLocation {
        let error = LoadError {
            title: "A package is missing".to_owned(),
            explanation: Some("etl's environment has no panda.".to_owned()),
            hints: vec![Hint {
                text: "Add it:".to_owned(),
                action: Some(HintAction::CopyCommand {
                    command: "uv add panda".to_owned(),
                    short: None,
                    folder: None,
                }),
            }],
            class: "ModuleNotFoundError".to_owned(),
            message: "No module named 'panda'".to_owned(),
            frames: Vec::new(),
            place: Some(Frame {
                subject: Subject {
                    path: "/w/etl.py".to_owned(),
                    line: Some(3),
                    column: None,
                },
                function: "<module>".to_owned(),
                code: Some("import panda".to_owned()),
                own: true,
            }),
            excerpt: Some(Excerpt {
                first: 2,
                lines: vec!["import os".to_owned(), "import panda".to_owned()],
            }),
            text: String::new(),
            at: 1.0,
        };
        let readiness = Readiness::LoadError {
            error: Box::new(error),
            still_serving: Some(1.0),
        };
        settled(Lifecycle::Running { since: 1.0 }, readiness)
    }

    #[test]
    fn a_load_error_is_explained_with_the_persons_own_line() {
        let report = LocationReport::settled(&failed());
        assert!(!report.is_ready());
        assert_eq!(
            plain(&report),
            "etl can't be loaded: ModuleNotFoundError: No module named 'panda'\n\
             \x20 A package is missing\n\
             \x20 etl's environment has no panda.\n\
             \x20 at /w/etl.py:3\n\
             \x20     2 | import os\n\
             \x20   > 3 | import panda\n\
             \x20 Add it:\n\
             \x20   uv add panda\n\
             \x20 The code that was loaded before is still served.\n"
        );
    }

    #[test]
    fn a_process_that_ended_while_it_loaded_is_told_with_what_it_printed_last() {
        let mut location = failed();
        let Readiness::LoadError { error, .. } = &mut location.readiness else {
            unreachable!("it failed")
        };
        error.class.clear();
        error.excerpt = None;
        error.place = None;
        error.text = (1..=12).map(|number| format!("line {number}\n")).collect();
        let told = plain(&LocationReport::settled(&location));
        assert!(told.contains("  | line 3\n"), "{told}");
        assert!(told.contains("  | line 12\n"), "{told}");
        assert!(!told.contains("line 2\n"), "{told}");
    }

    #[test]
    fn what_is_saved_and_not_loaded_is_not_ready() {
        let ready = Readiness::Ready { at: 1.0, took: 1.0 };
        let mut location = settled(Lifecycle::Running { since: 1.0 }, ready);
        assert!(LocationReport::settled(&location).is_ready());
        location.unloaded = vec!["a.py".to_owned(), "b.py".to_owned()];
        let report = LocationReport::settled(&location);
        assert!(!report.is_ready());
        let told = plain(&report);
        assert!(told.contains("a.py and 1 more was saved"), "{told}");
        assert!(told.contains("`dagdeck reload etl`"), "{told}");
    }

    #[test]
    fn one_that_runs_and_could_not_be_started_any_more_is_not_ready() {
        let ready = Readiness::Ready { at: 1.0, took: 1.0 };
        let mut location = settled(Lifecycle::Running { since: 1.0 }, ready);
        location.blocked = Some("pyproject.toml is not valid TOML.".to_owned());
        let report = LocationReport::settled(&location);
        assert!(!report.is_ready() && report.is_to_explain());
        let told = plain(&report);
        assert!(
            told.contains("as it is now: pyproject.toml is not"),
            "{told}"
        );
    }

    #[test]
    fn one_that_does_not_run_is_never_said_to() {
        let crashed = Lifecycle::Crashed {
            reason: "ended by signal 9 (killed)".to_owned(),
            refusal: None,
            at: 1.0,
            retry_at: None,
            last_lines: Vec::new(),
        };
        let why = Some("It has no environment yet. Sync it to start.".to_owned());
        let mut location = settled(crashed, Readiness::Unknown);
        location.blocked.clone_from(&why);
        assert_eq!(
            plain(&LocationReport::settled(&location)),
            "etl crashed: ended by signal 9 (killed)\n\
             \x20 It could not be started as it is now: It has no environment yet. Sync it to start.\n"
        );
        // Nor is what is wrong with its code kept back.
        let mut location = failed();
        location.blocked = why;
        let told = plain(&LocationReport::settled(&location));
        assert!(told.contains("import panda"), "{told}");
        assert!(told.contains("as it is now: It has no"), "{told}");
    }

    #[test]
    fn one_that_ended_by_itself_is_shown_with_its_last_lines() {
        let crashed = Lifecycle::Crashed {
            reason: "ended with code 1".to_owned(),
            refusal: None,
            at: 1.0,
            retry_at: None,
            last_lines: vec!["Killed".to_owned()],
        };
        let report = LocationReport::settled(&settled(crashed, Readiness::Unknown));
        assert_eq!(
            plain(&report),
            "etl crashed: ended with code 1\n  | Killed\n"
        );
    }
}
