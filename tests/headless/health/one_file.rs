//! Two findings of one check that are put right in one file: each is its own, done in turn, and taken back alone.

use std::path::PathBuf;

use api::{ErrorCode, FindingState, FindingView, UndoRequest};
use testkit::TestWorkspace;

use super::{Checked, as_shown};

const SECRETS: &str = "git-ignores::.env";
const ENVIRONMENT: &str = "git-ignores::.venv";

/// A repository that ignores neither a `.env` nor an environment.
struct Repository {
    workspace: TestWorkspace,
    checked: Checked,
}

impl Repository {
    /// With what its .gitignore holds; none for none.
    async fn ignoring(held: Option<&str>) -> Self {
        let workspace = TestWorkspace::copy();
        git(&workspace, &["init", "--quiet"]);
        let folder = workspace.project("data-science");
        // uv has an environment ignore itself; one that something else made need not.
        fs_err::remove_file(folder.join(".venv/.gitignore")).unwrap();
        fs_err::write(folder.join(".env"), "TOKEN=x\n").unwrap();
        let file = workspace.path().join(".gitignore");
        match held {
            Some(text) => fs_err::write(&file, text).unwrap(),
            None if file.exists() => fs_err::remove_file(&file).unwrap(),
            None => {}
        }
        let checked = Checked::of(&workspace.path(), &workspace.state()).await;
        Self { workspace, checked }
    }

    fn file(&self) -> PathBuf {
        self.workspace.path().join(".gitignore")
    }

    fn held(&self) -> String {
        fs_err::read_to_string(self.file()).unwrap()
    }

    /// Both findings, the `.env`'s first.
    async fn both(&self) -> [FindingView; 2] {
        let found = self.checked.found("git-ignores").await;
        let ids: Vec<&str> = found.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, [SECRETS, ENVIRONMENT]);
        found.try_into().unwrap()
    }

    /// How the fix of a finding stands; none where it is not shown.
    async fn state(&self, id: &str) -> Option<FindingState> {
        let shown = self.checked.shown().await.findings;
        let one = shown.into_iter().find(|one| one.id == id);
        one.map(|one| one.state)
    }

    async fn fix(&self, findings: &[&FindingView]) -> Result<(), api::ApiError> {
        let deck = &self.checked.opened.deck;
        deck.health_fix(as_shown(findings)).await.map(|_| ())
    }

    async fn undo(&self, id: &str) {
        let findings = vec![id.to_owned()];
        let deck = &self.checked.opened.deck;
        deck.health_undo(UndoRequest { findings }).await.unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test makes what it needs, and waits"
)]
fn git(workspace: &TestWorkspace, arguments: &[&str]) {
    let git = std::process::Command::new("git")
        .args(arguments)
        .current_dir(workspace.path())
        .output();
    assert!(git.unwrap().status.success());
}

const UNDOABLE: Option<FindingState> = Some(FindingState::Fixed { undo: true });

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_is_put_right_alone_and_taken_back_alone() {
    let repository = Repository::ignoring(Some("dist/\n")).await;
    let [secrets, _] = repository.both().await;
    repository.fix(&[&secrets]).await.unwrap();
    assert_eq!(repository.held(), "dist/\n.env\n");
    assert_eq!(repository.state(SECRETS).await, UNDOABLE);
    let open = Some(FindingState::Open);
    assert_eq!(repository.state(ENVIRONMENT).await, open);
    let left = repository.checked.the_finding("git-ignores").await;
    assert_eq!(left.id, ENVIRONMENT);
    repository.fix(&[&left]).await.unwrap();
    assert_eq!(repository.held(), "dist/\n.env\n.venv/\n");
    assert_eq!(repository.state(SECRETS).await, UNDOABLE);
    assert_eq!(repository.state(ENVIRONMENT).await, UNDOABLE);
    // The first of the two, with the second below it.
    repository.undo(SECRETS).await;
    assert_eq!(repository.held(), "dist/\n.venv/\n");
    assert_eq!(repository.state(SECRETS).await, open);
    assert_eq!(repository.state(ENVIRONMENT).await, UNDOABLE);
    repository.undo(ENVIRONMENT).await;
    assert_eq!(repository.held(), "dist/\n");
    repository.both().await;
    repository.checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_at_once_are_put_right_one_after_the_other() {
    for held in [Some("dist/"), None] {
        let repository = Repository::ignoring(held).await;
        let [secrets, environment] = repository.both().await;
        repository.fix(&[&secrets, &environment]).await.unwrap();
        let above = held.map(|text| format!("{text}\n")).unwrap_or_default();
        assert_eq!(repository.held(), format!("{above}.env\n.venv/\n"));
        for id in [SECRETS, ENVIRONMENT] {
            let state = repository.state(id).await;
            let fixed = matches!(state, Some(FindingState::Fixed { .. }));
            assert!(fixed, "{id}: {state:?}");
        }
        repository.checked.opened.deck.shut_down().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_since_it_was_shown_is_left_and_shown_anew() {
    let repository = Repository::ignoring(Some("dist/\n")).await;
    let [secrets, environment] = repository.both().await;
    let theirs = "dist/\nbuild/\n";
    fs_err::write(repository.file(), theirs).unwrap();
    let refused = repository.fix(&[&secrets, &environment]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Precondition);
    assert!(
        refused.message.starts_with(".gitignore changed"),
        "{refused:?}"
    );
    assert_eq!(repository.held(), theirs);
    assert_eq!(repository.state(SECRETS).await, Some(FindingState::Open));
    // What is shown by then is done.
    let shown = repository.checked.shown().await.findings;
    let now = shown.iter().find(|one| one.id == SECRETS).unwrap();
    repository.fix(&[now]).await.unwrap();
    assert_eq!(repository.held(), format!("{theirs}.env\n"));
    // One that the person put right themselves is not done again.
    let shown = repository.checked.shown().await.findings;
    let now = shown.iter().find(|one| one.id == ENVIRONMENT).unwrap();
    let both = format!("{theirs}.env\n.venv/\n");
    fs_err::write(repository.file(), &both).unwrap();
    let refused = repository.fix(&[now]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
    assert_eq!(repository.held(), both);
    assert_eq!(repository.state(ENVIRONMENT).await, None);
    repository.checked.opened.deck.shut_down().await;
}
