//! A Python that the project accepts is on this machine.
//!
//! Only of environments that uv makes. A project whose environment runs with a Python that it accepts needs no other here,
//! whatever is installed.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use process::CommandLine;
use workspace::{EnvironmentSource, Project, python_pin};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{FilePlace, Finding, FindingKey, Level, Subject};
use crate::fix::{Fix, FixAction};
use crate::machine;

pub(crate) static CHECK: Check = Check {
    id: "python-available",
    scope: Scope::Project,
    passes: "A Python that the project accepts is installed",
    why: "requires-python and .python-version may exclude every Python of this machine; then no environment can be made.",
    reads: &[Reads::Files, Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Asking {
        limit: Duration::from_secs(60),
        ask,
        stamp: Some(stamp),
    },
};

/// What a project asks of its Python.
pub(super) struct AskedPython {
    requires: Option<String>,
    pin: Option<String>,
}

impl AskedPython {
    pub(super) fn of(project: &Project) -> Self {
        // In other words than a version it is uv's to understand.
        let plain = |pin: &String| pin.chars().all(|c| c.is_ascii_digit() || c == '.');
        Self {
            requires: project.environment.requires_python.clone(),
            pin: python_pin(&project.folder).filter(plain),
        }
    }

    /// Whether a version meets requires-python and is of the pinned one: `3.12` pins every `3.12.x`.
    pub(super) fn accepts(&self, version: &str) -> bool {
        let dotted = format!("{version}.");
        let pinned = |pin: &String| dotted.starts_with(&format!("{pin}."));
        self.meets_requires(version) && self.pin.as_ref().is_none_or(pinned)
    }

    pub(super) fn meets_requires(&self, version: &str) -> bool {
        let requires = self.requires.as_ref();
        requires.is_none_or(|requires| workspace::meets(version, requires))
    }

    /// What is asked for, as written in the files.
    pub(super) fn words(&self) -> String {
        let requires = self.requires.as_ref();
        let requires = requires.map(|text| format!("requires-python = \"{text}\""));
        let pin = self.pin.as_ref();
        let pin = pin.map(|pin| format!(".python-version: {pin}"));
        let both: Vec<String> = requires.into_iter().chain(pin).collect();
        both.join(", ")
    }
}

/// Whether a Python of this machine will do.
pub(super) fn installed(facts: &Facts, wanted: &AskedPython) -> bool {
    let mut pythons = facts.machine.pythons.iter();
    pythons.any(|python| wanted.accepts(&python.text))
}

/// All that the answer follows from: what is asked for, what the environment has, what is installed.
fn stamp(facts: &Facts, subject: &Subject) -> String {
    let pythons: Vec<&str> = facts
        .machine
        .pythons
        .iter()
        .map(|python| python.text.as_str())
        .collect();
    let wanted = facts.project(subject).map(AskedPython::of);
    let python = facts.project(subject).map(|one| &one.environment.python);
    let words = wanted.map(|wanted| wanted.words());
    format!("{words:?} {python:?} {pythons:?}")
}

fn ask(facts: Arc<Facts>, subject: Subject) -> BoxFuture<'static, Vec<Finding>> {
    async move {
        match facts.project(&subject) {
            Some(project) => judge(&facts, project).await,
            None => Vec::new(),
        }
    }
    .boxed()
}

/// Asks uv which Pythons it would download, where none that is installed will do. A warning where an older environment
/// still runs.
async fn judge(facts: &Facts, project: &Project) -> Vec<Finding> {
    let wanted = AskedPython::of(project);
    let environment = &project.environment;
    let fits = environment.can_run()
        && environment
            .python
            .as_deref()
            .is_some_and(|python| wanted.accepts(python));
    let ours = matches!(
        environment.source,
        EnvironmentSource::Own | EnvironmentSource::UvWorkspace
    );
    let Some(uv) = facts.uv() else {
        return Vec::new();
    };
    if fits || !ours || installed(facts, &wanted) {
        return Vec::new();
    }
    let level = if environment.can_run() {
        Level::Warning
    } else {
        Level::Blocker
    };
    let downloads = machine::downloadable(&facts.table, &facts.folder, uv).await;
    let downloads = downloads.unwrap_or_default();
    let download = downloads.iter().find(|version| wanted.accepts(version));
    let finding = match download {
        Some(version) => {
            let install = CommandLine::new(uv, &facts.folder)
                .args(["python", "install", "--no-bin"])
                .arg(version);
            let install = FixAction::Run {
                commands: vec![install],
                safe: true,
            };
            Finding::new(
                FindingKey::ONLY,
                level,
                "No Python on this machine fits the project",
                "No environment can be made until there is one. uv brings it into its own folder; nothing system-wide changes.",
            )
            .fix(Fix::new(format!("Install Python {version}"), install).note("about 35 MB"))
        }
        None => {
            let file = match &wanted.pin {
                Some(_) if !downloads.iter().any(|one| wanted.meets_requires(one)) => {
                    "pyproject.toml"
                }
                Some(_) => ".python-version",
                None => "pyproject.toml",
            };
            let place = FilePlace::of(project.folder.join(file));
            Finding::new(
                FindingKey::ONLY,
                level,
                "No Python fits the project, here or for download",
                format!("No environment can be made until {file} asks for a Python that exists."),
            )
            .at(place.clone())
            .fix(Fix::new(format!("Open {file}"), FixAction::Open(place)))
        }
    };
    let here: Vec<&str> = facts
        .machine
        .pythons
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    let here = match here.is_empty() {
        true => "none here".to_owned(),
        false => format!("here: {}", here.join(", ")),
    };
    vec![finding.seen(wanted.words()).seen(here)]
}
