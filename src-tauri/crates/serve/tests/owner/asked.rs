//! What hosts ask: answers find who asked, and nobody waits for another's.

use std::collections::BTreeSet;
use std::time::Duration;

use api::{
    ErrorCode, FolderRequest, LogFilter, Nothing, OpenLogRequest, OperationRequest, ViewRequest,
};
use testkit::{FakeTool, wait_until};
use tokio::time::timeout;

use crate::stage::{LONG, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_is_that_of_its_question() {
    let stage = Stage::new().await;
    let hosts = [stage.host().await, stage.host().await];
    let asked = (0..200).map(|number| {
        let host = hosts[number % 2].clone();
        tokio::spawn(async move {
            let path = format!("/nowhere/{number}");
            let refused = host
                .projects_find(FolderRequest { path: path.clone() })
                .await;
            let error = refused.unwrap_err();
            assert_eq!(error.code, ErrorCode::NotFound);
            assert_eq!(error.message, format!("There is no folder at {path}."));
        })
    });
    for asked in asked.collect::<Vec<_>>() {
        timeout(LONG, asked).await.unwrap().unwrap();
    }
    let theirs = hosts[0].snapshot_get(Nothing {}).await.unwrap();
    let ours = stage.deck.snapshot_get(Nothing {}).await.unwrap();
    assert_eq!(theirs.workspace.unwrap().root, ours.workspace.unwrap().root);
    drop(hosts);
    stage.end().await;
}

/// A uv that says its version once it may, or after a minute: a test that is killed leaves nothing behind for longer.
pub(crate) fn slow_uv(stage: &Stage) -> FakeTool {
    let go = stage.dir.join("go");
    let body = format!(
        "n=0; while [ ! -e '{}' ] && [ $n -lt 1200 ]; do sleep 0.05; n=$((n+1)); done; echo 'uv 0.9.0'",
        go.display()
    );
    FakeTool::new(&stage.dir.join("slow"), "uv", &body)
}

#[tokio::test]
async fn a_slow_command_holds_nobody_up() {
    let stage = Stage::new().await;
    let uv = slow_uv(&stage);
    let host = stage.host().await;
    let path = uv.program().display().to_string();
    let picking = tokio::spawn({
        let host = host.clone();
        async move { host.uv_pick(FolderRequest { path }).await }
    });
    wait_until("uv is asked", LONG, async || !uv.asked().is_empty()).await;
    host.operations_script(Nothing {}).await.unwrap();
    host.owner().status().await.unwrap();
    assert!(!picking.is_finished());
    stage.dir.write("go", "");
    timeout(LONG, picking).await.unwrap().unwrap().unwrap();
    stage.end().await;
}

#[tokio::test]
async fn a_host_that_goes_cancels_nothing_it_began() {
    let stage = Stage::new().await;
    let uv = slow_uv(&stage);
    let host = stage.host().await;
    let path = uv.program().display().to_string();
    let picking = tokio::spawn({
        let path = path.clone();
        async move { host.uv_pick(FolderRequest { path }).await }
    });
    wait_until("uv is asked", LONG, async || !uv.asked().is_empty()).await;
    picking.abort();
    let mut attendance = stage.server.hosts().watch();
    let gone = attendance.wait_for(|now| now.attached.is_empty());
    timeout(LONG, gone).await.unwrap().unwrap();
    stage.dir.write("go", "");
    wait_until("the uv is used", LONG, async || {
        stage
            .deck
            .snapshot_get(Nothing {})
            .await
            .unwrap()
            .settings
            .uv
            == path
    })
    .await;
    stage.end().await;
}

#[tokio::test]
async fn the_log_views_of_a_host_that_goes_are_closed_and_no_others() {
    let stage = Stage::new().await;
    let (going, staying) = (stage.host().await, stage.host().await);
    let open = || OpenLogRequest {
        log: "all".to_owned(),
        filter: LogFilter::default(),
        unfolded: false,
    };
    let left = going.log_open(open()).await.unwrap().view;
    let kept = staying.log_open(open()).await.unwrap().view;
    let closed = staying.log_open(open()).await.unwrap().view;
    staying
        .log_close(ViewRequest { view: closed })
        .await
        .unwrap();
    drop(going);
    let deck = &stage.deck;
    wait_until("its view is closed", LONG, async || {
        deck.log_marks(ViewRequest { view: left }).await.is_err()
    })
    .await;
    deck.log_marks(ViewRequest { view: kept }).await.unwrap();
    let views = BTreeSet::from([left, kept, closed]);
    assert_eq!(views.len(), 3);
    drop(staying);
    stage.end().await;
}

#[tokio::test]
async fn when_the_owner_goes_everyone_hears_it() {
    let stage = Stage::new().await;
    let uv = slow_uv(&stage);
    let host = stage.host().await;
    let other = stage.host().await;
    let path = uv.program().display().to_string();
    let waiting = tokio::spawn({
        let host = host.clone();
        async move { host.uv_pick(FolderRequest { path }).await }
    });
    wait_until("uv is asked", LONG, async || !uv.asked().is_empty()).await;
    stage.dir.write("go", "");
    waiting.await.unwrap().unwrap();
    let news = host.subscribe().await.unwrap();
    other.owner().down().await.unwrap();
    timeout(LONG, host.owner().gone()).await.unwrap();
    timeout(LONG, other.owner().gone()).await.unwrap();
    let late = host
        .operation_cancel(OperationRequest { operation: 1 })
        .await;
    let error = late.unwrap_err();
    assert_eq!(
        error.message,
        "The Dagdeck process that runs this workspace is gone."
    );
    drop(news);
    let Stage { serving, deck, .. } = stage;
    timeout(Duration::from_secs(10), serving)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(deck.running_processes().await, 0);
}
