//! Who is attached, and what an owner is told when the last who held it goes.

use api::protocol::frozen::HostKind;
use attach::{Introduction, News, Subscription};
use serve::Lease;
use tokio::time::timeout;

use crate::raw::Raw;
use crate::stage::{LONG, LOOKING, Stage, WINDOW};

/// A terminal in the foreground, which holds what runs.
const TERMINAL: Introduction = Introduction {
    kind: HostKind::Terminal,
    holds: true,
};

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

/// Waits until a host is told whether what runs is kept.
async fn kept_is(news: &mut Subscription, kept: bool) {
    let hearing = async {
        while !matches!(news.next().await.unwrap(), News::Hosts(hosts) if hosts.kept == kept) {}
    };
    timeout(LONG, hearing).await.unwrap();
}

#[tokio::test]
async fn what_was_left_running_survives_a_window_that_crashes_and_a_terminal_that_leaves() {
    let stage = Stage::new().await;
    let began = stage.owner(TERMINAL).await.attach().unwrap();
    let (_, mut told) = began.subscribe().await.unwrap();
    kept_is(&mut told, false).await;
    let detaching = stage.host().await;
    detaching.detach().await.unwrap();
    drop(detaching);
    kept_is(&mut told, true).await;
    assert!(!began.leave().await.unwrap(), "it goes on");
    lease_is(&stage, Lease::Detached).await;
    drop((began, told));

    let hello = &crate::raw::hello("window", true);
    let crashing = Raw::introduced(&stage.socket, hello).await;
    lease_is(&stage, Lease::Held).await;
    drop(crashing);
    lease_is(&stage, Lease::Detached).await;

    let window = stage.owner(WINDOW).await.attach().unwrap();
    assert!(window.leave().await.unwrap(), "its person chose to stop");
    let Stage { serving, deck, .. } = stage;
    timeout(LONG, serving).await.unwrap().unwrap();
    assert_eq!(deck.running_processes().await, 0);
}
