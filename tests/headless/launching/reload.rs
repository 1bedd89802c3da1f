//! Reloading: without a gap, without losing runs, and never worse than before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use api::Readiness;
use testkit::{Graphql, TestWorkspace};

use crate::launched::{Launched, is_ready};

const RUN: Duration = Duration::from_secs(240);

/// Asks for every location every 50 ms at most until told to stop; answers what ever was wrong.
async fn poll(graphql: Graphql, ended: Arc<AtomicBool>, polls: Arc<AtomicU32>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !ended.load(Ordering::Relaxed) {
        pace.tick().await;
        match graphql.locations().await {
            Ok(entries) if entries.len() == 2 && entries.iter().all(|entry| entry.loaded) => {}
            Ok(entries) => wrong.push(format!("{entries:?}")),
            Err(error) => wrong.push(error.to_string()),
        }
        polls.fetch_add(1, Ordering::Relaxed);
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn reloads_leave_no_gap() {
    let launched = Launched::of(TestWorkspace::copy()).await;
    let ended = Arc::new(AtomicBool::new(false));
    let polls = Arc::new(AtomicU32::new(0));
    let polling = tokio::spawn(poll(
        launched.graphql().await,
        Arc::clone(&ended),
        Arc::clone(&polls),
    ));
    // A soak makes more of them, in the window.
    for _ in 0..3 {
        launched.reload("data-engineering").await;
    }
    ended.store(true, Ordering::Relaxed);
    let wrong = polling.await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        polls.load(Ordering::Relaxed) > 2,
        "the poll was at work: {polls:?}"
    );
    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_outlive_a_reload_and_can_still_be_terminated() {
    let launched = Launched::of(TestWorkspace::copy()).await;
    let graphql = launched.graphql().await;
    let slow = graphql
        .launch_job("data-engineering", "slow")
        .await
        .unwrap();
    graphql.wait_for_run(&slow, "STARTED", RUN).await;
    let medium = graphql
        .launch_job("data-engineering", "medium")
        .await
        .unwrap();
    graphql.wait_for_run(&medium, "STARTED", RUN).await;

    launched.reload("data-engineering").await;
    launched
        .until_location("data-engineering", "its old runs are shown", |location| {
            location.runs > 0
        })
        .await;
    graphql.terminate(&slow).await.unwrap();
    let snapshot = launched.snapshot();
    let readdressed = snapshot
        .await
        .operations
        .iter()
        .any(|one| one.title.contains("reachable"));
    assert!(
        readdressed,
        "the record tells that the runs were re-addressed"
    );

    graphql.wait_for_run(&medium, "SUCCESS", RUN).await;
    graphql.wait_for_run(&slow, "CANCELED", RUN).await;
    launched
        .until_location("data-engineering", "the old server is gone", |location| {
            location.runs == 0
        })
        .await;
    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_does_not_load_leaves_the_old_code_serving_until_it_is_fixed() {
    let launched = Launched::of(TestWorkspace::copy()).await;
    let other = launched.location("data-science").await.process.unwrap().pid;
    let broken = launched
        .workspace
        .definitions("data-engineering")
        .join("broken.py");
    fs_err::write(&broken, "import no_such_library\n").unwrap();
    let location = launched
        .until_location("data-engineering", "the load error is shown", |location| {
            matches!(location.readiness, Readiness::LoadError { .. })
        })
        .await;
    let Readiness::LoadError {
        error,
        still_serving,
    } = location.readiness
    else {
        panic!()
    };
    assert!(still_serving.is_some(), "the old code serves");
    assert!(error.text.contains("no_such_library"), "{error:?}");
    assert!(error.place.unwrap().subject.path.ends_with("broken.py"));
    let served = launched.graphql().await.locations().await.unwrap();
    assert!(served.iter().all(|entry| entry.loaded), "{served:?}");

    fs_err::remove_file(&broken).unwrap();
    launched
        .until_location("data-engineering", "it is ready again", is_ready)
        .await;
    let after = launched.location("data-science").await.process.unwrap().pid;
    assert_eq!(other, after, "the other location was left alone");
    launched.end().await;
}
