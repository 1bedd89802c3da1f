//! What hosts hear of an owner that goes already, whoever said so.

use api::FolderRequest;
use attach::{Attached, Owner};
use testkit::{mentioning, wait_until};
use tokio::time::timeout;

use crate::asked::slow_uv;
use crate::raw::{HELLO, Raw};
use crate::stage::{LONG, LOOKING, Stage};

/// Has the owner run something that does not end by itself within the test.
async fn run_something(stage: &Stage) -> Attached {
    let uv = slow_uv(stage);
    let host = stage.host().await;
    let path = uv.program().display().to_string();
    tokio::spawn({
        let host = host.clone();
        async move { host.uv_pick(FolderRequest { path }).await }
    });
    wait_until("uv is asked", LONG, async || !uv.asked().is_empty()).await;
    assert!(something_runs(stage));
    host
}

fn something_runs(stage: &Stage) -> bool {
    !mentioning(&[&stage.dir.join("slow")]).is_empty()
}

#[tokio::test]
async fn who_leaves_an_owner_that_goes_is_told_so_once_nothing_runs() {
    let stage = Stage::new().await;
    let _asking = run_something(&stage).await;
    let (leaving, detaching) = (stage.host().await, stage.host().await);
    assert!(stage.server.hosts().close_if(|_| true));
    let refused = detaching.detach().await.unwrap_err();
    assert!(refused.message.contains("is being stopped"), "{refused:?}");
    detaching.hold().await.unwrap_err();
    assert!(leaving.leave().await.unwrap());
    assert!(!something_runs(&stage));
    stage.end().await;
}

#[tokio::test]
async fn an_owner_that_goes_can_be_asked_how_it_stands_and_be_stopped_and_nothing_else() {
    let stage = Stage::new().await;
    let _asking = run_something(&stage).await;
    assert!(stage.server.hosts().close_if(|_| true));
    let find = Owner::find(stage.socket.clone(), LOOKING).await;
    assert!(find.unwrap().is_none(), "it takes nobody any more");
    let asking = stage.owner(LOOKING).await;
    assert!(asking.hello().goes);
    assert_eq!(asking.status().await.unwrap().terminals, 1);
    let refused = asking.attach().unwrap().detach().await.unwrap_err();
    assert!(refused.message.contains("is being stopped"), "{refused:?}");
    asking.stop().await.unwrap();
    assert!(!something_runs(&stage), "it is waited for");
    asking.down().await.unwrap();
    asking.gone().await;
    stage.serving.await.unwrap();
}

#[tokio::test]
async fn who_comes_when_it_is_over_waits_for_nobody_who_does_not_read() {
    let stage = Stage::new().await;
    let _unread = Raw::introduced(&stage.socket, &HELLO).await;
    stage.server.end();
    wait_until("nobody listens any more", LONG, async || {
        Owner::find_also_going(stage.socket.clone(), LOOKING)
            .await
            .unwrap()
            .is_none()
    })
    .await;
    stage.end().await;
}

#[tokio::test]
async fn who_leaves_while_another_ends_the_owner_is_answered_before_it_is_gone() {
    let stage = Stage::new().await;
    let ending = run_something(&stage).await;
    let leaving = stage.host().await;
    let down = tokio::spawn(async move { ending.owner().down().await });
    let mut attendance = stage.server.hosts().watch();
    let closed = attendance.wait_for(|now| now.closed);
    timeout(LONG, closed).await.unwrap().unwrap();
    assert_eq!(leaving.leave().await, Ok(true));
    assert!(!something_runs(&stage));
    down.await.unwrap().unwrap();
    stage.serving.await.unwrap();
}
