//! `dagdeck up`: launches, and leaves nothing behind however it ends.

use std::time::Duration;

use testkit::{Graphql, TestWorkspace, wait_until_none_mentions};

use crate::command::{Up, dagdeck, printed};

const STARTING: Duration = Duration::from_secs(240);
const ENDING: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn serves_all_locations_until_asked_to_end() {
    let workspace = TestWorkspace::copy();
    for signal in ["TERM", "INT"] {
        let mut up = Up::start(&workspace);
        let graphql = Graphql::new(&up.address());
        graphql
            .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
            .await;
        up.signal(signal);
        up.ended(ENDING).await;
        wait_until_none_mentions(&[workspace.around()]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_nothing_behind_when_killed() {
    let workspace = TestWorkspace::copy();
    let mut up = Up::start(&workspace);
    Graphql::new(&up.address())
        .wait_until_loaded(&["data-engineering", "data-science"], STARTING)
        .await;
    up.signal("KILL");
    up.ended(ENDING).await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

#[test]
fn fails_when_nothing_can_be_served() {
    let workspace = TestWorkspace::copy();
    for project in ["data-engineering", "data-science"] {
        let broken = workspace.definitions(project).join("broken.py");
        fs_err::write(broken, "import no_such_library\n").unwrap();
    }
    let output = dagdeck(&workspace)
        .arg("up")
        .arg(workspace.path())
        .args(["--trust"])
        .output()
        .unwrap();
    let told = printed(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("no_such_library"), "{told}");
}
