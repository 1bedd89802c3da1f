//! Making workspaces and projects for real: the index, the scaffolder, uv.

use std::time::Duration;

use dagdeck::wire::{
    CreateFormRequest, CreateKind, CreateSpec, Creation, CreationState, ErrorCode, FolderRequest,
    Nothing, StepState,
};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use testkit::{TestDir, wait_until, wait_until_none_mentions};

use crate::command::program;

/// How long making something may take on a busy machine.
const MAKING: Duration = Duration::from_secs(240);

/// A deck with a folder to make things in.
struct Maker {
    deck: Deck,
    folder: TestDir,
}

impl Maker {
    async fn new() -> Self {
        let folder = TestDir::new();
        let guard = GuardProgram {
            program: program(),
            arguments: vec!["guard".into()],
        };
        let mut options = DeckOptions::from_environment(guard);
        options.state_folder = folder.make("state");
        options.home = folder.make("home");
        let deck = Deck::start(options).await.unwrap();
        Self { deck, folder }
    }

    /// The answers as a form gives them, in the test's folder.
    async fn spec(&self, kind: CreateKind, name: &str) -> CreateSpec {
        let parent = Some(self.folder.make("made").display().to_string());
        let request = CreateFormRequest { kind, parent };
        let form = self.deck.create_form(request).await.unwrap();
        assert_eq!(form.blocked, None);
        CreateSpec {
            name: name.to_owned(),
            dagster: "1.13.27".to_owned(),
            git: false,
            ..form.spec
        }
    }

    async fn creation(&self) -> Option<Creation> {
        self.deck.snapshot_get(Nothing {}).await.unwrap().creation
    }

    /// Waits until it no longer runs.
    async fn made(&self) -> Creation {
        wait_until("it is made", MAKING, async || {
            self.creation()
                .await
                .is_none_or(|creation| creation.state != CreationState::Running)
        })
        .await;
        self.creation().await.unwrap()
    }

    fn path(&self, relative: &str) -> std::path::PathBuf {
        self.folder.join("made").join(relative)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_step_goes_on_and_the_rest_is_made() {
    let maker = Maker::new().await;
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.first_project = Some("inventory".to_owned());
    maker.deck.create_start(spec.clone()).await.unwrap();
    let running = |at: usize| {
        let maker = &maker;
        async move || {
            let creation = maker.creation().await.unwrap();
            assert_eq!(creation.state, CreationState::Running, "{creation:?}");
            creation.steps[at].state == StepState::Running && !creation.steps[at].tail.is_empty()
        }
    };
    let other = maker.deck.create_start(spec).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Precondition, "one at a time");
    // In the middle of installing packages for the Dagster UI.
    wait_until("packages are being installed", MAKING, running(2)).await;
    maker.deck.create_cancel(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Cancelled);
    assert_eq!(creation.steps[2].state, StepState::Cancelled);
    assert_eq!(creation.steps[3].state, StepState::Waiting);
    assert_eq!(creation.failure, None);
    assert_eq!(creation.made, [maker.path("acme").display().to_string()]);
    wait_until_none_mentions(&[&maker.path("acme/deployments")], Duration::from_secs(20)).await;

    maker.deck.create_retry(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Succeeded, "{creation:?}");
    assert!(
        creation
            .steps
            .iter()
            .all(|step| step.state == StepState::Succeeded)
    );
    for there in [
        "acme/deployments/local/.venv/bin/dagster-webserver",
        "acme/projects/inventory/.venv/bin/python",
        "acme/projects/inventory/uv.lock",
    ] {
        assert!(maker.path(there).exists(), "{there}");
    }
    let path = creation.root.clone();
    let opened = maker
        .deck
        .workspace_open(FolderRequest { path })
        .await
        .unwrap();
    let workspace = opened.workspace.unwrap();
    assert!(workspace.trusted, "what Dagdeck made may run");
    assert_eq!(workspace.problems, []);
    assert_eq!(workspace.locations[0].name, "inventory");
    maker.deck.create_dismiss(Nothing {}).await.unwrap();
    assert_eq!(maker.creation().await, None);
    maker.deck.shut_down().await;
}
