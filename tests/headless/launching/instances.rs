//! Workspaces that share an instance, and workspaces that do not: one daemon for each DAGSTER_HOME.

use std::path::Path;

use api::{
    ErrorCode, LaunchRequest, Lifecycle, LocationRequest, Nothing, ServiceName, ServiceRequest,
    ServiceView,
};
use testkit::{ListedProcess, TestDir, TestWorkspace, mentioning, wait_until};

use crate::command::{Up, dagdeck};
use crate::launched::{Launched, STARTING, is_ready};
use crate::opened::Opened;

const DAEMON: ServiceRequest = ServiceRequest {
    service: ServiceName::Daemon,
};

/// Opens, trusts and launches it with this folder of Dagdeck's own, and waits until all has settled.
async fn launch(workspace: TestWorkspace, state: &Path, home: Option<&Path>) -> Launched {
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

fn runs(service: &ServiceView) -> bool {
    matches!(service.lifecycle, Lifecycle::Running { .. })
}

/// The daemons of these workspaces.
fn daemons(workspaces: &[&TestWorkspace]) -> Vec<ListedProcess> {
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

#[tokio::test(flavor = "multi_thread")]
async fn two_workspaces_with_instances_of_their_own_have_a_daemon_each() {
    let (one, other) = (
        TestWorkspace::of("data-engineering"),
        TestWorkspace::of("data-science"),
    );
    let state = one.state();
    let one = launch(one, &state, None).await;
    // Dagster itself would read this, and refuse it.
    let unusable = "DAGSTER_HOME=not/absolute\n";
    fs_err::write(other.path().join(".env"), unusable).unwrap();
    let other = launch(other, &state, None).await;
    for launched in [&one, &other] {
        let daemon = launched.shown().await.daemon;
        assert!(runs(&daemon) && daemon.blocked.is_none(), "{daemon:?}");
    }
    let all = daemons(&[&one.workspace, &other.workspace]);
    assert_eq!(all.len(), 2, "{all:?}");
    let instance = other.shown().await.instance;
    assert!(instance.problem.is_some(), "{instance:?}");
    runs_in(&other, Path::new(&instance.path), "forecast").await;
    other.end().await;
    what_runs_keeps_its_instance(&one).await;
    one.end().await;
}

/// A run that is started here is executed, and kept in this instance.
async fn runs_in(launched: &Launched, instance: &Path, asset: &str) {
    let graphql = launched.graphql().await;
    let location = launched.shown().await.locations.remove(0).name;
    let within = [location.as_str()];
    graphql.wait_until_loaded(&within, STARTING).await;
    let run = graphql.materialise(&location, asset).await.unwrap();
    graphql.wait_for_run(&run, "SUCCESS", STARTING).await;
    let kept = instance.join("history/runs").join(format!("{run}.db"));
    assert!(kept.exists(), "{}", kept.display());
}

/// What the files name while something runs is used once nothing runs any more; what is started meanwhile goes to the instance
/// that the rest has.
async fn what_runs_keeps_its_instance(launched: &Launched) {
    let before = launched.shown().await.instance;
    let next = launched.workspace.around().join("another instance");
    fs_err::create_dir(&next).unwrap();
    let dot_env = format!("DAGSTER_HOME=\"{}\"\n", next.display());
    fs_err::write(launched.workspace.path().join(".env"), dot_env).unwrap();
    launched
        .until("what was changed is said", |workspace| {
            let said = workspace.instance.problem.as_ref();
            said.is_some_and(|said| said.contains("another instance"))
        })
        .await;
    assert_eq!(launched.shown().await.instance.path, before.path);
    let location = launched.shown().await.locations.remove(0);
    let request = LocationRequest {
        location: location.id,
    };
    launched.deck.location_restart(request).await.unwrap();
    for service in [ServiceName::Webserver, ServiceName::Daemon] {
        let request = ServiceRequest { service };
        launched.deck.service_restart(request).await.unwrap();
    }
    launched.settled().await;
    launched
        .until("all is served again", |workspace| {
            let services = [&workspace.webserver, &workspace.daemon];
            is_ready(&workspace.locations[0]) && services.into_iter().all(runs)
        })
        .await;
    runs_in(launched, Path::new(&before.path), "orders").await;
    let left = fs_err::read_dir(&next).unwrap().count();
    assert_eq!(left, 0, "something opened it");
    launched.deck.stop_all(Nothing {}).await.unwrap();
    launched
        .until("the other is to be used", |workspace| {
            workspace.instance.path == next.to_str().unwrap()
        })
        .await;
    assert_eq!(launched.shown().await.instance.problem, None);
}
