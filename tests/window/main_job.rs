//! The main job, end to end: open, trust, launch, work, break, fix, stop.

use std::time::Duration;

use serde_json::json;
use testkit::{Graphql, TestWorkspace, wait_until, wait_until_none_mentions};

use crate::app::{App, STARTING};

pub(crate) const ENGINEERING: &str = "projects/data-engineering";
pub(crate) const SCIENCE: &str = "projects/data-science";

/// How long a small run may take: a Python start, and the daemon's turn to take it off its queue.
pub(crate) const RUN: Duration = Duration::from_secs(240);

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

/// Stops all and closes the window: nothing is left.
pub(crate) async fn stop(app: App, workspace: &TestWorkspace) {
    app.click("stop-all").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "stopped").await;
    }
    wait_until("only the app is left", STARTING, async || {
        app.children().is_empty()
    })
    .await;
    app.close().await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// Launches, until both locations are served.
pub(crate) async fn launch(app: &App) -> Graphql {
    launch_of(app, &["data-engineering", "data-science"]).await
}

/// The same in a workspace of these projects.
pub(crate) async fn launch_of(app: &App, projects: &[&str]) -> Graphql {
    app.click("launch").await;
    for project in projects {
        app.location_is(&format!("projects/{project}"), "running")
            .await;
    }
    for service in ["service-webserver", "service-daemon"] {
        app.wait_for_state(service, &["running"], STARTING).await;
    }
    app.shoot("overview-running").await;
    app.find("open-dagster-ui").await;
    let graphql = app.graphql().await;
    graphql.wait_until_loaded(projects, STARTING).await;
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
