//! What is under way when a workspace is closed: it ends with it, and changes nothing on the screen any more.

use api::{FolderRequest, Nothing, OperationState};
use testkit::{TestWorkspace, mentioning};

use crate::opened::Opened;

#[tokio::test(flavor = "multi_thread")]
async fn looks_that_are_under_way_end_with_their_workspace() {
    let workspace = TestWorkspace::copy();
    let Opened { deck } = Opened::of(&workspace.path(), &workspace.state()).await;
    for _ in 0..3 {
        // One after the other reads the folder, and the close comes upon the first of them.
        let look = || deck.workspace_check(Nothing {});
        let close = deck.workspace_close(Nothing {});
        let (.., closed) = tokio::join!(look(), look(), look(), look(), look(), look(), close);
        closed.unwrap();
        let snapshot = deck.snapshot_get(Nothing {}).await.unwrap();
        assert_eq!(snapshot.workspace, None);
        let mut operations = snapshot.operations.iter();
        let running = operations.find(|one| one.state == OperationState::Running);
        assert_eq!(running, None);
        let path = workspace.path().display().to_string();
        deck.workspace_open(FolderRequest { path }).await.unwrap();
    }
    deck.shut_down().await;
    assert_eq!(mentioning(&[&workspace.path()]), []);
}
