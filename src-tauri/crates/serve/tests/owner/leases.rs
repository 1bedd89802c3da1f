//! Who is attached, and what an owner is told when the last who held it goes.

use api::protocol::frozen::HostKind;
use serve::Lease;
use tokio::time::timeout;

use crate::raw::Raw;
use crate::stage::{LONG, LOOKING, Stage, WINDOW};

async fn lease_is(stage: &Stage, lease: Lease) {
    let mut attendance = stage.server.hosts().watch();
    let waiting = attendance.wait_for(|now| now.lease == lease);
    timeout(LONG, waiting).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_window_that_crashes_lets_its_lease_lapse() {
    let stage = Stage::new().await;
    let hello = &crate::raw::hello("window", true);
    let crashing = Raw::introduced(&stage.socket, hello).await;
    lease_is(&stage, Lease::Held).await;
    let looking = stage.owner(LOOKING).await;
    let status = looking.status().await.unwrap();
    assert_eq!((status.windows, status.terminals), (1, 1));
    drop(crashing);
    lease_is(&stage, Lease::Lapsed).await;
    let status = looking.status().await.unwrap();
    assert_eq!((status.windows, status.terminals), (0, 1));
    drop(looking);
    stage.end().await;
}

#[tokio::test]
async fn a_window_that_detached_may_go() {
    let stage = Stage::new().await;
    let window = stage.owner(WINDOW).await.attach().unwrap();
    lease_is(&stage, Lease::Held).await;
    window.detach().await.unwrap();
    drop(window);
    let mut attendance = stage.server.hosts().watch();
    let gone = attendance.wait_for(|now| now.count(HostKind::Window) == 0);
    let now = timeout(LONG, gone).await.unwrap().unwrap().clone();
    assert_eq!(now.lease, Lease::Detached);
    stage.end().await;
}
