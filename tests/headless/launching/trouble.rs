//! Locations in trouble: each keeps its trouble to itself, and comes in when it is over.

use std::process::Command;
use std::time::Duration;

use api::{Lifecycle, LocationRequest, Readiness, StopLocationRequest};
use testkit::TestWorkspace;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::launched::{Launched, is_ready};

#[tokio::test(flavor = "multi_thread")]
async fn of_three_locations_the_fine_one_is_served_and_the_others_come_in_when_fixed() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("no-environment");
    let broken = workspace.definitions("data-engineering").join("broken.py");
    fs_err::write(&broken, "import no_such_library\n").unwrap();

    let launched = Launched::of(workspace).await;
    assert!(launched.location("no-environment").await.blocked.is_some());
    let error = launched.location("data-engineering").await.readiness;
    assert!(
        matches!(
            error,
            Readiness::LoadError {
                still_serving: None,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(is_ready(&launched.location("data-science").await));
    let served = launched.graphql().await.locations().await.unwrap();
    assert!(
        served
            .iter()
            .any(|entry| entry.name == "data-science" && entry.loaded),
        "{served:?}"
    );
    let webserver = launched.shown().await.webserver.process.unwrap().pid;

    fs_err::remove_file(&broken).unwrap();
    launched
        .until_location(
            "data-engineering",
            "it comes in once its code loads",
            is_ready,
        )
        .await;
    let location = "projects/no-environment".to_owned();
    launched
        .deck
        .location_sync(LocationRequest { location })
        .await
        .unwrap();
    launched
        .until_location("no-environment", "it comes in once it is synced", is_ready)
        .await;
    let graphql = launched.graphql().await;
    let all = ["data-engineering", "data-science", "no-environment"];
    graphql
        .wait_until_loaded(&all, Duration::from_secs(120))
        .await;
    assert_eq!(
        webserver,
        launched.shown().await.webserver.process.unwrap().pid,
        "the webserver was left alone"
    );
    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_comes_back_by_itself_and_a_stopped_one_stays_down() {
    let launched = Launched::of(TestWorkspace::copy()).await;
    let pid = launched.location("data-science").await.process.unwrap().pid;
    let status = Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    launched
        .until_location("data-science", "it is back", |location| {
            is_ready(location)
                && location
                    .process
                    .as_ref()
                    .is_some_and(|process| process.pid != pid)
        })
        .await;

    let location = "projects/data-engineering".to_owned();
    launched
        .deck
        .location_stop(StopLocationRequest {
            location,
            force: false,
        })
        .await
        .unwrap();
    let stopped = launched
        .until_location("data-engineering", "it is stopped", |location| {
            matches!(location.lifecycle, Lifecycle::Stopped { .. })
        })
        .await;
    assert_eq!(stopped.process, None);
    assert_eq!(
        stopped.definitions.unwrap().counts.jobs,
        2,
        "its definitions are kept as last known"
    );
    launched
        .graphql()
        .await
        .wait_until_loaded(&["data-science"], Duration::from_secs(120))
        .await;
    launched.end().await;
}

/// A launch whose webserver was started and has not got so far as to take its port: another took it.
async fn taken_while_it_starts() -> (Launched, u16, TcpListener) {
    for _ in 0..5 {
        let port = process::ports::any_free().unwrap();
        let launched = Launched::begun(TestWorkspace::copy(), Some(port)).await;
        launched
            .until("the webserver was started", |workspace| {
                workspace.webserver.process.is_some()
            })
            .await;
        if let Ok(taken) = TcpListener::bind(("127.0.0.1", port)).await {
            return (launched, port, taken);
        }
        // A test that stood still for seconds was too late.
        launched.end().await;
    }
    panic!("the webserver had its port first each time");
}

/// A program that takes the webserver's port while that starts, and answers just like one.
#[tokio::test(flavor = "multi_thread")]
async fn a_port_taken_while_the_webserver_starts_is_not_taken_for_ours() {
    let (launched, port, taken) = taken_while_it_starts().await;
    tokio::spawn(async move {
        let body = r#"{"dagster_webserver_version":"1.0.0"}"#;
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        while let Ok((mut stream, _)) = taken.accept().await {
            let mut asked = [0; 4096];
            let _asked = stream.read(&mut asked).await;
            let _told = stream.write_all(answer.as_bytes()).await;
        }
    });
    let not_ours = format!("http://127.0.0.1:{port}");
    launched
        .until("the launch has settled elsewhere", |workspace| {
            assert_ne!(workspace.webserver.url.as_ref(), Some(&not_ours));
            !workspace.launch.active
        })
        .await;
    let served = launched.graphql().await.locations().await.unwrap();
    assert_eq!(served.len(), 2, "{served:?}");
    assert!(served.iter().all(|entry| entry.loaded), "{served:?}");
    launched.end().await;
}
