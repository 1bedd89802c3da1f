//! Workspaces that share an instance, and workspaces that do not: one daemon for each DAGSTER_HOME.

use std::path::Path;

use api::{ErrorCode, LaunchRequest, Lifecycle, ServiceName, ServiceRequest, ServiceView};
use testkit::{ListedProcess, TestDir, TestWorkspace, mentioning, wait_until};

use crate::command::{Up, dagdeck};
use crate::launched::{Launched, STARTING, is_ready};
use crate::opened::Opened;

const DAEMON: ServiceRequest = ServiceRequest {
    service: ServiceName::Daemon,
};

/// Opens, trusts and launches it with this folder of Dagdeck's own, and waits until all has settled.
pub(super) async fn launch(
    workspace: TestWorkspace,
    state: &Path,
    home: Option<&Path>,
) -> Launched {
    let home = home.map(|home| home.display().to_string());
    let variables: Vec<(&str, &str)> = home
        .iter()
        .map(|home| ("DAGSTER_HOME", home.as_str()))
        .collect();
    let Opened { deck } = Opened::with(&workspace.path(), state, &variables).await;
    deck.launch(LaunchRequest::default()).await.unwrap();
    let launched = Launched { deck, workspace };
    launched.settled().await;
    launched
}

pub(super) fn runs(service: &ServiceView) -> bool {
    matches!(service.lifecycle, Lifecycle::Running { .. })
}

/// The daemons of these workspaces.
pub(super) fn daemons(workspaces: &[&TestWorkspace]) -> Vec<ListedProcess> {
    let folders: Vec<&Path> = workspaces.iter().map(|one| one.around()).collect();
    let mut all = mentioning(&folders);
    all.retain(|one| one.says("dagster._daemon"));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workspaces_on_one_instance_have_one_daemon_and_the_second_says_whose() {
    let home = TestDir::new();
    let (one, other) = (
        TestWorkspace::of("data-engineering"),
        TestWorkspace::of("data-science"),
    );
    let state = one.state();
    let one = launch(one, &state, Some(home.path())).await;
    assert!(runs(&one.shown().await.daemon));
    let other = launch(other, &state, Some(home.path())).await;

    // All but the daemon is as it would be.
    let shown = other.shown().await;
    assert!(runs(&shown.webserver));
    assert!(is_ready(&shown.locations[0]));
    assert!(
        matches!(shown.daemon.lifecycle, Lifecycle::Stopped { .. }),
        "{:?}",
        shown.daemon
    );
    let why = shown.daemon.blocked.unwrap();
    let said = format!(
        "The daemon of acme runs for this instance already ({}).",
        home.path().display()
    );
    assert!(why.starts_with(&said), "{why}");
    let all = daemons(&[&one.workspace, &other.workspace]);
    assert_eq!(all.len(), 1, "{all:?}");
    let refused = other.deck.service_start(DAEMON).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Precondition);
    assert_eq!(refused.message, said);
    let root = one.workspace.path().display().to_string();
    let hints: Vec<String> = refused.hints.into_iter().map(|hint| hint.text).collect();
    assert!(hints.iter().any(|hint| hint.contains(&root)), "{hints:?}");

    // What it says is so: the other workspace's daemon takes the run, and knows nothing of its location.
    assert!(why.contains("runs that are started here fail"), "{why}");
    let graphql = other.graphql().await;
    let run = graphql.materialise("data-science", "forecast").await;
    graphql
        .wait_for_run(&run.unwrap(), "FAILURE", STARTING)
        .await;

    one.deck.service_stop(DAEMON).await.unwrap();
    other
        .until("nothing keeps its daemon any more", |workspace| {
            workspace.daemon.blocked.is_none()
        })
        .await;
    other.deck.service_start(DAEMON).await.unwrap();
    other
        .until("its daemon runs", |workspace| runs(&workspace.daemon))
        .await;
    let run = graphql.materialise("data-science", "forecast").await;
    graphql
        .wait_for_run(&run.unwrap(), "SUCCESS", STARTING)
        .await;
    // It is the other way round now, for a launch too.
    let refused = one.deck.service_restart(DAEMON).await.unwrap_err();
    assert_eq!(refused.message, said);
    one.deck.launch(LaunchRequest::default()).await.unwrap();
    one.settled().await;
    let all = daemons(&[&one.workspace, &other.workspace]);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(one.shown().await.daemon.blocked.is_some());

    // A workspace that is closed gives it back.
    other.end().await;
    one.deck.launch(LaunchRequest::default()).await.unwrap();
    one.settled().await;
    assert!(runs(&one.shown().await.daemon));
    one.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_starts_only_when_that_of_a_killed_owner_has_ended() {
    let home = TestDir::new();
    let (one, other) = (
        TestWorkspace::of("data-engineering"),
        TestWorkspace::of("data-science"),
    );
    let state = one.state();
    let mut command = dagdeck(&one);
    command.env("DAGSTER_HOME", home.path());
    command.arg("up").arg(one.path()).arg("--trust");
    let mut up = Up::started(command);
    wait_until("its daemon runs", STARTING, async || {
        daemons(&[&one]).len() == 1
    })
    .await;
    let other = launch(other, &state, Some(home.path())).await;
    assert!(other.shown().await.daemon.blocked.is_some());

    up.signal("KILL");
    up.ended(STARTING).await;
    wait_until("its daemon is started", STARTING, async || {
        other.deck.service_start(DAEMON).await.is_ok()
    })
    .await;
    other
        .until("its daemon has a process", |workspace| {
            workspace.daemon.process.is_some()
        })
        .await;
    let all = daemons(&[&one, &other.workspace]);
    assert_eq!(all.len(), 1, "{all:?}");
    other
        .until("its daemon runs", |workspace| runs(&workspace.daemon))
        .await;
    other.end().await;
}
