//! Several hosts on what one owner runs: each sees, stops and reloads what another started, and it ends with the last.

use api::{
    Lifecycle, LocationRequest, LogFilter, LogWindowRequest, Nothing, OpenLogRequest,
    StopLocationRequest,
};
use attach::Attached;
use testkit::{TestWorkspace, all_dagsters, wait_until};

use crate::command::dagdeck;
use crate::hosted::{
    Current, GONE, Hosted, LOOKING, LOOKS, TERMINAL, WINDOW, gone, launch, owners,
};
use crate::launched::{STARTING, is_ready};

const ENGINEERING: &str = "data-engineering";
const SCIENCE: &str = "data-science";

/// The pid that serves a location, as a host is shown it.
pub(super) async fn pid(host: &Attached, location: &str) -> u32 {
    let current = Current::of(host).await;
    current.location(location).process.as_ref().unwrap().pid
}

/// What a host reads in a location's log.
async fn printed(host: &Attached, log: String) -> String {
    let filter = LogFilter::default();
    let request = OpenLogRequest {
        log,
        filter,
        unfolded: false,
    };
    let view = host.log_open(request).await.unwrap();
    let window = LogWindowRequest {
        view: view.view,
        from: 0,
        count: 500,
    };
    let rows = host.log_window(window).await.unwrap().rows;
    let texts = rows.iter().flat_map(|row| &row.segments);
    texts.map(|segment| segment.text.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_started_is_shown_reloaded_and_stopped_by_another_and_ends_with_the_last() {
    let hosted = Hosted::of(TestWorkspace::copy());
    let first = hosted.host(TERMINAL).await;
    launch(&first).await;
    let mut of_first = Current::of(&first).await;

    let second = hosted.host(WINDOW).await;
    assert_eq!(second.owner().hello().pid, first.owner().hello().pid);
    let mut of_second = Current::of(&second).await;
    for name in [ENGINEERING, SCIENCE] {
        assert!(is_ready(of_second.location(name)), "{name}, when it came");
    }
    let log = of_second.location(ENGINEERING).log.clone();
    let text = printed(&second, log).await;
    assert!(text.contains("dagster"), "its log was read: {text:?}");

    let reloaded = of_second.location(ENGINEERING);
    let former = reloaded.process.as_ref().unwrap().pid;
    let location = reloaded.id.clone();
    let reload = LocationRequest { location };
    second.location_reload(reload).await.unwrap();
    let stop = StopLocationRequest {
        location: of_second.location(SCIENCE).id.clone(),
        force: false,
    };
    second.location_stop(stop).await.unwrap();
    for current in [&mut of_first, &mut of_second] {
        current
            .until_location(ENGINEERING, "another process serves", |location| {
                let process = location.process.as_ref();
                is_ready(location) && process.is_some_and(|process| process.pid != former)
            })
            .await;
        current
            .until_location(SCIENCE, "it is stopped", |location| {
                matches!(location.lifecycle, Lifecycle::Stopped { .. })
            })
            .await;
        assert!(!current.heard.is_empty(), "it came by events");
    }

    let serves = pid(&second, ENGINEERING).await;
    drop((first, of_first));
    wait_until("the owner saw that one is gone", STARTING, async || {
        second.owner().status().await.unwrap().terminals == 0
    })
    .await;
    assert_eq!(pid(&second, ENGINEERING).await, serves, "it still runs");
    assert!(second.owner().status().await.unwrap().running > 0);
    assert_eq!(owners(hosted.workspace.around()).len(), 1);

    drop((second, of_second));
    hosted.is_gone("the last host went without a word").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_killed_leaves_nothing_and_either_host_takes_over() {
    let hosted = Hosted::of(TestWorkspace::of(ENGINEERING));
    // At the same instant: each opens, each launches, and there is one of everything.
    let open = async |introduction| {
        let host = hosted.host(introduction).await;
        launch(&host).await;
        host
    };
    let (first, second) = tokio::join!(open(WINDOW), open(TERMINAL));
    assert_eq!(first.owner().hello().pid, second.owner().hello().pid);
    let path = hosted.workspace.path();
    let running = all_dagsters(&path, STARTING).await;
    assert_eq!(
        running.len(),
        3,
        "one code server, one webserver, one daemon"
    );
    let killed = first.owner().hello().pid;
    let kill = std::process::Command::new("kill")
        .args(["-KILL", &killed.to_string()])
        .status();
    assert!(kill.unwrap().success());
    for host in [&first, &second] {
        let told = tokio::time::timeout(GONE, host.owner().gone()).await;
        assert!(told.is_ok(), "a host is told");
        let refused = host.snapshot_get(Nothing {}).await.unwrap_err();
        assert!(refused.message.contains("is gone"), "{refused:?}");
    }
    hosted.is_gone("the owner was killed").await;

    let (one, other) = tokio::join!(hosted.host(TERMINAL), hosted.host(WINDOW));
    let successor = one.owner().hello().pid;
    assert_ne!(successor, killed);
    assert_eq!(other.owner().hello().pid, successor);
    launch(&one).await;
    assert!(is_ready(Current::of(&other).await.location(ENGINEERING)));
    other.owner().down().await.unwrap();
    one.owner().gone().await;
    hosted.is_gone("a host ended the successor").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_detaches_leaves_all_to_who_comes_later() {
    let hosted = Hosted::of(TestWorkspace::of(ENGINEERING));
    let first = hosted.host(WINDOW).await;
    launch(&first).await;
    let (owner, serves) = (first.owner().hello().pid, pid(&first, ENGINEERING).await);
    first.detach().await.unwrap();
    drop(first);

    let later = hosted.host(LOOKING).await;
    wait_until(
        "the owner saw that the first is gone",
        STARTING,
        async || later.owner().status().await.unwrap().windows == 0,
    )
    .await;
    // A window that comes to look, and crashes: what was left running does not end with it.
    drop(hosted.host(WINDOW).await);
    wait_until("the owner saw that it is gone", STARTING, async || {
        later.owner().status().await.unwrap().windows == 0
    })
    .await;
    drop(later);
    // An owner that is alone looks at once whether something runs.
    wait_until("the owner saw that it is alone", STARTING, async || {
        hosted
            .host(LOOKING)
            .await
            .owner()
            .status()
            .await
            .unwrap()
            .terminals
            == 1
    })
    .await;

    let last = hosted.host(LOOKING).await;
    assert_eq!(last.owner().hello().pid, owner);
    assert_eq!(pid(&last, ENGINEERING).await, serves);
    assert!(is_ready(Current::of(&last).await.location(ENGINEERING)));
    last.owner().down().await.unwrap();
    last.owner().gone().await;
    hosted.is_gone("a host that came later ended it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_nobody_can_find_any_more_stops_what_was_left_running_and_goes() {
    let hosted = Hosted::of(TestWorkspace::of(ENGINEERING));
    let window = hosted.host(WINDOW).await;
    launch(&window).await;
    window.detach().await.unwrap();
    drop(window);
    let lock = dagdeck::owner_lock(&hosted.reach.state_folder, &hosted.reach.root);
    fs_err::remove_dir_all(lock.parent().unwrap()).unwrap();
    let took = gone(hosted.workspace.around()).await;
    println!("all is gone {took:?} after its lock was removed");
    assert!(took < LOOKS + GONE, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_by_the_command_is_the_owners_and_what_runs_starts_again() {
    let hosted = Hosted::of(TestWorkspace::of(ENGINEERING));
    let window = hosted.host(WINDOW).await;
    launch(&window).await;
    let before = pid(&window, ENGINEERING).await;
    let mut current = Current::of(&window).await;
    let mut command = dagdeck(&hosted.workspace);
    command.arg("sync").arg(hosted.workspace.path());
    command.args([ENGINEERING, "--json"]);
    let synced = tokio::task::spawn_blocking(move || command.output().unwrap());
    let synced = synced.await.unwrap();
    let told: serde_json::Value = serde_json::from_str(&crate::command::printed(&synced)).unwrap();
    assert_eq!(synced.status.code(), Some(0), "{synced:?}");
    assert_eq!(told["environments"][0]["state"], "succeeded", "{told:#}");
    assert_eq!(told["environments"][0]["title"], "Synced data-engineering");
    current
        .until_location(ENGINEERING, "another process serves it", |location| {
            let serves = location.process.as_ref().map(|process| process.pid);
            is_ready(location) && serves.is_some_and(|pid| pid != before)
        })
        .await;
    let recorded = current.snapshot.operations.iter();
    let syncs = recorded.filter(|one| one.title == "Synced data-engineering");
    assert_eq!(syncs.count(), 1, "the window has it on its record");
    assert_eq!(owners(hosted.workspace.around()).len(), 1);
    drop((current, window));
    hosted.is_gone("the window went").await;
}
