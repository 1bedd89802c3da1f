//! The checks' answers, on the wire.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ::health::{
    CHECKS, FilePlace, Finding, FindingKey, Fix, FixAction, Key, Level, Scope, Service, Show,
    Subject,
};

use super::CheckState;
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis::Basis;
use crate::operations::diff;
use crate::operations::projects::file_name;
use crate::present::command_view;
use api::{
    self, FindingState, FindingView, FixDoes, FixScreen, FixStep, FixView, HealthGroup,
    HealthScope, HealthView, Millis, PlannedEdit, Severity,
};

/// Everything that is known.
pub(super) fn view(
    state: &CheckState,
    session: Option<&Arc<OpenWorkspace>>,
    checking: bool,
) -> HealthView {
    let mut findings = Vec::new();
    let mut groups = Vec::new();
    for subject in subjects(session) {
        let (scope, location) = self::subject(&subject);
        let mut passed = 0;
        let mut found = Vec::new();
        for check in CHECKS {
            let Some(outcome) = state.record.outcome(check, &subject) else {
                continue;
            };
            passed += u32::from(outcome.findings.is_empty());
            let at = api::millis(outcome.at);
            let key = Key {
                subject: subject.clone(),
                check: check.id,
            };
            let findings = outcome.findings.iter();
            let shown = findings.map(|one| finding(&key, one, at, session));
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
    with_fixes(state, &mut findings);
    HealthView {
        findings,
        groups,
        checked_at: state.checked_at,
        checking,
    }
}

/// Names a finding: its check, of which location, and what it is about; the same in every round that finds it.
pub(super) fn id(check: &Key, key: &FindingKey) -> String {
    let (_, location) = subject(&check.subject);
    let location = location.unwrap_or_default();
    format!("{}:{location}:{}", check.check, key.as_str())
}

/// What is being put right says so; what was put right stays in sight.
fn with_fixes(state: &CheckState, findings: &mut Vec<FindingView>) {
    let mut seen = BTreeSet::new();
    for finding in findings.iter_mut() {
        if let Some(fix) = state.fixes.get(&finding.id) {
            seen.insert(finding.id.clone());
            if !matches!(fix.state, FindingState::Fixed { .. }) {
                finding.state = fix.state.clone();
            }
        }
    }
    for (id, fix) in state.fixes.iter().filter(|(id, _)| !seen.contains(*id)) {
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

/// The machine, and what is open: the workspace and each of its projects.
fn subjects(session: Option<&Arc<OpenWorkspace>>) -> Vec<Subject> {
    let mut all = vec![Subject::Machine];
    if let Some(session) = session {
        all.push(Subject::Workspace);
        let reading = session.facts.reading();
        let projects = reading.projects.iter();
        all.extend(projects.map(|project| Subject::Project(project.id.clone())));
    }
    all
}

/// What a group of checks is called: its location's name, or its id once that is gone.
fn name(subject: &Subject, session: Option<&Arc<OpenWorkspace>>) -> String {
    match subject {
        Subject::Machine => "This machine".to_owned(),
        Subject::Workspace => "Workspace".to_owned(),
        Subject::Project(id) => {
            let project = session.and_then(|session| session.facts.project(id).ok());
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

/// One finding of a check.
pub(super) fn finding(
    check: &Key,
    found: &Finding,
    at: Millis,
    session: Option<&Arc<OpenWorkspace>>,
) -> FindingView {
    let (scope, location) = subject(&check.subject);
    FindingView {
        id: id(check, &found.key),
        check: check.check.to_owned(),
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

/// A place in a file, on the wire.
fn place(place: &FilePlace) -> api::Subject {
    api::Subject {
        path: place.path.display().to_string(),
        line: place.line,
        column: place.column,
    }
}

/// A fix as it is shown, with a basis that names all of it: a click gets what was on screen, or nothing.
fn fix(fix: &Fix, session: Option<&Arc<OpenWorkspace>>) -> FixView {
    let (safe, does) = (fix.is_safe(), does(&fix.action, session));
    let mut basis = Basis::default();
    if let FixDoes::Steps { steps } = &does {
        for edit in steps.iter().filter_map(|step| step.edit.as_ref()) {
            basis.read(file_name(Path::new(&edit.path)), edit);
        }
    }
    basis.runs(format!("the fix “{}”", fix.verb), &(&fix.note, safe, &does));
    FixView {
        basis: basis.to_string(),
        verb: fix.verb.clone(),
        note: fix.note.clone(),
        safe,
        does,
    }
}

/// What pressing its button does, with each command and each change of a file.
fn does(action: &FixAction, session: Option<&Arc<OpenWorkspace>>) -> FixDoes {
    match action {
        FixAction::Open(at) => FixDoes::Open { subject: place(at) },
        FixAction::Copy(command) => FixDoes::Copy {
            command: command.clone(),
        },
        FixAction::Show(show) => {
            let (screen, location) = screen(show);
            FixDoes::Show { screen, location }
        }
        FixAction::Sync { .. }
        | FixAction::Run { .. }
        | FixAction::Change(_)
        | FixAction::Write { .. }
        | FixAction::MakeFolder(_)
        | FixAction::Trash(_)
        | FixAction::SetAside(_)
        | FixAction::End(_)
        | FixAction::UsePort(_)
        | FixAction::BringUv => FixDoes::Steps {
            steps: steps(action, session),
        },
    }
}

/// The part of the window where a person decides, and of which location.
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
fn steps(action: &FixAction, session: Option<&Arc<OpenWorkspace>>) -> Vec<FixStep> {
    let say = |words: String| FixStep {
        words,
        command: None,
        edit: None,
    };
    let edit = |words: String, path: &Path, before: &str, after: &str| FixStep {
        words,
        command: None,
        edit: Some(PlannedEdit {
            path: path.display().to_string(),
            diff: diff::lines(before, after),
        }),
    };
    match action {
        FixAction::Sync { project, .. } => vec![FixStep {
            command: session.and_then(|session| session.sync_line(project.as_deref())),
            ..say(
                "Installs what uv.lock names; what runs from it stops and starts again".to_owned(),
            )
        }],
        FixAction::Run { commands, .. } => commands
            .iter()
            .map(|command| FixStep {
                command: Some(command_view(command)),
                ..say("Runs once".to_owned())
            })
            .collect(),
        FixAction::Change(change) => vec![edit(
            "Changes the file; what it held is state, to be taken back".to_owned(),
            &change.path,
            &change.before,
            &change.after,
        )],
        FixAction::Write { path, text } => {
            vec![edit("Writes a new file".to_owned(), path, "", text)]
        }
        FixAction::MakeFolder(path) => vec![say(format!("Makes the folder {}", path.display()))],
        FixAction::Trash(paths) => paths
            .iter()
            .map(|path| say(format!("Moves {} to the trash", path.display())))
            .collect(),
        FixAction::SetAside(paths) => paths
            .iter()
            .map(|path| say(format!("Renames {}; nothing in it is lost", path.display())))
            .collect(),
        FixAction::End(pids) => pids
            .iter()
            .map(|pid| say(format!("Ends process {pid} and everything it started")))
            .collect(),
        FixAction::UsePort(port) => vec![say(format!(
            "Has the Dagster UI use port {port} from now on, in Dagdeck’s settings"
        ))],
        FixAction::BringUv => vec![say(
            "Brings uv from the package index into Dagdeck’s own folder".to_owned(),
        )],
        FixAction::Open(_) | FixAction::Copy(_) | FixAction::Show(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::basis;
    use workspace::edit::Edit;

    fn shown(action: FixAction) -> String {
        let one = Fix {
            verb: "Ignore it".into(),
            note: None,
            action,
        };
        fix(&one, None).basis
    }

    #[test]
    fn a_fix_that_was_shown_holds_and_another_is_refused_with_what_moved() {
        let change = |before: &str| {
            shown(FixAction::Change(Edit {
                path: "/w/.gitignore".into(),
                before: before.into(),
                after: format!("{before}.venv/\n"),
            }))
        };
        assert_eq!(
            basis::require(&change("dist/\n"), &change("dist/\n")),
            Ok(())
        );
        let refused = basis::require(&change("dist/\n"), &change("build/\n")).unwrap_err();
        assert_eq!(refused.parts, [".gitignore"]);
        let end = |pid| shown(FixAction::End(vec![pid]));
        assert_eq!(basis::require(&end(1), &end(1)), Ok(()));
        let refused = basis::require(&end(1), &end(2)).unwrap_err();
        assert_eq!(refused.parts, ["the fix “Ignore it”"]);
    }
}
