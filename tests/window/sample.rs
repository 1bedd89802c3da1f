//! Try the sample: from its card to its asset in the Dagster UI.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;
use testkit::{TestDir, wait_until_none_mentions};

use crate::app::{App, MAKING, STARTING};

#[tokio::test(flavor = "multi_thread")]
async fn from_its_card_to_its_asset_in_the_dagster_ui() {
    let folder = TestDir::new();
    let work = folder.make("work");
    let (path, told) = browser(&folder.make("bin"));
    let state = folder.make("state");
    let more = [("PATH", path.as_path())];
    let app = App::start_with(&state, folder.path(), &[], &more).await;
    app.click("try-sample").await;
    // It starts at the review; the tests' own folder is a step back.
    app.find_within("review", STARTING).await;
    app.click("create-back").await;
    app.click("create-back").await;
    app.type_into("create-parent", work.to_str().unwrap()).await;
    app.click("create-to-review").await;
    app.find_within("review", STARTING).await;
    app.shoot("sample-review").await;
    app.click("create-start").await;
    let page = app
        .within("the browser is told an address", MAKING, async || {
            fs_err::read_to_string(&told)
                .ok()
                .filter(|text| !text.is_empty())
        })
        .await;
    for location in ["projects/data-engineering", "projects/data-science"] {
        app.location_is(location, "running").await;
    }
    app.wait_for_state("service-daemon", &["running"], STARTING)
        .await;
    app.shoot("sample-launched").await;

    let shown = reqwest::get(page.trim()).await.unwrap();
    assert!(shown.status().is_success(), "{page}: {}", shown.status());
    assert!(page.trim().ends_with("/assets/revenue_forecast"), "{page}");
    let graphql = app.graphql().await;
    let asked = "{ assetNodes { assetKey { path } dependencyKeys { path } } }";
    let nodes = graphql.ask(asked, json!({})).await.unwrap();
    let edge = nodes["assetNodes"].as_array().unwrap().iter().any(|node| {
        node["assetKey"]["path"] == json!(["revenue_forecast"])
            && node["dependencyKeys"] == json!([{ "path": ["daily_revenue"] }])
    });
    assert!(edge, "{nodes}");
    app.click("stop-all").await;
    app.close().await;
    wait_until_none_mentions(&[folder.path()]).await;
    assert_eq!(tracebacks(&state), Vec::<String>::new());
}

/// A browser that writes down the address it is given: there is none on a test machine. Answers the PATH that has it first
/// and the file.
fn browser(bin: &Path) -> (PathBuf, PathBuf) {
    let told = bin.join("told");
    let script = bin.join("xdg-open");
    let text = format!("#!/bin/sh\nprintf '%s' \"$1\" > '{}'\n", told.display());
    fs_err::write(&script, text).unwrap();
    fs_err::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let all = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin.to_path_buf()).chain(std::env::split_paths(&all));
    (std::env::join_paths(folders).unwrap().into(), told)
}

/// The files below a folder that hold a traceback.
fn tracebacks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(tracebacks(&path));
        } else if fs_err::read(&path)
            .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains("Traceback (most recent"))
        {
            found.push(path.display().to_string());
        }
    }
    found
}
