//! Starting an owner: what its host is told where it can't be one. Scripts stand for owners that fail.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use api::ApiError;
use attach::Owner;
use serve::{Card, Ownership, Reach};
use testkit::{TestDir, wait_until};

use crate::stage::{LONG, LOOKING};

/// The way to an owner that is this script.
fn reach(dir: &TestDir, script: &str) -> Reach {
    let program = dir.write("owner.sh", format!("#!/bin/sh\n{script}\n"));
    fs_err::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    Reach {
        state_folder: dir.make("state"),
        root: dir.make("work"),
        program,
        environment: std::env::vars_os()
            .filter(|(name, _)| name != "HOME")
            .chain([("GREETING".into(), "good morning".into())])
            .collect(),
    }
}

async fn reached(reach: &Reach) -> Result<Owner, ApiError> {
    let find = |socket: PathBuf| async { Ok::<_, ApiError>(Owner::find(socket, LOOKING).await?) };
    reach.existing_or_new(find).await
}

async fn refused(script: &str) -> ApiError {
    let dir = TestDir::new();
    let error = reached(&reach(&dir, script)).await.unwrap_err();
    assert!(error.message.contains("can't be started"), "{error:?}");
    error
}

#[tokio::test]
async fn an_owner_that_ends_without_a_word_is_told_with_what_it_complained_of() {
    let error = refused("echo \"no $0, ${GREETING}${HOME-}\" >&2; exit 3").await;
    assert_eq!(error.causes[0], "It ended before it said anything.");
    assert!(error.causes[1].ends_with(", good morning"), "{error:?}");
    let error = refused("exit 0").await;
    assert_eq!(error.causes, ["It ended before it said anything."]);
}

#[tokio::test]
async fn what_an_owner_does_not_say_is_told_as_it_was_said() {
    let error = refused("echo Welcome; exit 0").await;
    assert_eq!(error.causes.last().unwrap(), "It said: Welcome");
}

#[tokio::test]
async fn an_owner_that_is_not_there_can_not_be_started() {
    let dir = TestDir::new();
    let mut reach = reach(&dir, "");
    reach.program = dir.join("nowhere");
    let error = reached(&reach).await.unwrap_err();
    assert!(error.message.contains("can't be started"), "{error:?}");
    assert!(!error.causes.is_empty());
}

#[tokio::test]
async fn owners_that_were_started_leave_no_zombie() {
    let dir = TestDir::new();
    let pid = dir.join("pid");
    let script = format!("echo $$ > {}; exit 1", pid.display());
    reached(&reach(&dir, &script)).await.unwrap_err();
    let pid = fs_err::read_to_string(pid).unwrap();
    let place = PathBuf::from(format!("/proc/{}", pid.trim()));
    wait_until("it is waited for", LONG, async || !place.exists()).await;
}

#[tokio::test]
async fn the_card_of_a_dead_owner_leads_nowhere_and_another_is_started() {
    let dir = TestDir::new();
    let reach = reach(
        &dir,
        "echo '\"owned\"'; touch \"$1.started\" \"$2.started\"",
    );
    let lock = dagdeck::owner_lock(&reach.state_folder, &reach.root);
    drop(Ownership::take(&lock, &[], LONG).await.unwrap());
    let card = Card {
        pid: 1,
        since: 0.0,
        kind: api::protocol::frozen::HostKind::Owner,
        version: String::new(),
        socket: dir.join("gone.sock"),
    };
    let text = serde_json::to_string(&card).unwrap();
    fs_err::write(lock.with_extension("owner.json"), text).unwrap();
    assert_eq!(Card::beside(&lock).unwrap(), card);
    let find = |socket: PathBuf| async { Ok::<_, ApiError>(Owner::find(socket, LOOKING).await?) };
    assert!(reach.existing(find).await.unwrap().is_none());
    let starting = tokio::spawn(async move { reached(&reach).await });
    let started = dir.join("work.started");
    wait_until("one is started", LONG, async || started.exists()).await;
    starting.abort();
}
