//! What is said at the end of what runs is true, whoever ends it and however.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{TestWorkspace, dagsters, mentioning, wait_until, wait_until_none_mentions};

use crate::command::{dagdeck, printed};
use crate::hosted::owners;

const PROJECT: &str = "data-engineering";
const SOON: Duration = Duration::from_secs(20);

/// An `up` that shows what runs.
struct Shown {
    child: Child,
    out: BufReader<ChildStdout>,
    printed: String,
}

/// How it ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    printed: String,
    said: String,
}

impl Shown {
    /// Starts it, and waits until it has said this.
    fn until(workspace: &TestWorkspace, more: &[&str], word: &str) -> Self {
        let mut child = dagdeck(workspace)
            .arg("up")
            .arg(workspace.path())
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut shown = Self {
            child,
            out,
            printed: String::new(),
        };
        while !shown.printed.lines().any(|line| line.contains(word)) {
            let read = shown.out.read_line(&mut shown.printed).unwrap();
            assert!(
                read > 0,
                "it ended before it said {word}: {}",
                shown.printed
            );
        }
        shown
    }

    fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    fn ended(mut self) -> Ended {
        self.out.read_to_string(&mut self.printed).unwrap();
        let ended = self.child.wait_with_output().unwrap();
        Ended {
            code: ended.status.code(),
            printed: self.printed,
            said: String::from_utf8_lossy(&ended.stderr).into_owned(),
        }
    }
}

fn signal(pid: u32, name: &str) {
    let words = [format!("-{name}"), pid.to_string()];
    let sent = Command::new("kill").args(words).status().unwrap();
    assert!(sent.success(), "{name} to {pid}");
}

async fn down(workspace: &TestWorkspace) -> Output {
    let mut command = dagdeck(workspace);
    command.arg("down").arg(workspace.path());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

/// The guards that have to do with a workspace.
fn guards(workspace: &TestWorkspace) -> Vec<u32> {
    let all = mentioning(&[workspace.around()]);
    let guards = all.iter().filter(|process| {
        let words = &process.arguments;
        words.get(1).is_some_and(|word| word == "guard")
    });
    guards.map(|process| process.pid).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_what_another_stops_says_so_and_nobody_says_it_early() {
    let workspace = TestWorkspace::of(PROJECT);
    let root = workspace.path();
    let launched = Shown::until(&workspace, &["--trust"], "ready ");
    let joined = Shown::until(&workspace, &[], "ready ");
    let told = Shown::until(&workspace, &["--json"], "\"event\":\"ready\"");

    let each = async || {
        let output = down(&workspace).await;
        (output, dagsters_left(&root))
    };
    let (one, two, three) = tokio::join!(each(), each(), each());
    for (output, left) in [one, two, three] {
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(left.is_empty(), "{left:?} ran on after {output:?}");
        assert!(printed(&output).starts_with("stopped"), "{output:?}");
    }
    let none = down(&workspace).await;
    assert!(printed(&none).starts_with("nothing of"), "{none:?}");

    for shown in [launched, joined, told] {
        let ended = shown.ended();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.printed.contains("stopped"), "{ended:?}");
        assert!(!ended.printed.contains("detached"), "{ended:?}");
        // The end of the process can be heard before that of the workspace.
        let reasons = ["It was stopped", "has ended, and with it all that it ran"];
        let told = reasons.iter().any(|reason| ended.said.contains(reason));
        assert!(told, "{ended:?}");
    }
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// The same as [`dagsters`], where none may be left.
fn dagsters_left(root: &std::path::Path) -> Vec<String> {
    let all = mentioning(&[root]);
    let left = all.iter().filter(|process| process.says("dagster"));
    let left = left.filter(|process| !process.program.ends_with("dagdeck"));
    left.map(|process| process.line()).collect()
}

/// Launches it, halts the guard and kills the owner; answers the guard and what runs of Dagster.
async fn left_to_a_hung_guard(workspace: &TestWorkspace) -> (u32, Vec<u32>) {
    let launched = Shown::until(workspace, &["--trust", "--detach"], "detached").ended();
    assert_eq!(launched.code, Some(0), "{launched:?}");
    let before = dagsters(&workspace.path());
    let (owner, guards) = (owners(workspace.around()), guards(workspace));
    assert_eq!((owner.len(), guards.len()), (1, 1));
    // Halted first, for a guard ends what a dead owner left, and an owner starts a new guard.
    signal(guards[0], "STOP");
    signal(owner[0], "KILL");
    wait_until("the owner is gone", SOON, async || {
        owners(workspace.around()).is_empty()
    })
    .await;
    (guards[0], before)
}

#[tokio::test(flavor = "multi_thread")]
async fn down_ends_what_outlived_its_owner_and_its_guard() {
    let workspace = TestWorkspace::of(PROJECT);
    let root = workspace.path();
    let (guard, before) = left_to_a_hung_guard(&workspace).await;
    signal(guard, "KILL");
    wait_until("the guard is gone", SOON, async || {
        self::guards(&workspace).is_empty()
    })
    .await;
    assert_eq!(dagsters(&root), before, "nobody is there to end it");

    let output = down(&workspace).await;
    assert!(printed(&output).starts_with("stopped"), "{output:?}");
    let left = mentioning(&[workspace.around()]);
    assert!(left.is_empty(), "{left:?}");
}

/// What `status --json` answers, and what it says beside.
fn status(workspace: &TestWorkspace) -> (Value, String) {
    let mut command = dagdeck(workspace);
    let words = ["status", "--json"];
    let output = command.args(words).arg(workspace.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_asks_meanwhile_takes_an_end_for_a_hang() {
    let workspace = TestWorkspace::of(PROJECT);
    for how in ["Ctrl-C", "down", "kill"] {
        let shown = Shown::until(&workspace, &["--trust"], "ready ");
        let owner = owners(workspace.around());
        assert_eq!(owner.len(), 1);
        let down = (how == "down").then(|| {
            let mut command = dagdeck(&workspace);
            command
                .arg("down")
                .arg(workspace.path())
                .stdout(Stdio::null());
            command.spawn().unwrap()
        });
        match how {
            "Ctrl-C" => shown.signal("INT"),
            "kill" => signal(owner[0], "KILL"),
            _ => {}
        }
        let mut going = 0;
        loop {
            let (told, said) = status(&workspace);
            assert_eq!(said, "", "{how}: {told:#}");
            assert_eq!(told["still_ending"], Value::Null, "{how}");
            let owner = &told["owner"];
            if owner.is_null() {
                break;
            }
            assert_eq!(owner["answers"], true, "{how}: {owner}");
            going += usize::from(owner["goes"] == true);
        }
        assert_eq!(dagsters_left(&workspace.path()), [""; 0], "{how}");
        assert_eq!(going > 0, how != "kill", "{how}");
        let ended = shown.ended();
        // Ctrl-C is how it is ended; who ends it another way is told.
        let code = i32::from(how != "Ctrl-C");
        assert_eq!(ended.code, Some(code), "{how}: {ended:?}");
        if let Some(mut down) = down {
            assert!(down.wait().unwrap().success());
        }
        wait_until_none_mentions(&[workspace.around()]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_whose_owner_goes_meanwhile_looks_itself_and_calls_nothing_well_that_it_did_not_see()
 {
    let workspace = TestWorkspace::of(PROJECT);
    let shown = Shown::until(&workspace, &["--trust"], "ready ");
    let mut doctor = dagdeck(&workspace);
    doctor.args(["doctor", "--json"]).arg(workspace.path());
    let looks = tokio::task::spawn_blocking(move || doctor.output().unwrap());
    wait_until("the owner looks for it", SOON, async || {
        status(&workspace).0["owner"]["terminals"] == 2
    })
    .await;
    shown.signal("INT");
    let doctor = looks.await.unwrap();
    let said = String::from_utf8(doctor.stderr).unwrap();
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    assert!(
        said.contains("this terminal looks itself"),
        "{said} {report:#}"
    );
    let checks = report["checks"].as_array().unwrap();
    let of_project = checks.iter().filter(|one| one["scope"] == "project");
    assert!(of_project.count() > 10, "{said} {checks:?}");
    assert_eq!(shown.ended().code, Some(0));
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_hangs_is_told_by_whoever_looks() {
    let workspace = TestWorkspace::of(PROJECT);
    let (guard, _) = left_to_a_hung_guard(&workspace).await;
    let kill = format!("kill -9 {guard}");

    let (told, said) = status(&workspace);
    assert_eq!(told["owner"], Value::Null);
    assert_eq!(told["still_ending"], json!({"guard": guard}));
    assert!(said.contains(&kill), "{said}");

    let mut doctor = dagdeck(&workspace);
    doctor.args(["doctor", "--json"]).arg(workspace.path());
    let doctor = doctor.output().unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let mut findings = report["findings"].as_array().unwrap().iter();
    let finding = findings.find(|one| one["check"] == "owner-answers");
    let fix = &finding.unwrap()["fix"]["does"];
    assert_eq!(*fix, json!({"kind": "copy", "command": kill}));
    // It looks with a table of its own, and that ends what nobody else will.
    let said = String::from_utf8(doctor.stderr).unwrap();
    let hangs = format!("whose guard hangs (pid {guard})");
    assert!(said.contains(&hangs), "{said}");
    assert_eq!(dagsters_left(&workspace.path()), [""; 0]);

    signal(guard, "KILL");
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_terminal_was_told_to_leave_running_goes_on_when_the_one_that_launched_it_ends() {
    let workspace = TestWorkspace::of(PROJECT);
    let launched = Shown::until(&workspace, &["--trust"], "ready ");
    let before = dagsters(&workspace.path());
    let detached = Shown::until(&workspace, &["--detach"], "detached").ended();
    assert_eq!(detached.code, Some(0), "{detached:?}");

    launched.signal("INT");
    let ended = launched.ended();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.said.contains("Stopping"), "{ended:?}");
    assert!(ended.said.contains("left running"), "{ended:?}");
    assert!(ended.printed.contains("\ndetached: "), "{ended:?}");
    assert_eq!(dagsters(&workspace.path()), before);

    let output = down(&workspace).await;
    assert!(printed(&output).starts_with("stopped"), "{output:?}");
    wait_until_none_mentions(&[workspace.around()]).await;
}
