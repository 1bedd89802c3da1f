//! One location has no environment, one does not load, one is fine: the fine one is served.

use std::time::Duration;

use testkit::{TestWorkspace, wait_until, wait_until_none_mentions};

use crate::app::{App, STARTING};
use crate::main_job::{ENGINEERING, SCIENCE};

const BARE: &str = "projects/marketing";

#[tokio::test(flavor = "multi_thread")]
async fn the_fine_location_is_served_beside_two_that_are_not() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let broken = workspace.definitions("data-science").join("forecast.py");
    fs_err::write(&broken, "import no_such_library\n").unwrap();

    let app = App::start(&workspace, &[]).await;
    app.open_by_typed_path(&workspace).await;
    app.click("launch").await;
    app.location_is(ENGINEERING, "running").await;
    app.location_is(SCIENCE, "loadError").await;
    app.wait_for_state("service-webserver", &["running"], STARTING)
        .await;
    app.wait_for_state(&format!("state-{BARE}"), &["stopped"], STARTING)
        .await;
    app.shoot("overview-three-locations").await;

    let graphql = app.graphql().await;
    graphql
        .wait_until_loaded(&["data-engineering"], STARTING)
        .await;
    let run = graphql
        .materialise("data-engineering", "orders")
        .await
        .unwrap();
    graphql
        .wait_for_run(&run, "SUCCESS", Duration::from_secs(240))
        .await;
    let served = graphql.locations().await.unwrap();
    let science = served.iter().find(|entry| entry.name == "data-science");
    let error = science.and_then(|entry| entry.error.as_deref());
    let error = error.expect("the Dagster UI shows the broken location's error");
    assert!(error.contains("data_science.definitions"), "{error}");

    // It comes in when fixed, and nothing else is started anew for it.
    let before = server_of(&app, "data-engineering");
    fs_err::write(
        &broken,
        "import dagster as dg\n\n\n@dg.asset\ndef forecast() -> None: ...\n",
    )
    .unwrap();
    app.location_is(SCIENCE, "running").await;
    graphql
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
    assert_eq!(server_of(&app, "data-engineering"), before);

    app.click("stop-all").await;
    wait_until("only the app is left", STARTING, async || {
        app.children().is_empty()
    })
    .await;
    app.close().await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// The processes of one location's code server.
fn server_of(app: &App, name: &str) -> Vec<u32> {
    let mut pids: Vec<u32> = app
        .children()
        .iter()
        .filter(|process| process.says("grpc") && process.says(name))
        .map(|process| process.pid)
        .collect();
    pids.sort_unstable();
    assert!(!pids.is_empty(), "{name} has no code server");
    pids
}
