//! Loading code: what is told of it, and what is told when it fails.

use dagster::code_server::{
    Address, Client, Health, Phase, RepositoriesAnswer, WaitError, new_server_id, wait_until_loaded,
};
use dagster::command::{self, Code};
use dagster::explain::{Origin, explain_load_error};

use super::bench::{Bench, Running, free_port, projects, start, workspace};

#[tokio::test(flavor = "multi_thread")]
async fn the_projects_of_every_version_load_side_by_side() {
    let bench = Bench::new("");
    bench.prepare().await;
    let mut servers = Vec::new();
    for (number, (name, interpreter)) in projects().into_iter().enumerate() {
        let mut server = bench.server(&interpreter, 1);
        server.address = Address::Socket(bench.sockets.location(number).unwrap().generation(1));
        server.code = Code::Module(format!("{}.definitions", name.replace('-', "_")));
        server.working_directory = workspace().join("projects").join(&name).join("src");
        server.location = name;
        let running = Running::start(&command::code_server(&server));
        servers.push((server, running));
    }
    let mut versions = Vec::new();
    for (server, mut running) in servers {
        let mut phases = Vec::new();
        let wait = wait_until_loaded(&server.address, &server.server_id, |phase| {
            phases.push(phase);
        });
        let loading = running.during(wait).await.unwrap();
        assert_eq!(phases, [Phase::Importing, Phase::Loading, Phase::Ready]);
        let RepositoriesAnswer::Loaded(loaded) = loading.listed else {
            panic!("{}", running.output())
        };
        assert_eq!(loading.client.health().await.unwrap(), Health::Serving);
        let found = loading.client.definitions(&loaded).await.unwrap();
        // The second project's asset names the first one's as its source, which does not count there.
        assert_eq!(found.assets.len(), 1, "{found:?}");
        assert_eq!(
            loading.client.current_runs().await.unwrap(),
            Vec::<String>::new()
        );
        let output = running.output();
        let told = |phase| {
            output
                .lines()
                .any(|line| dagster::code_server::phase_of_line(line) == Some(phase))
        };
        assert!(told(Phase::Importing) && told(Phase::Loading), "{output}");
        loading.client.shutdown().await.unwrap();
        running.finish().await;
        versions.push(loaded.dagster.unwrap());
    }
    versions.dedup();
    assert!(
        versions.len() > 1,
        "the test workspace holds two Dagster versions, not only {versions:?}"
    );
}

const EVERYTHING: &str = r#"
import dagster as dg

@dg.asset
def made(): ...

@dg.observable_source_asset
def watched():
    return dg.DataVersion("1")

@dg.asset_check(asset=made)
def good():
    return dg.AssetCheckResult(passed=True)

@dg.op
def step(): ...

@dg.job
def work():
    step()

class Store(dg.ConfigurableResource):
    pass

defs = dg.Definitions(
    assets=[made, watched, dg.AssetSpec("elsewhere")],
    asset_checks=[good],
    jobs=[work, dg.define_asset_job("all_assets")],
    schedules=[dg.ScheduleDefinition(job=work, cron_schedule="@daily")],
    sensors=[dg.SensorDefinition(name="look", job=work, evaluation_fn=lambda context: None)],
    resources={"store": Store()},
)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_definition_is_counted() {
    for (_, interpreter) in projects() {
        let bench = Bench::new(EVERYTHING);
        bench.prepare().await;
        let (running, loading) = start(&bench.server(&interpreter, 1)).await;
        let RepositoriesAnswer::Loaded(loaded) = loading.listed else {
            panic!("{}", running.output())
        };
        let found = loading.client.definitions(&loaded).await.unwrap();
        assert_eq!(found.assets, ["made", "watched"]);
        assert_eq!(found.checks, ["made: good"]);
        assert_eq!(found.jobs, ["all_assets", "work"]);
        assert_eq!(found.schedules, ["work_schedule"]);
        assert_eq!(found.sensors[0], "look", "{:?}", found.sensors);
        assert_eq!(found.resources, ["store"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_does_not_load_is_explained_while_its_server_lives() {
    for (_, interpreter) in projects() {
        let bench = Bench::new(
            "import dagster as dg\n\nfirst = dg.Definitions()\nsecond = dg.Definitions()\n",
        );
        bench.prepare().await;
        let mut server = bench.server(&interpreter, 1);
        server.address = Address::local(free_port());
        let (running, loading) = start(&server).await;
        let RepositoriesAnswer::Failed(failure) = loading.listed else {
            panic!("loaded")
        };
        let origin = Origin {
            folder: bench.project(),
            working_directory: bench.project(),
            root_module: Some("shop".into()),
        };
        let explained = explain_load_error(&failure, &origin);
        assert_eq!(explained.title, "Two Definitions objects in one module");
        assert_eq!(explained.place.map(|place| place.line), Some(4));
        assert_eq!(
            loading.client.health().await.unwrap(),
            Health::Serving,
            "a load error is no exit"
        );

        // SO_REUSEPORT would let a second server listen on the same port: only the id tells whose answer it is.
        let mistaken = wait_until_loaded(&server.address, "another id", |_| {}).await;
        let found = match mistaken {
            Err(WaitError::AnotherServer { found, .. }) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, server.server_id);

        bench.write("projects/shop/shop.py", "from shop_parts import missing\n");
        bench.write("projects/shop/shop_parts.py", "import dagster as dg\n");
        let mut again = bench.server(&interpreter, 2);
        again.server_id = new_server_id();
        let (second, loading_again) = start(&again).await;
        let RepositoriesAnswer::Failed(failure) = loading_again.listed else {
            panic!("loaded")
        };
        let explained = explain_load_error(&failure, &origin);
        assert_eq!(
            explained.title, "shop_parts has no missing",
            "{}",
            explained.text
        );
        assert_eq!(explained.place.map(|place| place.line), Some(1));
        loading.client.shutdown().await.unwrap();
        loading_again.client.shutdown().await.unwrap();
        running.finish().await;
        second.finish().await;
        assert!(Client::connect(&server.address).await.is_err());
    }
}
