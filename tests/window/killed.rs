//! The app is killed at random moments: nothing of it is left, and the next start is clean.

use std::time::Duration;

use testkit::{Chance, TestWorkspace, rounds, wait_until_none_mentions};

use crate::app::{App, STARTING};
use crate::main_job::{ENGINEERING, SCIENCE};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_at_any_moment_nothing_is_left() {
    let workspace = TestWorkspace::copy();
    let mut chance = Chance::new();
    let first = App::start(&workspace, &[]).await;
    first.open_by_typed_path(&workspace).await;
    first.kill();
    wait_until_none_mentions(&[workspace.around()]).await;

    let path = workspace.path();
    for round in 0..rounds(3, 30) {
        let app = App::start(&workspace, &[path.to_str().unwrap()]).await;
        app.find("launch").await;
        let dagsters = app
            .children()
            .into_iter()
            .filter(|process| process.says("grpc"));
        assert_eq!(dagsters.count(), 0, "round {round} did not start clean");
        app.click("launch").await;
        // Each moment lies in one of four stretches of the app's life; where in it, chance says.
        let stretch = match round % 4 {
            0 => 4_000,
            1 => {
                running(&app).await;
                let graphql = app.graphql().await;
                graphql
                    .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
                    .await;
                graphql
                    .launch_job("data-engineering", "slow")
                    .await
                    .unwrap();
                6_000
            }
            2 => {
                running(&app).await;
                let file = workspace.definitions("data-science").join("touched.py");
                fs_err::write(file, format!("ROUND = {round}\n")).unwrap();
                4_000
            }
            _ => {
                running(&app).await;
                app.click("stop-all").await;
                1_500
            }
        };
        let moment = chance.below(stretch);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        app.kill();
        println!(
            "round {round}: killed after {moment} ms of stretch {}",
            round % 4
        );
        wait_until_none_mentions(&[workspace.around()]).await;
    }
}

async fn running(app: &App) {
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "running").await;
    }
}
