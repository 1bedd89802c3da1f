//! Reloads under a webserver that is asked all the time, and under runs: what the lower layers show in each run of the tests,
//! through the whole app. `cargo xtask soak` runs these.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use testkit::{Graphql, TestWorkspace, within};

use crate::app::{App, STARTING};
use crate::main_job::{RUN, launch, stop};

const RELOADS: u32 = 20;

/// Adds an asset under a new name and waits until the webserver serves it.
async fn reload(definitions: &Path, graphql: &Graphql, generation: &str) {
    let name = format!("reload_{generation}");
    let code = format!("import dagster as dg\n\n\n@dg.asset\ndef {name}() -> None: ...\n");
    fs_err::write(definitions.join("reloaded.py"), code).unwrap();
    within(
        format!("the webserver serves {name}"),
        STARTING,
        async || {
            let served = graphql.locations().await.ok()?;
            served
                .iter()
                .any(|entry| entry.assets.contains(&name))
                .then_some(())
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reloads_leave_no_gap() {
    let workspace = TestWorkspace::copy();
    let app = App::start(&workspace, &[]).await;
    app.open_by_typed_path(&workspace).await;
    let graphql = launch(&app).await;
    let over = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicU32::new(0));
    let poller = tokio::spawn({
        let (over, asked, graphql) = (over.clone(), asked.clone(), graphql.clone());
        async move {
            let mut failures = Vec::new();
            let mut turn = tokio::time::interval(Duration::from_millis(50));
            turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while !over.load(Ordering::Relaxed) {
                turn.tick().await;
                asked.fetch_add(1, Ordering::Relaxed);
                match graphql.locations().await {
                    Ok(served) if served.len() == 2 && served.iter().all(|entry| entry.loaded) => {}
                    Ok(served) => failures.push(format!("{served:?}")),
                    Err(error) => failures.push(format!("{error:#}")),
                }
            }
            failures
        }
    });
    let definitions = workspace.definitions("data-engineering");
    for generation in 1..=RELOADS {
        reload(&definitions, &graphql, &generation.to_string()).await;
    }
    over.store(true, Ordering::Relaxed);
    let failures = poller.await.unwrap();
    let asked = asked.load(Ordering::Relaxed);
    assert!(asked >= 5 * RELOADS, "GraphQL was asked only {asked} times");
    assert!(
        failures.is_empty(),
        "{} of {asked} questions failed; first: {}",
        failures.len(),
        failures[0]
    );
    stop(app, &workspace).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_launched_before_a_reload_end_or_are_terminated() {
    let workspace = TestWorkspace::copy();
    let app = App::start(&workspace, &[]).await;
    app.open_by_typed_path(&workspace).await;
    let graphql = launch(&app).await;
    let endless = graphql
        .launch_job("data-engineering", "slow")
        .await
        .unwrap();
    graphql.wait_for_run(&endless, "STARTED", RUN).await;
    let other = graphql
        .launch_job("data-engineering", "medium")
        .await
        .unwrap();
    graphql.wait_for_run(&other, "STARTED", RUN).await;
    let definitions = workspace.definitions("data-engineering");
    reload(&definitions, &graphql, "under_runs").await;
    assert_eq!(graphql.run_state(&endless).await.unwrap(), "STARTED");
    if let Err(error) = graphql.terminate(&endless).await {
        app.shoot("terminate-failed").await;
        panic!("{error:#}");
    }
    graphql.wait_for_run(&endless, "CANCELED", RUN).await;
    graphql.wait_for_run(&other, "SUCCESS", RUN).await;
    stop(app, &workspace).await;
}
