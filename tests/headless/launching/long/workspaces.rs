//! Two workspaces at once, each with all that it runs.

use std::path::Path;

use api::{LocationRequest, Nothing, ServiceName, ServiceRequest};
use testkit::{TestWorkspace, mentioning};

use crate::hosted::{GONE, LOOKING, WINDOW, gone, host, launch as launch_by, owner, reach};
use crate::launched::{Launched, STARTING, is_ready};
use crate::launching::hosts::pid;
use crate::launching::instances::{daemons, launch, runs};

const ENGINEERING: &str = "data-engineering";
const SCIENCE: &str = "data-science";

#[tokio::test(flavor = "multi_thread")]
async fn two_workspaces_of_one_person_run_and_end_by_themselves() {
    let (one, other) = (TestWorkspace::of(ENGINEERING), TestWorkspace::of(SCIENCE));
    let state = one.state();
    let of_one = host(&reach(&one.path(), &state), WINDOW).await;
    let of_other = host(&reach(&other.path(), &state), WINDOW).await;
    assert_ne!(of_one.owner().hello().pid, of_other.owner().hello().pid);
    tokio::join!(launch_by(&of_one), launch_by(&of_other));
    let (serves, running) = (
        pid(&of_other, SCIENCE).await,
        of_other.owner().status().await.unwrap().running,
    );

    drop(of_one);
    let took = gone(&one.path()).await;
    assert!(took < GONE, "{took:?}");
    assert_eq!(pid(&of_other, SCIENCE).await, serves);
    assert_eq!(of_other.owner().status().await.unwrap().running, running);
    assert!(!mentioning(&[&other.path()]).is_empty());

    // The first is opened again beside it, by another owner.
    let again = owner(&reach(&one.path(), &state), LOOKING).await.unwrap();
    assert_ne!(again.hello().pid, of_other.owner().hello().pid);
    drop(again);
    drop(of_other);
    let took = gone(&other.path()).await;
    assert!(took < GONE, "{took:?}");
    gone(&state).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workspaces_with_instances_of_their_own_have_a_daemon_each() {
    let (one, other) = (TestWorkspace::of(ENGINEERING), TestWorkspace::of(SCIENCE));
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
