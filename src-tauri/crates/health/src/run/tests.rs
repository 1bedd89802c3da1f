use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::facts::MachineFacts;
use crate::finding::{FindingKey, Level};

/// A table of processes whose guard waits for the end and does nothing.
pub(crate) fn table(folder: &std::path::Path) -> process::Table {
    let guard = process::GuardProgram {
        program: "sh".into(),
        arguments: ["-c", "cat > /dev/null"].map(Into::into).into(),
    };
    process::Table::open(folder, guard).unwrap().0
}

fn facts(folder: &std::path::Path) -> Arc<Facts> {
    Arc::new(Facts {
        table: Arc::new(table(folder)),
        ended: process::CancellationToken::new(),
        folder: folder.to_owned(),
        machine: MachineFacts::default(),
        workspace: None,
    })
}

const fn of_machine(id: &'static str, judge: Judge) -> Check {
    Check {
        id,
        scope: Scope::Machine,
        passes: "All is well",
        why: "",
        reads: &[Reads::Machine],
        needs: Needs::Nothing,
        judge,
    }
}

static CRASHES: Check = of_machine("crashes", Judge::Machine(|_| panic!("as it should")));
static HANGS: Check = of_machine(
    "hangs",
    Judge::Asking {
        limit: Duration::from_millis(20),
        ask: |_, _| Box::pin(std::future::pending()),
        stamp: None,
    },
);
static FINDS: Check = of_machine(
    "finds",
    Judge::Machine(|_| vec![Finding::note(FindingKey::ONLY, "Something", "")]),
);

#[tokio::test]
async fn one_that_crashes_or_hangs_is_a_finding_and_the_rest_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let facts = facts(folder.path());
    let mut record = Record::default();
    let checks: [&Check; 3] = [&CRASHES, &HANGS, &FINDS];
    run_of(&checks, &facts, &Request::all(), &mut record).await;
    let told = |check: &Check| {
        let outcome = record.outcome(check, &Subject::Machine).unwrap();
        (outcome.findings[0].level, outcome.findings[0].title.clone())
    };
    let unchecked = "“All is well” could not be checked".to_owned();
    assert_eq!(told(&CRASHES), (Level::Warning, unchecked.clone()));
    assert_eq!(told(&HANGS), (Level::Warning, unchecked));
    assert_eq!(told(&FINDS), (Level::Note, "Something".to_owned()));
}

static MADE: AtomicUsize = AtomicUsize::new(0);
static COUNTED: Check = of_machine(
    "counted",
    Judge::Asking {
        limit: Duration::from_secs(5),
        ask: |_, _| {
            MADE.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Vec::new() })
        },
        stamp: Some(|_, _| "the same".to_owned()),
    },
);

#[tokio::test]
async fn an_answer_stands_until_what_it_depends_on_changes_or_the_person_asks() {
    let folder = tempfile::tempdir().unwrap();
    let facts = facts(folder.path());
    let mut record = Record::default();
    let checks: [&Check; 1] = [&COUNTED];
    let made = || MADE.load(Ordering::Relaxed);
    run_of(
        &checks,
        &facts,
        &Request::changed([Reads::Files]),
        &mut record,
    )
    .await;
    assert_eq!(made(), 0, "it does not depend on files");
    run_of(&checks, &facts, &Request::all(), &mut record).await;
    run_of(&checks, &facts, &Request::all(), &mut record).await;
    assert_eq!(made(), 1);
    run_of(&checks, &facts, &Request::asked(), &mut record).await;
    assert_eq!(made(), 2);
}

#[test]
fn two_requests_ask_for_what_either_asks_for() {
    let some = Request::changed([Reads::Files]).and(Request::changed([Reads::Load]));
    assert_eq!(some, Request::changed([Reads::Files, Reads::Load]));
    assert!(some.clone().and(Request::asked()).asked);
    assert_eq!(some.and(Request::all()), Request::all());
}

static FINDS_TWICE: Check = of_machine(
    "finds-twice",
    Judge::Machine(|_| {
        let one = |title| Finding::note(FindingKey::of("same"), title, "");
        vec![one("One"), one("Other")]
    }),
);

#[tokio::test]
#[should_panic(expected = "finds-twice of Machine finds several things with one key")]
async fn two_findings_with_one_key_are_a_fault_of_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let facts = facts(folder.path());
    let checks: [&Check; 1] = [&FINDS_TWICE];
    run_of(&checks, &facts, &Request::all(), &mut Record::default()).await;
}
