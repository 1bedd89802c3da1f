//! Taking a sync back at any moment: nothing of it is left running, what is shown is what is on disk, and the next one
//! works.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use api::{EnvironmentState, Operation, OperationRequest, OperationState};
use testkit::{Chance, TestWorkspace, rounds, wait_until, wait_until_none_mentions, within};

use crate::opened::{Opened, SYNCING, settled, take_away};

const NAME: &str = "no-environment";

/// What uv itself says: whether there is an environment, and whether it is current.
fn on_disk(folder: &Path) -> EnvironmentState {
    if !folder.join(".venv").exists() {
        return EnvironmentState::Missing;
    }
    let check = Command::new("uv")
        .args(["sync", "--check", "--python", ".venv/bin/python"])
        .current_dir(folder)
        .output()
        .unwrap();
    if check.status.success() {
        EnvironmentState::Ready
    } else {
        EnvironmentState::OutOfSync
    }
}

/// What the record says of a sync is what is on disk.
fn tells_the_truth(sync: &Operation, taken_back: bool, truth: EnvironmentState) {
    match (&sync.state, taken_back) {
        (OperationState::Cancelled, true) => {
            assert!(sync.title.contains("was cancelled. "), "{}", sync.title);
            let none = sync.title.contains("still no environment");
            assert_eq!(none, truth == EnvironmentState::Missing, "{}", sync.title);
            let whole = sync.title.contains("answers its lockfile");
            assert_eq!(whole, truth == EnvironmentState::Ready, "{}", sync.title);
        }
        (OperationState::Succeeded, _) => assert_eq!(truth, EnvironmentState::Ready),
        other => panic!("{other:?}: {}", sync.title),
    }
}

async fn the_next_one_works(opened: &Opened, folder: &Path) {
    let next = opened.begin_sync(NAME).await;
    let next = opened.ended(next).await;
    assert_eq!(next.state, OperationState::Succeeded, "{next:?}");
    assert_eq!(on_disk(folder), EnvironmentState::Ready);
    let import = Command::new(folder.join(".venv/bin/python"))
        .args(["-I", "-c", "import dagster, dagster_webserver"])
        .status()
        .unwrap();
    assert!(import.success());
}

/// A soak also meets the moments in which bytecode is compiled: its cache holds none.
async fn opened(workspace: &TestWorkspace) -> Opened {
    let cache = workspace.around().join("cache").display().to_string();
    let own = [("UV_CACHE_DIR", cache.as_str())];
    let variables = if rounds(0, 1) == 1 { &own[..] } else { &[] };
    Opened::with(&workspace.path(), &workspace.state(), variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_taken_back_at_any_moment_leaves_nothing_running_and_tells_the_truth() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment(NAME);
    let folder = workspace.project(NAME);
    // The lockfile is made once: without it, most of the time goes into choosing versions.
    let opened = opened(&workspace).await;
    let whole = Instant::now();
    let first = opened.begin_sync(NAME).await;
    let first = opened.ended(first).await;
    assert_eq!(first.state, OperationState::Succeeded, "{first:?}");
    take_away(&folder.join(".venv"));
    let begun = Instant::now();
    let second = opened.begin_sync(NAME).await;
    assert_eq!(opened.ended(second).await.state, OperationState::Succeeded);
    let span = begun.elapsed();
    println!("with lockfile {span:?}, all {:?}", whole.elapsed());

    let mut chance = Chance::new();
    let mut seen = [0_u32; 4];
    for round in 0..rounds(3, 20) {
        take_away(&folder.join(".venv"));
        opened.deck.workspace_check(api::Nothing {}).await.unwrap();
        wait_until(
            "it is seen that there is no environment",
            SYNCING,
            async || opened.location(NAME).await.environment.state == EnvironmentState::Missing,
        )
        .await;
        let moment = chance.early_in(span);
        let id = opened.begin_sync(NAME).await;
        tokio::time::sleep(moment).await;
        // It may have ended by then, which is one of the moments.
        let taken_back = opened
            .deck
            .operation_cancel(OperationRequest { operation: id })
            .await;
        let sync = opened.ended(id).await;
        settled(&opened).await;
        // A look at the environment that the changed files set off may be under way: it ends by itself.
        wait_until_none_mentions(&[&folder]).await;

        let truth = on_disk(&folder);
        let what = format!("round {round}, {moment:?}: what is shown is what uv says, {truth:?}");
        let shown = within(what, SYNCING, async || {
            let shown = opened.location(NAME).await.environment;
            let same = match shown.state {
                EnvironmentState::Broken => truth == EnvironmentState::OutOfSync,
                state => state == truth,
            };
            same.then_some(shown)
        })
        .await;
        tells_the_truth(&sync, taken_back.is_ok(), truth);
        seen[match shown.state {
            EnvironmentState::Missing => 0,
            EnvironmentState::Broken => 1,
            EnvironmentState::OutOfSync => 2,
            _ => 3,
        }] += 1;
        println!(
            "round {round}, {moment:?}: {:?}, {}",
            shown.state, sync.title
        );

        the_next_one_works(&opened, &folder).await;
    }
    println!(
        "no environment {}, broken {}, out of sync {}, done {}",
        seen[0], seen[1], seen[2], seen[3]
    );
    opened.deck.shut_down().await;
}
