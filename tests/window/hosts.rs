//! One workspace, many hosts: the window beside a terminal, two workspaces at once, and a window that is killed after the
//! person chose to keep everything running.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use api::protocol::frozen::{HostKind, Status};
use attach::{Introduction, News, Owner};
use serve::Reach;
use testkit::{
    Graphql, TestWorkspace, all_dagsters, dagsters, wait_until, wait_until_none_mentions, within,
};

use crate::app::{App, SOON, STARTING};
use crate::main_job::{ENGINEERING, SCIENCE, launch};
use crate::screens::taken;

const BOTH: [&str; 2] = ["data-engineering", "data-science"];

#[tokio::test(flavor = "multi_thread")]
async fn the_window_shows_what_a_terminal_runs_and_may_go() {
    let workspace = TestWorkspace::copy();
    let port = process::ports::any_free().unwrap();
    let mut up = up(&workspace, port);
    let graphql = Graphql::new(&format!("http://127.0.0.1:{port}"));
    graphql.wait_until_loaded(&BOTH, STARTING).await;
    let before = all_dagsters(&workspace.path(), STARTING).await;

    let path = workspace.path();
    let app = App::start(&workspace, &[path.to_str().unwrap()]).await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "running").await;
    }
    assert_eq!(
        dagsters(&workspace.path()),
        before,
        "the window started something"
    );
    app.has_owners(1).await;
    taken(&app, "34-terminal-attached").await;
    app.open_location(SCIENCE).await;
    app.click("stop").await;
    app.location_is(SCIENCE, "stopped").await;

    app.click_close_button().await;
    let asked = app.text("close-dialog").await;
    assert!(asked.contains("1 terminal is attached too"), "{asked}");
    taken(&app, "33-close-with-terminal").await;
    app.click("close-cancel").await;
    app.is_gone("close-dialog").await;
    app.kill();
    windows_are(&workspace, 0).await;
    // The terminal holds what runs.
    let left = graphql.locations().await.unwrap();
    assert!(
        left.iter()
            .any(|entry| entry.name == BOTH[0] && entry.loaded),
        "{left:?}"
    );
    signal(&up, "INT");
    within("`up` ends", STARTING, async || up.try_wait().unwrap()).await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workspace_gets_a_window_of_its_own_and_stops_nothing() {
    let (one, other) = (TestWorkspace::copy(), TestWorkspace::copy());
    let app = App::start(&one, &[]).await;
    app.open_by_typed_path(&other).await;
    app.click("workspace-menu").await;
    app.click("menu-close").await;
    app.open_by_typed_path(&one).await;
    let graphql = launch(&app).await;
    let before = all_dagsters(&one.path(), STARTING).await;

    app.click("workspace-menu").await;
    app.click(&format!("menu-recent-{}", name(&other))).await;
    wait_until("the other workspace has an owner", SOON, async || {
        status(one.state(), &other.path())
            .await
            .is_some_and(|status| status.windows == 1)
    })
    .await;
    // Its window attaches before it is there for a driver.
    wait_until("there are two windows", SOON, async || {
        app.windows().await == 2
    })
    .await;
    assert_eq!(
        dagsters(&one.path()),
        before,
        "opening another stopped or started something"
    );
    app.location_is(SCIENCE, "running").await;
    graphql.wait_until_loaded(&BOTH, SOON).await;

    // Both run at once, and what is stopped in one window is that workspace's alone.
    app.to_the_other_window().await;
    app.click("launch").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "running").await;
    }
    assert_eq!(all_dagsters(&other.path(), STARTING).await.len(), 4);
    app.click("stop-all").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "stopped").await;
    }
    app.to_the_other_window().await;
    app.location_is(SCIENCE, "running").await;
    assert_eq!(dagsters(&one.path()), before, "the other stopped something");
    graphql.wait_until_loaded(&BOTH, SOON).await;

    // Its own again: the window that shows it comes to the front, and no third is made.
    app.click("workspace-menu").await;
    app.click(&format!("menu-recent-{}", name(&other))).await;
    app.location_is(SCIENCE, "running").await;
    assert_eq!(app.windows().await, 2);
    app.kill();
    wait_until_none_mentions(&[one.around(), other.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_running_is_there_after_the_app_was_killed() {
    let workspace = TestWorkspace::copy();
    let app = App::start(&workspace, &[]).await;
    app.open_by_typed_path(&workspace).await;
    let graphql = launch(&app).await;
    let before = all_dagsters(&workspace.path(), STARTING).await;
    app.click_close_button().await;
    app.click("close-keep").await;
    nobody_holds(&workspace).await;
    app.kill();
    windows_are(&workspace, 0).await;
    graphql.wait_until_loaded(&BOTH, SOON).await;

    let path = workspace.path();
    let again = App::start(&workspace, &[path.to_str().unwrap()]).await;
    for location in [ENGINEERING, SCIENCE] {
        again.location_is(location, "running").await;
    }
    assert_eq!(
        dagsters(&workspace.path()),
        before,
        "something was started again"
    );
    again.shoot("kept-running").await;
    crate::main_job::stop(again, &workspace).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_owner_is_killed_the_window_says_so_and_runs_it_again() {
    let workspace = TestWorkspace::copy();
    let app = App::start(&workspace, &[]).await;
    app.open_by_typed_path(&workspace).await;
    launch(&app).await;
    let owner = app.has_owners(1).await.remove(0).pid.to_string();
    let killed = Command::new("kill").args(["-KILL", &owner]).status();
    assert!(killed.unwrap().success());
    app.find("owner-gone").await;
    taken(&app, "32-owner-gone").await;
    wait_until("nothing of it is left", SOON, async || {
        app.children().is_empty()
    })
    .await;
    app.click("run-here").await;
    app.is_gone("owner-gone").await;
    launch(&app).await;
    assert_ne!(app.has_owners(1).await.remove(0).pid.to_string(), owner);
    // Closing the workspace asks, for something runs, and leads back to the welcome screen.
    app.click("workspace-menu").await;
    app.click("menu-close").await;
    app.click("close-workspace-run").await;
    app.find("open-path-input").await;
    wait_until("nothing of it is left", SOON, async || {
        app.children().is_empty()
    })
    .await;
    app.close().await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// `dagdeck up` on a workspace.
fn up(workspace: &TestWorkspace, port: u16) -> Child {
    up_command(workspace)
        .args(["--port", &port.to_string()])
        .spawn()
        .unwrap()
}

/// `dagdeck up` with trust given, in the test's own state folder.
pub(crate) fn up_command(workspace: &TestWorkspace) -> Command {
    let program = std::env::var_os("DAGDECK_PROGRAM").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/debug/dagdeck"),
        PathBuf::from,
    );
    let mut command = Command::new(program);
    command
        .arg("up")
        .arg(workspace.path())
        .arg("--trust")
        .env("DAGDECK_STATE", workspace.state())
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .env_remove("DAGSTER_HOME")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// The folder's name, by which a list of workspaces shows it.
fn name(workspace: &TestWorkspace) -> String {
    let path = workspace.path();
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// A host that only looks at what an owner runs; none where there is no owner.
async fn looking(state_folder: PathBuf, root: &Path) -> Option<Owner> {
    let host = Introduction {
        kind: HostKind::Other,
        holds: false,
    };
    let reach = Reach {
        state_folder,
        root: root.to_owned(),
        program: PathBuf::new(),
        environment: BTreeMap::new(),
    };
    let find = |socket| async move { Owner::find(socket, host).await };
    reach.existing(find).await.unwrap()
}

/// How a workspace's owner says that it stands; none where there is no owner.
pub(crate) async fn status(state_folder: PathBuf, root: &Path) -> Option<Status> {
    looking(state_folder, root).await?.status().await.ok()
}

/// Waits until so many windows are attached.
async fn windows_are(workspace: &TestWorkspace, windows: u64) {
    wait_until(
        &format!("{windows} windows are attached"),
        SOON,
        async || {
            let status = status(workspace.state(), &workspace.path()).await;
            status.is_some_and(|status| status.windows == windows)
        },
    )
    .await;
}

/// Waits until what runs would go on without anybody.
async fn nobody_holds(workspace: &TestWorkspace) {
    let owner = looking(workspace.state(), &workspace.path()).await.unwrap();
    let (_, mut news) = owner.attach().unwrap().subscribe().await.unwrap();
    let held = async {
        while let Some(news) = news.next().await {
            if matches!(news, News::Hosts(hosts) if hosts.holders == 0) {
                return;
            }
        }
        panic!("the owner is gone");
    };
    tokio::time::timeout(SOON, held)
        .await
        .expect("somebody holds it");
}
