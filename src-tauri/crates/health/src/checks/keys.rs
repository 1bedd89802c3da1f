//! Findings are known again: their keys are their own, and stay when others come, go or change places.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use workspace::Reading;

use super::CHECKS;
use crate::check::Judge;
use crate::facts::{Crash, Facts, Service};
use crate::finding::{Finding, FindingKey, Subject};
use crate::record::twice;
use crate::test_support::{self, Trial};

/// A finding's check, subject and key.
type Id = (&'static str, Subject, FindingKey);

/// What tells that a finding is the same without its key: its check and subject, its words without numbers, its file, and
/// its line, which nothing here changes.
type Content = (&'static str, Subject, String, Option<PathBuf>, Option<u32>);

/// What every check finds that only reads.
fn found(facts: &Facts) -> BTreeMap<Id, Content> {
    let mut all = BTreeMap::new();
    for subject in facts.subjects() {
        for check in CHECKS.iter().filter(|one| one.scope == subject.scope()) {
            let findings = judged(check.judge, facts, &subject);
            assert_eq!(twice(&findings), [&FindingKey::ONLY; 0], "{}", check.id);
            for one in findings {
                let words = one.title.replace(|c: char| c.is_ascii_digit(), "");
                let (file, line) = one.place.map(|one| (one.path, one.line)).unzip();
                let line = line.flatten();
                let content = (check.id, subject.clone(), words, file, line);
                all.insert((check.id, subject.clone(), one.key), content);
            }
        }
    }
    all
}

fn judged(judge: Judge, facts: &Facts, subject: &Subject) -> Vec<Finding> {
    let workspace = facts.workspace.as_ref();
    match judge {
        Judge::Machine(judge) => judge(facts),
        Judge::Workspace(judge) => workspace.map_or_else(Vec::new, |one| judge(facts, one)),
        Judge::Project(judge) => match (workspace, facts.project(subject)) {
            (Some(workspace), Some(project)) => judge(facts, workspace, project),
            _ => Vec::new(),
        },
        // What runs something is tried in its own tests.
        Judge::Asking { .. } => Vec::new(),
    }
}

fn reading(facts: &mut Facts) -> &mut Reading {
    Arc::make_mut(&mut facts.workspace.as_mut().unwrap().reading)
}

fn turned_around(facts: &mut Facts) {
    let reading = reading(facts);
    reading.problems.reverse();
    reading.projects.reverse();
    for project in &mut reading.projects {
        project.problems.reverse();
    }
    facts.workspace.as_mut().unwrap().crashes.reverse();
}

fn without_the_first(facts: &mut Facts) {
    let reading = reading(facts);
    let first = |all: &mut Vec<_>| drop(all.drain(..1.min(all.len())));
    first(&mut reading.problems);
    for project in &mut reading.projects {
        first(&mut project.problems);
    }
    reading.projects.drain(..1.min(reading.projects.len()));
    let crashes = &mut facts.workspace.as_mut().unwrap().crashes;
    crashes.drain(..1.min(crashes.len()));
}

/// Asserts that what is still found has the key that it had; answers how many findings have a neighbour of their own check.
fn are_known_again(what: &str, facts: &mut Facts) -> usize {
    let before = found(facts);
    turned_around(facts);
    // The first of several lines leads their finding.
    let unplaced = |all: &BTreeMap<Id, Content>| -> BTreeMap<Id, Content> {
        let all = all.iter();
        all.map(|(id, one)| {
            let (check, subject, words, file, _) = one.clone();
            (id.clone(), (check, subject, words, file, None))
        })
        .collect()
    };
    assert_eq!(
        unplaced(&found(facts)),
        unplaced(&before),
        "{what}, turned around"
    );
    turned_around(facts);
    without_the_first(facts);
    let ids: BTreeMap<&Content, &Id> = before.iter().map(|(id, one)| (one, id)).collect();
    for (id, content) in &found(facts) {
        if let Some(was) = ids.get(content) {
            assert_eq!(*was, id, "{what}, with less around it");
        }
    }
    let all = before.keys();
    let beside = |one: &&Id| {
        let same = before
            .keys()
            .filter(|other| (&other.0, &other.1) == (&one.0, &one.1));
        same.count() > 1
    };
    all.filter(beside).count()
}

#[test]
fn in_every_fixture_findings_are_known_again() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/workspaces");
    let mut neighbours = 0;
    let mut fixtures: Vec<_> = fs_err::read_dir(fixtures)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    fixtures.sort_by_key(fs_err::DirEntry::path);
    for fixture in fixtures {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::of(&fixture.path(), state.path());
        let what = fixture.file_name().to_string_lossy().into_owned();
        neighbours += are_known_again(&what, &mut facts);
    }
    assert!(neighbours > 20, "only {neighbours} could be mistaken");
}

#[test]
fn of_a_workspace_full_of_faults_findings_are_known_again() {
    let trial = Trial::workspace(&["a/etl", "b/etl", "c/etl", "gone", "gone-too"]);
    fs_err::remove_dir_all(trial.root.join("projects/gone")).unwrap();
    fs_err::remove_dir_all(trial.root.join("projects/gone-too")).unwrap();
    let odd = "A=1\nodd line\nB=2\nanother odd line\n";
    fs_err::write(trial.root.join(".env"), odd).unwrap();
    let config = trial.root.join("dg.toml");
    let text = fs_err::read_to_string(&config).unwrap();
    let text = text.replace("[workspace]\n", "[workspace]\nfirst = 1\nsecond = 2\n");
    fs_err::write(&config, text).unwrap();
    let variables = [
        ("PYTHONPATH", "/odd"),
        ("PYTHONHOME", "/odd"),
        ("HTTPS_PROXY", "ftp://odd"),
        ("HTTP_PROXY", "ftp://odd"),
        ("SSL_CERT_FILE", "/odd"),
    ];
    let mut facts = test_support::of_with(&trial.root, &trial.state, &variables);
    let crashed = |service| (service, Crash::default());
    facts.workspace.as_mut().unwrap().crashes =
        [Service::Webserver, Service::Daemon].map(crashed).to_vec();
    let found = found(&facts);
    let count = |check: &str| found.keys().filter(|id| id.0 == check).count();
    for (check, wanted) in [
        ("services-up", 2),
        ("variables-kept-back", 2),
        ("network-variables", 3),
        ("projects-present", 2),
        ("names-differ", 4),
        ("settings-understood", 2),
        ("settings-readable", 1),
    ] {
        assert_eq!(count(check), wanted, "{check}: {found:#?}");
    }
    are_known_again("full of faults", &mut facts);
}
