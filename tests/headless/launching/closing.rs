//! A close that comes upon a launch, whatever it is at: nothing is left running, and nothing of it is shown any more.

use std::time::Instant;

use api::{
    Envelope, Event, FolderRequest, LaunchRequest, Lifecycle, Nothing, OperationState, Snapshot,
    WorkspaceView,
};
use dagdeck::Deck;
use testkit::{Chance, TestWorkspace, rounds, wait_until, wait_until_none_mentions};

use crate::launched::STARTING;
use crate::opened::Opened;

async fn snapshot(deck: &Deck) -> Snapshot {
    deck.snapshot_get(Nothing {}).await.unwrap()
}

async fn shown(deck: &Deck) -> WorkspaceView {
    snapshot(deck).await.workspace.unwrap()
}

/// Launches, as far as that comes until a close at this moment.
async fn closed_in_a_launch(
    deck: &Deck,
    workspace: &TestWorkspace,
    request: LaunchRequest,
    moment: impl Future<Output = ()>,
) {
    let launch = deck.launch(request);
    let close = async {
        moment.await;
        let close = deck.workspace_close(Nothing {});
        let closed = tokio::time::timeout(STARTING, close).await;
        closed.expect("the close has an end").unwrap();
    };
    // What the launch answers depends on how far it came.
    let (_, ()) = tokio::join!(launch, close);
    let after = snapshot(deck).await;
    assert_eq!(after.workspace, None);
    let mut operations = after.operations.iter();
    let running = operations.find(|one| one.state == OperationState::Running);
    assert_eq!(running, None);
    wait_until_none_mentions(&[&workspace.path()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_at_any_moment_of_a_launch_leaves_nothing() {
    let workspace = TestWorkspace::copy();
    let Opened { deck } = Opened::of(&workspace.path(), &workspace.state()).await;
    let begun = Instant::now();
    deck.launch(LaunchRequest::default()).await.unwrap();
    wait_until("the launch has settled", STARTING, async || {
        !shown(&deck).await.launch.active
    })
    .await;
    let span = begun.elapsed();
    deck.workspace_close(Nothing {}).await.unwrap();

    let mut chance = Chance::new();
    for round in 0..rounds(2, 20) {
        let path = workspace.path().display().to_string();
        deck.workspace_open(FolderRequest { path }).await.unwrap();
        let moment = chance.early_in(span);
        println!("round {round}: closed after {moment:?} of {span:?}");
        let moment = tokio::time::sleep(moment);
        closed_in_a_launch(&deck, &workspace, LaunchRequest::default(), moment).await;
    }
    // Most of all just before the first is asked to start, which the launch tells.
    for _ in 0..rounds(3, 50) {
        let path = workspace.path().display().to_string();
        deck.workspace_open(FolderRequest { path }).await.unwrap();
        let mut events = deck.subscribe();
        let told = async {
            let begins = |one: &Envelope| match &one.event {
                Event::WorkspaceChanged { workspace } => workspace.launch.active,
                _ => false,
            };
            while let Some(batch) = events.next().await {
                if batch.iter().any(begins) {
                    break;
                }
            }
        };
        closed_in_a_launch(&deck, &workspace, LaunchRequest::default(), told).await;
    }
    deck.shut_down().await;
}

/// Takes from the copy whatever could run a webserver: Dagdeck has to make an environment for it.
fn without_a_webserver() -> TestWorkspace {
    let workspace = TestWorkspace::of("data-engineering");
    fs_err::remove_dir_all(workspace.path().join("deployments")).unwrap();
    let project = workspace.project("data-engineering");
    workspace.own_packages(&project);
    let environment = project.join(".venv");
    for library in fs_err::read_dir(environment.join("lib")).unwrap() {
        let packages = library.unwrap().path().join("site-packages");
        for package in fs_err::read_dir(packages).unwrap().flatten() {
            let name = package.file_name();
            if name.to_string_lossy().starts_with("dagster_webserver") {
                fs_err::remove_dir_all(package.path()).unwrap();
            }
        }
    }
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_for_the_webserver_is_made_and_a_close_ends_that_too() {
    let workspace = without_a_webserver();
    let Opened { deck } = Opened::of(&workspace.path(), &workspace.state()).await;
    let asks = shown(&deck).await;
    assert_eq!(asks.deployment.unwrap().origin, "made by Dagdeck");
    let request = LaunchRequest {
        make_deployment: true,
        ..LaunchRequest::default()
    };
    let made = workspace.state().join("deployments");
    let making = async {
        wait_until("uv is asked", STARTING, async || {
            let operations = snapshot(&deck).await.operations;
            operations
                .iter()
                .any(|one| one.title == "Making an environment for the webserver")
        })
        .await;
    };
    closed_in_a_launch(&deck, &workspace, request.clone(), making).await;
    wait_until_none_mentions(&[&made]).await;

    let path = workspace.path().display().to_string();
    deck.workspace_open(FolderRequest { path }).await.unwrap();
    let refused = deck.launch(LaunchRequest::default()).await;
    assert!(refused.is_err(), "what is half made runs nothing");
    deck.launch(request).await.unwrap();
    wait_until("the webserver serves", STARTING, async || {
        let lifecycle = shown(&deck).await.webserver.lifecycle;
        matches!(lifecycle, Lifecycle::Running { .. })
    })
    .await;
    deck.shut_down().await;
    // The guard goes with the deck.
    drop(deck);
    wait_until_none_mentions(&[workspace.around()]).await;
}
