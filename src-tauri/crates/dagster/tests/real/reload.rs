//! Reloading without a gap: a new server beside the old one, the link swapped, runs of the old one kept in reach.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dagster::code_server::{Address, Loading, RepositoriesAnswer};
use dagster::command::{self, LogLevel};
use dagster::webserver::Webserver;
use dagster::workspace_file::{self, WorkspaceFileEntry};
use serde_json::{Value, json};

use super::bench::{Bench, Running, deployment, free_port, projects, start, until};

/// A job that goes on until a file appears.
const CODE: &str = r#"
import os, time
import dagster as dg

@dg.op
def wait(context):
    done = os.path.join(os.environ["DAGSTER_HOME"], "done")
    while not os.path.exists(done):
        time.sleep(0.05)

@dg.job
def work():
    wait()

defs = dg.Definitions(jobs=[work])
"#;

const LAUNCH: &str = r#"mutation { launchRun(executionParams: { selector: { repositoryLocationName: "shop", repositoryName: "__repository__",
    jobName: "work" }, runConfigData: {} }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"#;
const STATUS: &str =
    "query($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status } } }";
const TERMINATE: &str = "mutation($id: String!) { terminateRun(runId: $id) { __typename ... on TerminateRunFailure { message } } }";

async fn launch(web: &Webserver) -> String {
    let data = web.graphql(LAUNCH, json!({})).await.unwrap();
    data["launchRun"]["run"]["runId"]
        .as_str()
        .unwrap_or_else(|| panic!("{data}"))
        .to_owned()
}

async fn wait_for(web: &Webserver, run: &str, wanted: &str) {
    let what = format!("run {run} to be {wanted}");
    until(&what, || async {
        let data = web.graphql(STATUS, json!({ "id": run })).await.unwrap();
        let status = data["runOrError"]["status"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            status != "FAILURE" || wanted == "FAILURE",
            "run {run} failed"
        );
        (status == wanted).then_some(())
    })
    .await;
}

/// Asks the webserver every 50 ms at most, which leaves it time for what is tested, until told to stop; counts the answers,
/// and fails on the first that is not whole.
fn poll(
    web: Webserver,
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
) -> tokio::task::JoinHandle<Result<(), String>> {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !stop.load(Ordering::Relaxed) {
            tick.tick().await;
            let entries = web
                .location_entries()
                .await
                .map_err(|error| error.to_string())?;
            match entries.as_slice() {
                [one] if one.error.is_none() => {}
                other => return Err(format!("{other:?}")),
            }
            let jobs = r#"{ repositoryOrError(repositorySelector: { repositoryLocationName: "shop", repositoryName: "__repository__" }) {
                __typename ... on Repository { jobs { name } } } }"#;
            let data: Value = web
                .graphql(jobs, json!({}))
                .await
                .map_err(|error| error.to_string())?;
            if data["repositoryOrError"]["__typename"] != "Repository" {
                return Err(data.to_string());
            }
            asked.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_swapped_without_a_gap_and_their_runs_stay_in_reach() {
    let mut versions = tokio::task::JoinSet::new();
    for (_, interpreter) in projects() {
        versions.spawn(async move { swaps_on(&interpreter).await });
    }
    versions.join_all().await;
}

/// Webserver and daemon on the bench's one location, which is loaded.
struct Serving {
    web: Webserver,
    _webserver: Running,
    _daemon: Running,
}

async fn serve(bench: &Bench) -> Serving {
    let sockets = bench.sockets.location(0).unwrap();
    let workspace_file = bench.folder.path().join("state/workspace.yaml");
    let entry = WorkspaceFileEntry {
        name: "shop".into(),
        address: Address::Socket(sockets.link()),
    };
    workspace_file::write(&workspace_file, &[entry]).unwrap();
    let port = free_port();
    let mut webserver = Running::start(&command::webserver(&command::Webserver {
        shared: bench.shared.clone(),
        interpreter: deployment(),
        port,
        workspace_file: workspace_file.clone(),
        log_level: LogLevel::Info,
    }));
    let daemon = Running::start(&command::daemon(&command::Daemon {
        shared: bench.shared.clone(),
        interpreter: deployment(),
        workspace_file,
        log_level: LogLevel::Info,
    }));
    let web = Webserver::at(format!("http://127.0.0.1:{port}"));
    webserver.during(web.wait_until_up()).await;
    until("the location to be loaded", || async {
        let entries = web.location_entries().await.ok()?;
        let loaded = entries.first().filter(|entry| entry.server_id.is_some());
        loaded.map(|_| ())
    })
    .await;
    Serving {
        web,
        _webserver: webserver,
        _daemon: daemon,
    }
}

/// Starts the next generation beside the serving one and makes it the serving one.
async fn swap(
    bench: &Bench,
    interpreter: &Path,
    web: &Webserver,
    generation: u32,
) -> (Running, Loading) {
    let server = bench.server(interpreter, generation);
    let (new, loading) = start(&server).await;
    assert!(
        matches!(loading.listed, RepositoriesAnswer::Loaded(_)),
        "{}",
        new.output()
    );
    bench
        .sockets
        .location(0)
        .unwrap()
        .serve(generation)
        .unwrap();
    let entry = web.reload_location("shop").await.unwrap();
    let expected = Some(server.server_id.as_str());
    assert_eq!(
        entry.server_id.as_deref(),
        expected,
        "the webserver follows the link"
    );
    (new, loading)
}

async fn swaps_on(interpreter: &Path) {
    let last = testkit::rounds(5, 20);
    let bench = Bench::new(CODE);
    bench.prepare().await;
    let (first, first_loading) = start(&bench.server(interpreter, 1)).await;
    let sockets = bench.sockets.location(0).unwrap();
    sockets.serve(1).unwrap();
    let serving = serve(&bench).await;
    let web = &serving.web;
    let (ended, finishing) = (launch(web).await, launch(web).await);
    wait_for(web, &ended, "STARTED").await;
    wait_for(web, &finishing, "STARTED").await;

    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::new(AtomicU32::new(0));
    let poller = poll(web.clone(), stop.clone(), asked.clone());
    let (mut now, mut now_loading) = swap(&bench, interpreter, web, 2).await;
    first_loading.client.shutdown().await.unwrap();
    let runs = first_loading.client.current_runs().await.unwrap();
    assert_eq!(runs.len(), 2);
    let own = Address::Socket(sockets.generation(1));
    let line = command::readdress_runs(&deployment(), &bench.shared, &own, &runs);
    let output = Running::start(&line).finish().await;
    assert_eq!(output.matches(command::READDRESSED).count(), 2, "{output}");
    for generation in 3..=last {
        let (next, next_loading) = swap(&bench, interpreter, web, generation).await;
        now_loading.client.shutdown().await.unwrap();
        now.finish().await;
        (now, now_loading) = (next, next_loading);
    }
    let answers = asked.load(Ordering::Relaxed);

    let answer = web
        .graphql(TERMINATE, json!({ "id": &ended }))
        .await
        .unwrap();
    assert_eq!(
        answer["terminateRun"]["__typename"], "TerminateRunSuccess",
        "{answer}"
    );
    wait_for(web, &ended, "CANCELED").await;
    fs_err::write(bench.shared.instance.join("done"), "").unwrap();
    wait_for(web, &finishing, "SUCCESS").await;
    first.finish().await;
    stop.store(true, Ordering::Relaxed);
    poller.await.unwrap().unwrap();
    assert!(
        answers > 20,
        "only {answers} questions were asked during the swaps"
    );
    now_loading.client.shutdown().await.unwrap();
    now.finish().await;
}
