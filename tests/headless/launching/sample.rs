//! The sample: made, synced and served for real.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use api::{CreateKind, CreationState};
use serde_json::json;
use testkit::{Graphql, wait_until_none_mentions};

use crate::command::{Up, dagdeck_with};
use crate::create::Maker;

const STARTING: Duration = Duration::from_secs(240);
const RUNNING: Duration = Duration::from_secs(240);
const ENDING: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn both_projects_are_served_and_one_uses_what_the_other_made() {
    let maker = Maker::new().await;
    let spec = maker.spec(CreateKind::Sample, "dagster-sample").await;
    let plan = maker.deck.create_plan(spec.clone()).await.unwrap();
    assert!(
        plan.remarks.iter().all(|remark| !remark.blocks),
        "{:?}",
        plan.remarks
    );
    assert!(
        !maker.path("dagster-sample").exists(),
        "a plan writes nothing"
    );
    maker.start(spec).await.unwrap();
    let made = maker.made().await;
    assert_eq!(made.state, CreationState::Succeeded, "{made:?}");
    let root = maker.path("dagster-sample");
    for file in plan.files.iter().filter(|file| !file.path.ends_with('/')) {
        assert!(
            maker.path(&file.path).exists(),
            "{} was promised",
            file.path
        );
    }
    let (engineering, science) = ("data-engineering", "data-science");
    let has = |project: &str, package: &str| {
        let python = root.join("projects").join(project).join(".venv/bin/python");
        let line = format!("import {package}");
        Command::new(python)
            .args(["-c", &line])
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(has(engineering, "faker") && !has(engineering, "plotille"));
    assert!(has(science, "plotille") && !has(science, "faker"));

    let state = maker.folder.make("served");
    let mut up = served(&root, &state);
    let graphql = Graphql::new(&up.address());
    graphql
        .wait_until_loaded(&[engineering, science], STARTING)
        .await;
    let asked = graphql.ask(
        "{ assetNodes { assetKey { path } dependencyKeys { path } repository { location { name } } } }",
        json!({}),
    );
    let nodes = asked.await.unwrap();
    let edge = |node: &&serde_json::Value| {
        node["assetKey"]["path"] == json!(["revenue_forecast"])
            && node["dependencyKeys"] == json!([{ "path": ["daily_revenue"] }])
            && node["repository"]["location"]["name"] == science
    };
    let made_by = |node: &&serde_json::Value| {
        node["assetKey"]["path"] == json!(["daily_revenue"])
            && node["repository"]["location"]["name"] == engineering
    };
    let all = nodes["assetNodes"].as_array().unwrap();
    assert!(all.iter().any(|node| edge(&node)), "no edge: {nodes}");
    assert!(
        all.iter().any(|node| made_by(&node)),
        "not made there: {nodes}"
    );

    let shop = graphql
        .launch_job(engineering, "refresh_shop")
        .await
        .unwrap();
    graphql.wait_for_run(&shop, "SUCCESS", RUNNING).await;
    let forecast = graphql
        .materialise(science, "revenue_forecast")
        .await
        .unwrap();
    graphql.wait_for_run(&forecast, "SUCCESS", RUNNING).await;
    up.signal("TERM");
    up.ended(ENDING).await;
    crate::doctor::nothing_above_a_note(&root, &state);
    wait_until_none_mentions(&[&root, &state]).await;
    no_traceback_in(&state.join("workspaces"));
}

fn no_traceback_in(folder: &Path) {
    let logs = texts(folder);
    assert!(logs.len() > 3, "there are logs");
    for (file, text) in logs {
        assert!(!text.contains("Traceback"), "{file}: {text}");
    }
}

/// Starts `dagdeck up` in a folder.
fn served(root: &Path, state: &Path) -> Up {
    let mut command = dagdeck_with(state);
    command.arg("up").arg(root).arg("--trust");
    Up::started(command)
}

/// Every file below a folder, as text.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if entry.metadata().is_ok_and(|one| one.len() < 50_000_000) {
            let bytes = fs_err::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
    found
}
