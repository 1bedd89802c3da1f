//! What a window says of an owner that is not as it would have started it, in another environment or of another version, and
//! that one click makes it the window's own.

use std::path::Path;

use api::protocol::PROTOCOL;
use testkit::{
    OlderOwner, TestDir, TestWorkspace, all_dagsters, dagsters, mentioning, wait_until,
    wait_until_none_mentions, within,
};

use crate::app::{App, SOON, STARTING};
use crate::hosts::{status, up_command};
use crate::main_job::ENGINEERING;
use crate::screens::taken;

const PROJECT: &str = "data-engineering";

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_in_another_environment_is_named_and_restarted_in_the_windows_own() {
    let workspace = TestWorkspace::of(PROJECT);
    let instance = workspace.around().join("another instance");
    fs_err::create_dir(&instance).unwrap();
    let mut up = up_command(&workspace)
        .arg("--detach")
        .env("DAGSTER_HOME", &instance)
        .env("UV_NO_PROGRESS", "1")
        .spawn()
        .unwrap();
    let ended = within("`up --detach` ends", STARTING, async || {
        up.try_wait().unwrap()
    });
    assert!(ended.await.success());
    let root = workspace.path();
    let before = all_dagsters(&root, STARTING).await;
    assert!(before.iter().all(|pid| has_in_environment(*pid, &instance)));

    let app = App::start(&workspace, &[root.to_str().unwrap()]).await;
    app.location_is(ENGINEERING, "running").await;
    let said = app.text("differs").await;
    assert!(said.contains("DAGSTER_HOME, UV_NO_PROGRESS."), "{said}");
    app.click("differs-values").await;
    let values = app.text("differing").await;
    assert!(values.contains(instance.to_str().unwrap()), "{values}");
    assert_eq!(dagsters(&root), before, "looking started something");
    let owner = app.has_owners(1).await.remove(0).pid;
    taken(&app, "30-owner-differs").await;

    app.click("differs-restart").await;
    app.click("restart-owner-run").await;
    app.is_gone("differs").await;
    app.location_is(ENGINEERING, "running").await;
    let graphql = app.graphql().await;
    graphql.wait_until_loaded(&[PROJECT], STARTING).await;
    let after = all_dagsters(&root, STARTING).await;
    assert!(
        !after.iter().any(|pid| before.contains(pid)),
        "{before:?}, then {after:?}"
    );
    assert!(!after.iter().any(|pid| has_in_environment(*pid, &instance)));
    let owners = app.has_owners(1).await;
    assert_ne!(owners[0].pid, owner, "{owners:?}");

    // It is the window's now, and ends with it.
    app.kill();
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_an_older_dagdeck_is_named_and_one_click_takes_its_place() {
    let folder = TestDir::new();
    let (state, root) = (folder.make("state"), folder.make("work"));
    let listing = "directory_type = \"workspace\"\n\n[[workspace.projects]]\npath = \"one\"\n";
    folder.write("work/dg.toml", listing);
    let settings = "[project]\nname = \"one\"\nversion = \"0\"\n\n[tool.dg]\ndirectory_type = \"project\"\n\n\
        [tool.dg.project]\nroot_module = \"one\"\n";
    folder.write("work/one/pyproject.toml", settings);
    let lock = dagdeck::owner_lock(&state, &root);
    let older = OlderOwner::of(&lock, PROTOCOL - 1, 3);

    let app = App::start_in(&state, folder.path(), &[root.to_str().unwrap()]).await;
    let said = app.text("owner-other").await;
    let who = format!(
        "an older Dagdeck ({}, process {})",
        OlderOwner::VERSION,
        OlderOwner::PID
    );
    let who = format!("{} is run by {who}", root.display());
    assert!(said.contains(&who), "{said}");
    assert!(said.contains("3 processes run there."), "{said}");
    assert_eq!(app.owners(), [], "another was started beside it");
    taken(&app, "31-owner-other").await;
    app.click("run-here").await;
    app.click("take-over-run").await;
    older.ended(SOON).await;
    app.is_gone("owner-other").await;
    // What is in it is shown, and asked about.
    app.find("trust-accept").await;
    wait_until("the window is at an owner of its own", SOON, async || {
        let status = status(state.clone(), &root).await;
        status.is_some_and(|status| status.windows == 1)
    })
    .await;
    app.has_owners(1).await;
    app.kill();
    wait_until_none_mentions(&[folder.path()]).await;
}

/// Whether a process was started with this path in its environment.
fn has_in_environment(pid: u32, path: &Path) -> bool {
    // It may have ended by now, and then has none.
    let all = mentioning(&[path]);
    all.iter().any(|process| process.pid == pid)
}
