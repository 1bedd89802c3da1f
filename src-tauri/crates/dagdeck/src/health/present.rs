//! The checks' answers, on the wire.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::health::{CHECKS, Does, Finding, Fix, Level, Place, Scope, Service, Show, Subject};

use super::Kept;
use crate::diff;
use crate::operations::command_view;
use crate::session::Session;
use api::{
    self, FindingState, FindingView, FixDoes, FixScreen, FixStep, FixView, HealthGroup,
    HealthScope, HealthView, Millis, PlannedEdit, Severity,
};

/// Everything that is known.
pub(super) fn view(kept: &Kept, session: Option<&Arc<Session>>, checking: bool) -> HealthView {
    let mut findings = Vec::new();
    let mut groups = Vec::new();
    for subject in subjects(session) {
        let (scope, location) = self::subject(&subject);
        let mut passed = 0;
        let mut found = Vec::new();
        for check in CHECKS {
            let Some(outcome) = kept.record.outcome(check, &subject) else {
                continue;
            };
            passed += u32::from(outcome.findings.is_empty());
            let at = api::millis(outcome.at);
            let shown = outcome.findings.iter().enumerate().map(|(number, one)| {
                let id = id(check.id, location.as_deref(), number);
                finding(id, check.id, &subject, one, at, session)
            });
            found.extend(shown);
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.severity));
        findings.extend(found);
        groups.push(HealthGroup {
            name: name(&subject, session),
            scope,
            location,
            passed,
        });
    }
    with_fixes(kept, &mut findings);
    HealthView {
        findings,
        groups,
        checked_at: kept.checked_at,
        checking,
    }
}

/// Names a finding: its check, of which location, the how manieth.
pub(super) fn id(check: &str, location: Option<&str>, number: usize) -> String {
    let location = location.unwrap_or_default();
    format!("{check}:{location}:{number}")
}

/// What is being put right says so; what was put right stays in sight.
fn with_fixes(kept: &Kept, findings: &mut Vec<FindingView>) {
    let mut seen = BTreeSet::new();
    for finding in findings.iter_mut() {
        if let Some(fix) = kept.fixes.get(&finding.id) {
            seen.insert(finding.id.clone());
            if !matches!(fix.state, FindingState::Fixed { .. }) {
                finding.state = fix.state.clone();
            }
        }
    }
    for (id, fix) in kept.fixes.iter().filter(|(id, _)| !seen.contains(*id)) {
        let gone = matches!(fix.state, FindingState::Failed { .. });
        if !gone {
            let finding = FindingView {
                state: fix.state.clone(),
                ..fix.finding.clone()
            };
            debug_assert_eq!(&finding.id, id);
            findings.push(finding);
        }
    }
}

fn subjects(session: Option<&Arc<Session>>) -> Vec<Subject> {
    let mut all = vec![Subject::Machine];
    if let Some(session) = session {
        all.push(Subject::Workspace);
        let reading = session.site.reading();
        let projects = reading.projects.iter();
        all.extend(projects.map(|project| Subject::Project(project.id.clone())));
    }
    all
}

fn name(subject: &Subject, session: Option<&Arc<Session>>) -> String {
    match subject {
        Subject::Machine => "This machine".to_owned(),
        Subject::Workspace => "Workspace".to_owned(),
        Subject::Project(id) => {
            let project = session.and_then(|session| session.site.project(id).ok());
            project.map_or_else(|| id.clone(), |project| project.name)
        }
    }
}

/// A subject: its scope, and the location of a project.
pub(super) fn subject(subject: &Subject) -> (HealthScope, Option<String>) {
    let scope = match subject.scope() {
        Scope::Machine => HealthScope::Machine,
        Scope::Workspace => HealthScope::Workspace,
        Scope::Project => HealthScope::Project,
    };
    match subject {
        Subject::Project(id) => (scope, Some(id.clone())),
        Subject::Machine | Subject::Workspace => (scope, None),
    }
}

fn finding(
    id: String,
    check: &str,
    subject: &Subject,
    found: &Finding,
    at: Millis,
    session: Option<&Arc<Session>>,
) -> FindingView {
    let (scope, location) = self::subject(subject);
    FindingView {
        id,
        check: check.to_owned(),
        scope,
        location,
        severity: match found.level {
            Level::Note => Severity::Note,
            Level::Warning => Severity::Warning,
            Level::Blocker => Severity::Blocker,
        },
        title: found.title.clone(),
        why: found.why.clone(),
        evidence: found.evidence.clone(),
        subject: found.place.as_ref().map(place),
        excerpt: found.excerpt.clone(),
        fix: found.fix.as_ref().map(|one| fix(one, session)),
        state: FindingState::Open,
        at,
    }
}

fn place(place: &Place) -> api::Subject {
    api::Subject {
        path: place.path.display().to_string(),
        line: place.line,
        column: place.column,
    }
}

fn fix(fix: &Fix, session: Option<&Arc<Session>>) -> FixView {
    FixView {
        verb: fix.verb.clone(),
        note: fix.note.clone(),
        safe: fix.is_safe(),
        does: does(&fix.does, session),
    }
}

fn does(does: &Does, session: Option<&Arc<Session>>) -> FixDoes {
    match does {
        Does::Open(at) => FixDoes::Open { subject: place(at) },
        Does::Copy(command) => FixDoes::Copy {
            command: command.clone(),
        },
        Does::Show(show) => {
            let (screen, location) = screen(show);
            FixDoes::Show { screen, location }
        }
        Does::Sync { .. }
        | Does::Run { .. }
        | Does::Change(_)
        | Does::Write { .. }
        | Does::MakeFolder(_)
        | Does::Trash(_)
        | Does::SetAside(_)
        | Does::End(_)
        | Does::UsePort(_)
        | Does::BringUv => FixDoes::Steps {
            steps: steps(does, session),
        },
    }
}

fn screen(show: &Show) -> (FixScreen, Option<String>) {
    match show {
        Show::Packages { project } => (FixScreen::Packages, Some(project.clone())),
        Show::Environment { project } => (FixScreen::Environment, Some(project.clone())),
        Show::Explanation { project } => (FixScreen::Explanation, Some(project.clone())),
        Show::Service(Service::Webserver) => (FixScreen::Webserver, None),
        Show::Service(Service::Daemon) => (FixScreen::Daemon, None),
        Show::AddProjects => (FixScreen::AddProjects, None),
        Show::Settings => (FixScreen::Settings, None),
    }
}

/// What is carried out, step by step.
fn steps(does: &Does, session: Option<&Arc<Session>>) -> Vec<FixStep> {
    let say = |words: String| FixStep {
        words,
        command: None,
        edit: None,
    };
    let edit = |words: String, path: &std::path::Path, before: &str, after: &str| FixStep {
        words,
        command: None,
        edit: Some(PlannedEdit {
            path: path.display().to_string(),
            diff: diff::lines(before, after),
        }),
    };
    match does {
        Does::Sync { project, .. } => vec![FixStep {
            command: session.and_then(|session| session.sync_line(project.as_deref())),
            ..say(
                "Installs what uv.lock names; what runs from it stops and starts again".to_owned(),
            )
        }],
        Does::Run { commands, .. } => commands
            .iter()
            .map(|command| FixStep {
                command: Some(command_view(command)),
                ..say("Runs once".to_owned())
            })
            .collect(),
        Does::Change(change) => vec![edit(
            "Changes the file; what it held is kept, to be taken back".to_owned(),
            &change.path,
            &change.before,
            &change.after,
        )],
        Does::Write { path, text } => {
            vec![edit("Writes a new file".to_owned(), path, "", text)]
        }
        Does::MakeFolder(path) => vec![say(format!("Makes the folder {}", path.display()))],
        Does::Trash(paths) => paths
            .iter()
            .map(|path| say(format!("Moves {} to the trash", path.display())))
            .collect(),
        Does::SetAside(paths) => paths
            .iter()
            .map(|path| say(format!("Renames {}; nothing in it is lost", path.display())))
            .collect(),
        Does::End(pids) => pids
            .iter()
            .map(|pid| say(format!("Ends process {pid} and everything it started")))
            .collect(),
        Does::UsePort(port) => vec![say(format!(
            "Has the Dagster UI use port {port} from now on, in Dagdeck’s settings"
        ))],
        Does::BringUv => vec![say(
            "Brings uv from the package index into Dagdeck’s own folder".to_owned(),
        )],
        Does::Open(_) | Does::Copy(_) | Does::Show(_) => Vec::new(),
    }
}
