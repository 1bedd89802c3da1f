//! The list of projects, not as it should be. Each fault is put right in dg.toml, and taken back where that is offered.

use api::{FindingState, UndoRequest};
use testkit::TestWorkspace;

use super::{Checked, as_shown};

fn config(workspace: &TestWorkspace) -> String {
    fs_err::read_to_string(workspace.path().join("dg.toml")).unwrap()
}

fn list(workspace: &TestWorkspace, path: &str) {
    let entry = format!("\n[[workspace.projects]]\npath = \"{path}\"\n");
    let text = config(workspace) + &entry;
    fs_err::write(workspace.path().join("dg.toml"), text).unwrap();
}

async fn is_put_right(checked: &Checked, check: &str, title: &str) {
    let finding = checked.the_finding(check).await;
    assert!(finding.title.contains(title), "{}", finding.title);
    assert!(
        !finding.fix.as_ref().unwrap().safe,
        "it changes a file of the person's"
    );
    checked.fixed(&finding).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_repeated_or_missing_in_the_list_is_put_right() {
    let workspace = TestWorkspace::copy();
    let checked = Checked::of(&workspace.path(), &workspace.state()).await;
    let as_made = config(&workspace);
    list(&workspace, "projects/gone");
    is_put_right(&checked, "projects-present", "projects/gone").await;
    assert_eq!(config(&workspace), as_made);
    list(&workspace, "./projects/data-science");
    is_put_right(&checked, "projects-listed-once", "is listed twice").await;
    assert_eq!(config(&workspace), as_made);
    // Listed by hand, then taken off: the folder stays.
    workspace.add_project_without_environment("marketing");
    let listed = config(&workspace);
    fs_err::write(workspace.path().join("dg.toml"), &as_made).unwrap();
    let finding = checked.the_finding("projects-listed").await;
    assert_eq!(finding.title, "projects/marketing isn’t listed");
    let deck = &checked.opened.deck;
    deck.health_fix(as_shown(&[&finding])).await.unwrap();
    assert_eq!(config(&workspace), listed);
    let undo = UndoRequest {
        findings: vec![finding.id.clone()],
    };
    deck.health_undo(undo).await.unwrap();
    assert_eq!(config(&workspace), as_made);
    let again = checked.the_finding("projects-listed").await;
    assert_eq!(again.state, FindingState::Open);
    checked.opened.deck.shut_down().await;
}
