//! The app is killed at random moments: nothing of it is left, and the next start is clean.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use testkit::{TestWorkspace, wait_until_none_mentions};

use crate::app::{App, STARTING};
use crate::main_job::{ENGINEERING, SCIENCE};

const ROUNDS: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_at_any_moment_nothing_is_left() {
    let workspace = TestWorkspace::copy();
    let mut chance = Chance::new();
    println!("seed {}", chance.seed);
    let first = App::start(&workspace, &[]).await;
    first.open_by_typed_path(&workspace).await;
    first.kill();
    wait_until_none_mentions(&[workspace.around()], Duration::from_secs(5)).await;

    let path = workspace.path();
    for round in 0..ROUNDS {
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
        wait_until_none_mentions(&[workspace.around()], Duration::from_secs(5)).await;
    }
}

async fn running(app: &App) {
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "running").await;
    }
}

/// Chance whose seed is told, so that a failure can be looked at again.
struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    fn new() -> Chance {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = std::env::var("DAGDECK_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or(u64::from(now.subsec_nanos()) | 1);
        Chance { seed, state: seed }
    }

    /// The next number below a limit (xorshift).
    fn below(&mut self, limit: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % limit
    }
}
