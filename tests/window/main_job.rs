//! The main job, end to end: open, trust, launch, work, break, fix, reload under runs, stop.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use testkit::{Graphql, TestWorkspace, rounds, wait_until, wait_until_none_mentions, within};

use crate::app::{App, STARTING};

pub(crate) const ENGINEERING: &str = "projects/data-engineering";
pub(crate) const SCIENCE: &str = "projects/data-science";

/// How long a small run may take: a Python start, and the daemon's turn to take it off its queue.
const RUN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn a_person_opens_a_workspace_launches_it_and_works() {
    let workspace = TestWorkspace::copy();
    let app = App::start(&workspace, &[]).await;
    app.open_by_typed_path(&workspace).await;
    let graphql = launch(&app).await;
    materialise(&graphql).await;
    stop_one_and_start_it_again(&app, &graphql).await;
    break_and_fix(&app, &workspace, &graphql).await;
    stop(app, &workspace).await;
}

async fn stop(app: App, workspace: &TestWorkspace) {
    app.click("stop-all").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "stopped").await;
    }
    wait_until(
        "only the app is left",
        Duration::from_secs(10),
        async || app.children().is_empty(),
    )
    .await;
    app.close().await;
    wait_until_none_mentions(&[workspace.around()], Duration::from_secs(5)).await;
}

async fn launch(app: &App) -> Graphql {
    app.click("launch").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "running").await;
    }
    for service in ["service-webserver", "service-daemon"] {
        app.wait_for_state(service, &["running"], STARTING).await;
    }
    app.shoot("overview-running").await;
    app.find("open-dagster-ui").await;
    let graphql = app.graphql().await;
    graphql
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
    graphql
}

async fn materialise(graphql: &Graphql) {
    const DEPENDENCIES: &str = "{ assetNodes { assetKey { path } dependencyKeys { path } } }";
    let data = graphql.ask(DEPENDENCIES, json!({})).await.unwrap();
    let nodes = data["assetNodes"].as_array().unwrap();
    let forecast = nodes
        .iter()
        .find(|node| node["assetKey"]["path"] == json!(["forecast"]))
        .unwrap();
    assert_eq!(forecast["dependencyKeys"], json!([{"path": ["orders"]}]));
    let run = graphql
        .materialise("data-engineering", "orders")
        .await
        .unwrap();
    graphql.wait_for_run(&run, "SUCCESS", RUN).await;
    let run = graphql
        .materialise("data-science", "forecast")
        .await
        .unwrap();
    graphql.wait_for_run(&run, "SUCCESS", RUN).await;
}

async fn stop_one_and_start_it_again(app: &App, graphql: &Graphql) {
    app.open_location(SCIENCE).await;
    app.click("stop").await;
    app.location_is(SCIENCE, "stopped").await;
    app.click("nav-overview").await;
    app.location_is(ENGINEERING, "running").await;
    let run = graphql
        .materialise("data-engineering", "orders")
        .await
        .unwrap();
    graphql.wait_for_run(&run, "SUCCESS", RUN).await;
    app.click(&format!("row-verb-{SCIENCE}")).await;
    app.location_is(SCIENCE, "running").await;
    graphql
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
}

async fn break_and_fix(app: &App, workspace: &TestWorkspace, graphql: &Graphql) {
    let file = workspace.definitions("data-engineering").join("orders.py");
    let good = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, format!("import no_such_library\n{good}")).unwrap();
    app.location_is(ENGINEERING, "loadError").await;
    app.shoot("overview-load-error").await;
    let served = graphql.locations().await.unwrap();
    assert!(
        served.iter().all(|entry| entry.loaded),
        "the old code no longer serves: {served:?}"
    );
    app.open_location(ENGINEERING).await;
    let explanation = app.text("explanation").await;
    assert!(
        explanation.contains("no_such_library"),
        "the explanation does not name the library: {explanation}"
    );
    app.shoot("location-load-error").await;
    fs_err::write(&file, good).unwrap();
    app.location_is(ENGINEERING, "running").await;
    app.click("nav-overview").await;
    graphql
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
}

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
    for generation in 1..=rounds(5, 20) {
        reload(&definitions, &graphql, &generation.to_string()).await;
    }
    over.store(true, Ordering::Relaxed);
    let failures = poller.await.unwrap();
    let asked = asked.load(Ordering::Relaxed);
    assert!(
        asked >= 5 * rounds(5, 20),
        "GraphQL was asked only {asked} times"
    );
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
