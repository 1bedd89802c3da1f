//! Dagster's GraphQL, as a test asks it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::within;

/// A webserver's GraphQL.
#[derive(Clone)]
pub struct Graphql {
    client: reqwest::Client,
    address: String,
}

/// One code location as the webserver sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedLocation {
    /// The code location name.
    pub name: String,
    /// Whether it is loaded without an error.
    pub loaded: bool,
    /// The error's message when it is not.
    pub error: Option<String>,
    /// Its asset keys, parts joined with `/`.
    pub assets: Vec<String>,
}

impl Graphql {
    /// Speaks to the webserver at an address such as `http://127.0.0.1:3000`.
    pub fn new(address: &str) -> Graphql {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Graphql {
            client,
            address: format!("{}/graphql", address.trim_end_matches('/')),
        }
    }

    /// Asks one question and answers its data.
    ///
    /// # Errors
    /// When the webserver does not answer, or answers with errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({"query": query, "variables": variables});
        let answer = self.client.post(&self.address).json(&body).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let mut answer: Value =
            serde_json::from_str(&text).with_context(|| format!("{status}: {text}"))?;
        if let Some(errors) = answer.get("errors").filter(|errors| !errors.is_null()) {
            bail!("GraphQL answered {status} with errors: {errors}");
        }
        Ok(answer["data"].take())
    }

    /// The code locations, in the webserver's order.
    ///
    /// # Errors
    /// When the webserver does not answer.
    pub async fn locations(&self) -> Result<Vec<ServedLocation>> {
        const QUERY: &str = "{ workspaceOrError { __typename ... on Workspace { locationEntries { name loadStatus
            locationOrLoadError { __typename ... on PythonError { message }
            ... on RepositoryLocation { repositories { assetNodes { assetKey { path } } } } } } } } }";
        let data = self.ask(QUERY, json!({})).await?;
        let entries = data["workspaceOrError"]["locationEntries"]
            .as_array()
            .with_context(|| format!("no locations in {data}"))?;
        Ok(entries.iter().map(ServedLocation::read).collect())
    }

    /// Waits until exactly these locations are loaded, in any order.
    pub async fn wait_until_loaded(&self, names: &[&str], limit: Duration) {
        let mut names: Vec<&str> = names.to_vec();
        names.sort_unstable();
        within(
            format!("the webserver has loaded {names:?}"),
            limit,
            async || {
                let entries = self.locations().await.ok()?;
                let mut loaded: Vec<&str> = entries
                    .iter()
                    .filter(|entry| entry.loaded)
                    .map(|entry| entry.name.as_str())
                    .collect();
                loaded.sort_unstable();
                (loaded == names).then_some(())
            },
        )
        .await;
    }

    /// Launches a run of one asset and answers its id.
    ///
    /// # Errors
    /// When the webserver refuses.
    pub async fn materialise(&self, location: &str, asset: &str) -> Result<String> {
        self.launch(location, "__ASSET_JOB", &json!([{"path": [asset]}]))
            .await
    }

    /// Launches a run of a job and answers its id.
    ///
    /// # Errors
    /// When the webserver refuses.
    pub async fn launch_job(&self, location: &str, job: &str) -> Result<String> {
        self.launch(location, job, &Value::Null).await
    }

    async fn launch(&self, location: &str, job: &str, assets: &Value) -> Result<String> {
        const QUERY: &str =
            "mutation($parameters: ExecutionParams!) { launchRun(executionParams: $parameters) {
            __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
            ... on RunConfigValidationInvalid { errors { message } } } }";
        let mut selector = json!({
            "repositoryLocationName": location, "repositoryName": "__repository__", "jobName": job,
        });
        if !assets.is_null() {
            selector["assetSelection"] = assets.clone();
        }
        let parameters = json!({"selector": selector, "runConfigData": "{}"});
        let data = self.ask(QUERY, json!({"parameters": parameters})).await?;
        data["launchRun"]["run"]["runId"]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no run was launched: {data}"))
    }

    /// The state of a run, such as `SUCCESS`.
    ///
    /// # Errors
    /// When the webserver does not answer or does not know the run.
    pub async fn run_state(&self, run: &str) -> Result<String> {
        const QUERY: &str =
            "query($run: ID!) { runOrError(runId: $run) { __typename ... on Run { status } } }";
        let data = self.ask(QUERY, json!({"run": run})).await?;
        data["runOrError"]["status"]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no such run: {data}"))
    }

    /// Waits until a run is in a state; panics when it ends in another.
    pub async fn wait_for_run(&self, run: &str, wanted: &str, limit: Duration) {
        within(format!("run {run} is {wanted}"), limit, async || {
            let state = self.run_state(run).await.ok()?;
            let over = ["SUCCESS", "FAILURE", "CANCELED"].contains(&state.as_str());
            assert!(
                !over || state == wanted,
                "run {run} ended as {state}, not {wanted}"
            );
            (state == wanted).then_some(())
        })
        .await;
    }

    /// Asks a run to end, as the Dagster UI's Terminate does.
    ///
    /// # Errors
    /// When Dagster could not reach the run.
    pub async fn terminate(&self, run: &str) -> Result<()> {
        const QUERY: &str = "mutation($run: String!) { terminateRun(runId: $run) { __typename
            ... on TerminateRunFailure { message } ... on PythonError { message } } }";
        let data = self.ask(QUERY, json!({"run": run})).await?;
        if data["terminateRun"]["__typename"] == "TerminateRunSuccess" {
            return Ok(());
        }
        bail!("not terminated: {data}")
    }
}

impl ServedLocation {
    fn read(entry: &Value) -> ServedLocation {
        let inner = &entry["locationOrLoadError"];
        let repositories = inner["repositories"].as_array().into_iter().flatten();
        let nodes = repositories
            .flat_map(|repository| repository["assetNodes"].as_array().into_iter().flatten());
        let key = |node: &Value| {
            let parts = node["assetKey"]["path"].as_array()?;
            let parts: Vec<_> = parts.iter().filter_map(Value::as_str).collect();
            Some(parts.join("/"))
        };
        ServedLocation {
            name: entry["name"].as_str().unwrap_or_default().to_owned(),
            loaded: entry["loadStatus"] == "LOADED" && inner["__typename"] == "RepositoryLocation",
            error: inner["message"].as_str().map(str::to_owned),
            assets: nodes.filter_map(key).collect(),
        }
    }
}
