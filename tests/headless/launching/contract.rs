//! One contract for events: who applies each in order holds the snapshot that the core holds. Here over a rich story with
//! real Dagsters; `tests/contract/story.json` is such a story as it was told once, which the window's `apply.ts` and
//! `api::apply` both replay in each run. `DAGDECK_WRITES_CONTRACT=1` writes it anew.

use std::path::Path;

use api::{
    Envelope, FolderRequest, HealthRequest, Lifecycle, LocationRequest, Nothing, Settings,
    Snapshot, Step, StopLocationRequest,
};
use dagdeck::Deck;
use testkit::{TestWorkspace, wait_until};
use tokio::sync::mpsc;

use crate::launched::{Launched, STARTING, is_ready};

/// Keeps every event, until the deck is gone.
fn collect(deck: &Deck) -> mpsc::UnboundedReceiver<Envelope> {
    let (sender, events) = mpsc::unbounded_channel();
    let mut told = deck.subscribe();
    tokio::spawn(async move {
        while let Some(batch) = told.next().await {
            for envelope in batch {
                if sender.send(envelope).is_err() {
                    return;
                }
            }
        }
    });
    events
}

/// Every event after a snapshot up to another.
async fn between(
    events: &mut mpsc::UnboundedReceiver<Envelope>,
    first: &Snapshot,
    last: &Snapshot,
) -> Vec<Envelope> {
    let mut kept = Vec::new();
    let mut at = first.revision;
    while at < last.revision {
        let envelope = events.recv().await.unwrap();
        at = envelope.revision;
        if at > first.revision && at <= last.revision {
            kept.push(envelope);
        }
    }
    kept
}

/// Launches, breaks and mends code, stops and starts, takes a project out and in, changes settings, checks, closes.
async fn story(launched: &Launched) {
    let deck = &launched.deck;
    let broken = "data-engineering";
    launched.settled().await;
    let location = launched.location(broken).await.id;
    let code = launched
        .workspace
        .project(broken)
        .join("src/data_engineering/definitions.py");
    let good = fs_err::read_to_string(&code).unwrap();
    fs_err::write(&code, "import nowhere_to_be_found\n").unwrap();
    let reload = LocationRequest {
        location: location.clone(),
    };
    deck.location_reload(reload.clone()).await.unwrap();
    launched
        .until_location(broken, "its code does not load", |location| {
            matches!(location.readiness, api::Readiness::LoadError { .. })
        })
        .await;
    fs_err::write(&code, good).unwrap();
    deck.location_reload(reload.clone()).await.unwrap();
    launched
        .until_location(broken, "it is mended", is_ready)
        .await;

    let stop = StopLocationRequest {
        location,
        force: false,
    };
    deck.location_stop(stop).await.unwrap();
    launched
        .until_location(broken, "it is stopped", |location| {
            matches!(location.lifecycle, Lifecycle::Stopped { .. })
        })
        .await;
    deck.location_start(reload).await.unwrap();
    launched.until_location(broken, "it is up", is_ready).await;

    let listing = launched.workspace.path().join("dg.toml");
    let whole = fs_err::read_to_string(&listing).unwrap();
    let less = whole.replace("projects/data-science", "projects/not-there");
    assert_ne!(less, whole);
    fs_err::write(&listing, less).unwrap();
    deck.workspace_check(Nothing {}).await.unwrap();
    fs_err::write(&listing, whole).unwrap();
    deck.workspace_check(Nothing {}).await.unwrap();

    let settings = Settings {
        auto_reload: false,
        ..launched.snapshot().await.settings
    };
    deck.settings_set(settings).await.unwrap();
    deck.health_check(HealthRequest { asked: false })
        .await
        .unwrap();
    deck.stop_all(Nothing {}).await.unwrap();
    let path = launched.workspace.path().display().to_string();
    deck.workspace_close(Nothing {}).await.unwrap();
    deck.workspace_open(FolderRequest { path }).await.unwrap();
    wait_until("nothing is being done any more", STARTING, async || {
        let snapshot = launched.snapshot().await;
        let running = |one: &api::Operation| one.state == api::OperationState::Running;
        !snapshot.operations.iter().any(running)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_applies_each_event_holds_the_snapshot_that_the_core_holds() {
    let launched = Launched::opened(TestWorkspace::copy()).await;
    let mut events = collect(&launched.deck);
    launched.deck.keep_checking();
    let first = launched.snapshot().await;
    launched
        .deck
        .launch(api::LaunchRequest::default())
        .await
        .unwrap();
    story(&launched).await;
    let last = launched.snapshot().await;
    let told = between(&mut events, &first, &last).await;

    let mut replayed = first.clone();
    for envelope in &told {
        assert_eq!(api::step(&replayed, envelope), Step::Next);
        api::apply(&mut replayed, envelope.clone());
    }
    assert_eq!(replayed, last);
    let kinds: std::collections::BTreeSet<String> = told
        .iter()
        .map(|one| {
            let event = serde_json::to_value(&one.event).unwrap();
            event["kind"].as_str().unwrap().to_owned()
        })
        .collect();
    for kind in [
        "workspaceRead",
        "workspaceChanged",
        "locationChanged",
        "serviceChanged",
        "operationChanged",
        "healthChanged",
        "settingsChanged",
    ] {
        assert!(kinds.contains(kind), "the story has no {kind}: {kinds:?}");
    }

    if std::env::var_os("DAGDECK_WRITES_CONTRACT").is_some() {
        write(&launched, &first, &told, &last);
    }
    launched.end().await;
}

/// Writes the story, an event a line, with the places of this machine made up.
fn write(launched: &Launched, first: &Snapshot, told: &[Envelope], last: &Snapshot) {
    let line = |envelope: &Envelope| serde_json::to_string(envelope).unwrap();
    let story = format!(
        "{{\"first\":{},\n\"events\":[\n{}\n],\n\"last\":{}}}\n",
        serde_json::to_string(first).unwrap(),
        told.iter().map(line).collect::<Vec<_>>().join(",\n"),
        serde_json::to_string(last).unwrap(),
    );
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap();
    let around = launched.workspace.around();
    let mut story = story;
    for (place, made_up) in [
        (around.display().to_string(), "/somewhere"),
        (repository.display().to_string(), "/repository"),
        (first.home.clone(), "/home/someone"),
    ] {
        story = story.replace(&place, made_up);
    }
    fs_err::write(repository.join("tests/contract/story.json"), story).unwrap();
}
