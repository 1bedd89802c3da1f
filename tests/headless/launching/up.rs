//! `dagdeck up`: launches, and leaves nothing behind however it ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use api::protocol::frozen::HostKind;
use attach::{Introduction, Owner};
use serve::Card;
use testkit::{Graphql, TestWorkspace, all_dagsters, dagsters, wait_until_none_mentions};

use crate::command::{Up, dagdeck, printed};
use crate::hosted::{LOOKING, WINDOW, host, reach};

const STARTING: Duration = Duration::from_secs(240);
const ENDING: Duration = Duration::from_secs(60);
/// How long stopping and the last words may take while nobody reads: much less than it would take a person to look.
const LAPSE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn serves_all_locations_until_asked_to_end() {
    let workspace = TestWorkspace::copy();
    for signal in ["TERM", "INT"] {
        let mut up = Up::start(&workspace);
        let graphql = Graphql::new(&up.address());
        graphql
            .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
            .await;
        up.signal(signal);
        up.ended(ENDING).await;
        wait_until_none_mentions(&[workspace.around()]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_nothing_behind_when_killed() {
    let workspace = TestWorkspace::copy();
    let mut up = Up::start(&workspace);
    Graphql::new(&up.address())
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
    up.signal("KILL");
    up.ended(ENDING).await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[test]
fn fails_when_nothing_can_be_served() {
    let workspace = TestWorkspace::copy();
    for project in ["data-engineering", "data-science"] {
        let broken = workspace.definitions(project).join("broken.py");
        fs_err::write(broken, "import no_such_library\n").unwrap();
    }
    let output = dagdeck(&workspace)
        .arg("up")
        .arg(workspace.path())
        .args(["--trust"])
        .output()
        .unwrap();
    let told = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("no_such_library"), "{told}");
}

/// Code that prints much more than a terminal shows in time, and never stops.
const FLOOD: &str = "\
import threading
import time


def flood():
    while True:
        print((\"x\" * 180 + \"\\n\") * 200, end=\"\", flush=True)
        time.sleep(0.02)


threading.Thread(target=flood, daemon=True).start()
";

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_holds_up_neither_the_end_of_a_launch_nor_a_signal() {
    let workspace = TestWorkspace::of("data-engineering");
    let flood = workspace.definitions("data-engineering").join("flood.py");
    fs_err::write(flood, FLOOD).unwrap();
    let detached = joined(&workspace, &["--trust", "--detach"], "CONT").await;
    assert_eq!(detached.code, Some(0));
    let about = ["is ready", "\nready http", "\ndetached: "];
    assert!(about.iter().all(|words| detached.printed.contains(words)));
    down(&workspace).await;

    // Nobody reads what it prints.
    let mut command = dagdeck(&workspace);
    command.arg("up").arg(workspace.path()).arg("--trust");
    let (kept, stdout) = std::io::pipe().unwrap();
    let mut unread = Up::printing(command, stdout.into());
    let graphql = Graphql::new(&unread.address());
    graphql
        .wait_until_loaded(&["data-engineering"], STARTING)
        .await;
    unread.signal("INT");
    let ended = tokio::time::timeout(LAPSE, unread.ended(ENDING)).await;
    assert!(ended.is_ok(), "it ends with what it ran");
    drop(kept);
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_joins_and_leaves() {
    let workspace = TestWorkspace::copy();
    let mut first = Up::start(&workspace);
    let graphql = Graphql::new(&first.address());
    graphql
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
    let before = all_dagsters(&workspace.path(), STARTING).await;

    let joined = joined(&workspace, &["--port", "1"], "INT").await;
    assert_eq!(joined.code, Some(0), "{joined:?}");
    let ready = format!("ready {}, 2 of 2 locations", first.address());
    assert!(joined.printed.contains(&ready), "{joined:?}");
    assert!(joined.printed.contains("detached"), "{joined:?}");
    assert!(joined.said.contains("runs already at"), "{joined:?}");
    assert!(joined.said.contains("Port 1 was not taken"), "{joined:?}");
    assert_eq!(dagsters(&workspace.path()), before);

    first.signal("INT");
    first.ended(ENDING).await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_detached_goes_on_whoever_looks_and_goes() {
    let workspace = TestWorkspace::copy();
    let mut command = dagdeck(&workspace);
    command
        .arg("up")
        .arg(workspace.path())
        .args(["--trust", "--detach"]);
    let mut detached = Up::started(command);
    let address = detached.address();
    assert_eq!(detached.ended(STARTING).await, Some(0));
    let graphql = Graphql::new(&address);
    graphql
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
    let before = all_dagsters(&workspace.path(), STARTING).await;
    // One that joins only looks: killed, it takes nothing with it.
    let joined = joined(&workspace, &[], "KILL").await;
    assert!(joined.printed.contains("ready"), "{joined:?}");
    assert_eq!(dagsters(&workspace.path()), before);

    down(&workspace).await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_window_shows_goes_on_when_the_terminal_that_launched_it_is_told_to_end() {
    let workspace = TestWorkspace::of("data-engineering");
    let reach = reach(&workspace.path(), &workspace.state());
    let window = host(&reach, WINDOW).await;
    let launched = joined(&workspace, &["--trust"], "INT").await;
    assert_eq!(launched.code, Some(0), "{launched:?}");
    assert!(!launched.said.contains("Stopping"), "{launched:?}");
    let one_truth = "A Dagdeck window shows this workspace: what runs goes on";
    assert!(launched.said.contains(one_truth), "{launched:?}");
    assert!(launched.printed.contains("\ndetached: "), "{launched:?}");
    assert!(!launched.printed.contains("\nstopped"), "{launched:?}");
    assert!(!dagsters(&workspace.path()).is_empty());
    drop(window);
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_environment_is_named_and_a_restart_takes_this_one() {
    let workspace = TestWorkspace::of("data-engineering");
    let reach = reach(&workspace.path(), &workspace.state());
    let detached = joined(&workspace, &["--trust", "--detach"], "CONT").await;
    assert_eq!(detached.code, Some(0), "{detached:?}");
    let before = host(&reach, LOOKING).await;
    let variable = [("UV_HTTP_TIMEOUT", "77")];

    let same = joined_with(&workspace, &variable, &["--detach"], "CONT").await;
    assert!(
        same.said.contains("terminal's: UV_HTTP_TIMEOUT differs."),
        "{same:?}"
    );
    assert!(same.said.contains("`dagdeck up --restart`"), "{same:?}");
    assert!(
        before.owner().status().await.is_ok(),
        "nothing was restarted"
    );

    let restarted = joined_with(&workspace, &variable, &["--detach", "--restart"], "CONT").await;
    assert_eq!(restarted.code, Some(0), "{restarted:?}");
    assert!(!restarted.said.contains("differs"), "{restarted:?}");
    before.owner().gone().await;
    let after = host(&reach, LOOKING).await;
    let mut environment: BTreeMap<String, String> = std::env::vars().collect();
    environment.remove("DAGSTER_HOME");
    environment.insert("UV_HTTP_TIMEOUT".into(), "77".into());
    assert_eq!(after.compare(&environment).await.unwrap(), []);
    drop(after);
    down(&workspace).await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// How an `up` on a workspace that runs ended.
#[derive(Debug)]
struct Joined {
    code: Option<i32>,
    printed: String,
    said: String,
}

/// Runs `up` on a workspace that runs until it is ready, then sends it a signal.
async fn joined(workspace: &TestWorkspace, more: &[&str], signal: &str) -> Joined {
    joined_with(workspace, &[], more, signal).await
}

/// The same in an environment with more variables.
async fn joined_with(
    workspace: &TestWorkspace,
    variables: &[(&str, &str)],
    more: &[&str],
    signal: &str,
) -> Joined {
    let mut command = dagdeck(workspace);
    command
        .envs(variables.iter().copied())
        .arg("up")
        .arg(workspace.path())
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (pid, signal) = (child.id().to_string(), format!("-{signal}"));
    let ending = tokio::task::spawn_blocking(move || {
        let mut printed = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            printed.push_str(&line);
            printed.push('\n');
            if line.starts_with("ready") {
                let sent = Command::new("kill").args([&signal, &pid]).status();
                assert!(sent.unwrap().success());
            }
        }
        let ended = child.wait_with_output().unwrap();
        Joined {
            code: ended.status.code(),
            printed,
            said: String::from_utf8_lossy(&ended.stderr).into_owned(),
        }
    });
    let ended = tokio::time::timeout(STARTING, ending).await;
    ended.expect("the second `up` did not end").unwrap()
}

/// Stops what the owner of a workspace runs, and the owner.
async fn down(workspace: &TestWorkspace) {
    let host = Introduction {
        kind: HostKind::Other,
        holds: false,
    };
    let card = Card::beside(&dagdeck::owner_lock(&workspace.state(), &workspace.path())).unwrap();
    let owner = Owner::connect(&card.socket, host).await.unwrap();
    owner.down().await.unwrap();
}
