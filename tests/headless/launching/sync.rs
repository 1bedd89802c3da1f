//! Safe sync: what runs from an environment stops for it and starts again, and only that.

use std::path::Path;
use std::process::Command;

use api::{
    EnvironmentState, Lifecycle, OperationState, PackageChange, StopLocationRequest, SyncRequest,
    SyncStart,
};
use testkit::TestWorkspace;

use crate::launched::{Launched, is_ready};
use crate::opened::{ended, packages};

/// A package that Dagster needs and that is imported only when it is used.
const PACKAGE: &str = "humanfriendly";

fn uninstall(folder: &Path) {
    let output = Command::new("uv")
        .args(["pip", "uninstall", "--python", ".venv/bin/python", PACKAGE])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn of(location: &str) -> SyncRequest {
    SyncRequest {
        locations: vec![location.to_owned()],
        deployment: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_from_an_environment_stops_for_its_sync_and_starts_again() {
    let workspace = TestWorkspace::copy();
    workspace.own_packages(&workspace.project("data-science"));
    let folder = workspace.project("data-science");
    let launched = Launched::of(workspace).await;
    uninstall(&folder);
    let lockfile = fs_err::read(folder.join("uv.lock")).unwrap();

    let preview = launched
        .deck
        .sync_preview(of("data-science"))
        .await
        .unwrap();
    let [plan] = preview.environments.as_slice() else {
        panic!("{preview:?}");
    };
    assert_eq!(plan.failure, None);
    assert_eq!(plan.stops, ["data-science"]);
    assert!(
        !plan.anew && !plan.deployment && plan.lock.is_none(),
        "{plan:?}"
    );
    let [
        PackageChange {
            name,
            from: None,
            to: Some(version),
        },
    ] = plan.packages.as_slice()
    else {
        panic!("{plan:?}");
    };
    assert_eq!(name, PACKAGE);
    let installed = || packages(&folder.join(".venv")).contains(&format!("{PACKAGE}-{version}"));
    assert!(!installed(), "the preview changes nothing");

    let pid = launched.location("data-science").await.process.unwrap().pid;
    let other = launched.location("data-engineering").await.process;
    let webserver = launched.shown().await.webserver.process;
    let start = SyncStart {
        request: of("data-science"),
        basis: Some(preview.basis),
    };
    let begun = launched.deck.sync_start(start).await.unwrap();
    let [sync] = begun.operations[..] else {
        panic!("{begun:?}")
    };
    let shown = launched.location("data-science").await.environment;
    assert_eq!(shown.state, EnvironmentState::Syncing);
    assert_eq!(shown.operation, Some(sync));
    launched
        .until_location("data-science", "it stops for the sync", |location| {
            matches!(location.lifecycle, Lifecycle::Stopped { .. }) && location.process.is_none()
        })
        .await;
    let sync = ended(&launched.deck, sync).await;
    assert_eq!(sync.state, OperationState::Succeeded, "{sync:?}");
    assert_eq!(sync.title, "Synced data-science");
    assert!(installed());
    assert_eq!(fs_err::read(folder.join("uv.lock")).unwrap(), lockfile);
    let back = launched
        .until_location("data-science", "it is served again", is_ready)
        .await;
    assert_ne!(back.process.unwrap().pid, pid);
    assert_eq!(back.environment.state, EnvironmentState::Ready);
    assert!(back.environment.checked_by_uv && back.environment.operation.is_none());
    assert_eq!(launched.location("data-engineering").await.process, other);
    assert_eq!(launched.shown().await.webserver.process, webserver);
    let tried = launched.snapshot().await.operations;
    assert!(
        tried
            .iter()
            .any(|one| one.title == "Dagster can be imported in data-science")
    );
    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_of_the_deployment_restarts_the_webserver_at_its_address() {
    let workspace = TestWorkspace::copy();
    workspace.own_packages(&workspace.path().join("deployments/local"));
    let folder = workspace.path().join("deployments/local");
    let launched = Launched::of(workspace).await;
    uninstall(&folder);
    launched
        .deck
        .workspace_check(api::Nothing {})
        .await
        .unwrap();
    launched
        .until("uv found it out", |workspace| {
            let environment = &workspace.deployment.as_ref().unwrap().environment;
            environment.state == EnvironmentState::OutOfSync
        })
        .await;
    let before = launched.shown().await;
    let code_servers = |shown: &api::WorkspaceView| -> Vec<u32> {
        let processes = shown
            .locations
            .iter()
            .filter_map(|one| one.process.as_ref());
        processes.map(|process| process.pid).collect()
    };
    let request = SyncRequest {
        deployment: true,
        ..SyncRequest::default()
    };
    let preview = launched.deck.sync_preview(request.clone()).await.unwrap();
    assert_eq!(preview.environments[0].stops, ["webserver", "daemon"]);
    let begun = launched.deck.sync_start(request.into()).await.unwrap();
    let [sync] = begun.operations[..] else {
        panic!("{begun:?}")
    };
    let sync = ended(&launched.deck, sync).await;
    assert_eq!(sync.state, OperationState::Succeeded, "{sync:?}");
    let pid = |shown: &api::WorkspaceView| shown.webserver.process.as_ref().map(|one| one.pid);
    launched
        .until(
            "the webserver answers again, and the daemon is up",
            |shown| {
                let up = |lifecycle: &Lifecycle| matches!(lifecycle, Lifecycle::Running { .. });
                shown.webserver.url.is_some()
                    && up(&shown.daemon.lifecycle)
                    && pid(shown) != pid(&before)
            },
        )
        .await;
    let after = launched.shown().await;
    assert_eq!(
        after.webserver.url, before.webserver.url,
        "the address stays"
    );
    assert_eq!(
        code_servers(&after),
        code_servers(&before),
        "locations were left alone"
    );
    let environment = after.deployment.unwrap().environment;
    assert_eq!(environment.state, EnvironmentState::Ready);
    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_leaves_the_environment_as_it_was_and_what_ran_runs_again() {
    let workspace = TestWorkspace::copy();
    let folder = workspace.project("data-science");
    let launched = Launched::of(workspace).await;
    let before = packages(&folder.join(".venv"));
    let settings = folder.join("pyproject.toml");
    let text = fs_err::read_to_string(&settings).unwrap();
    let asked = text.replace(
        "\"dagster==1.13.27\",",
        "\"dagster==1.13.27\", \"iniconfig==99\",",
    );
    assert_ne!(asked, text);
    fs_err::write(&settings, asked).unwrap();

    let preview = launched
        .deck
        .sync_preview(of("data-science"))
        .await
        .unwrap();
    let failure = preview.environments[0].failure.clone().unwrap();
    assert!(failure.message.contains("iniconfig==99"), "{failure:?}");
    let begun = launched
        .deck
        .sync_start(of("data-science").into())
        .await
        .unwrap();
    let [sync] = begun.operations[..] else {
        panic!("{begun:?}")
    };
    let sync = ended(&launched.deck, sync).await;
    let OperationState::Failed { reason } = sync.state else {
        panic!("{sync:?}");
    };
    assert!(
        reason.contains("No such version: iniconfig==99"),
        "{reason}"
    );
    assert!(
        reason.ends_with("The environment is as it was."),
        "{reason}"
    );
    assert_eq!(packages(&folder.join(".venv")), before);
    launched
        .until_location("data-science", "it is served again", is_ready)
        .await;
    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_person_stops_during_a_sync_stays_down() {
    let workspace = TestWorkspace::copy();
    workspace.own_packages(&workspace.project("data-science"));
    let folder = workspace.project("data-science");
    let launched = Launched::of(workspace).await;
    uninstall(&folder);
    let begun = launched
        .deck
        .sync_start(of("data-science").into())
        .await
        .unwrap();
    let [sync] = begun.operations[..] else {
        panic!("{begun:?}")
    };
    let location = launched.location("data-science").await.id;
    let request = StopLocationRequest {
        location: location.clone(),
        force: false,
    };
    launched.deck.location_stop(request).await.unwrap();
    let refused = launched
        .deck
        .sync_start(of("data-science").into())
        .await
        .unwrap_err();
    assert!(refused.message.contains("is being synced"), "{refused:?}");
    let sync = ended(&launched.deck, sync).await;
    assert_eq!(sync.state, OperationState::Succeeded, "{sync:?}");
    let shown = launched.location("data-science").await;
    assert!(
        matches!(shown.lifecycle, Lifecycle::Stopped { .. }),
        "{shown:?}"
    );
    assert_eq!(shown.process, None);
    launched.end().await;
}
