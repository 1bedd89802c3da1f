//! Talking with Dagster's webserver over HTTP.
//!
//! Seen on 1.13.27: it answers `/server_info` 2-4 s after its start; `loadStatus` says LOADED for a failed location too,
//! so [`Webserver::location_entries`] looks at what was loaded; a swapped server is noticed by itself within half a second and at
//! once after [`Webserver::reload_location`].

use std::time::Duration;

use serde_json::{Value, json};

/// How long one question may take; reloading all locations of a large workspace is the slowest.
const LIMIT: Duration = Duration::from_secs(60);

/// Why the webserver gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum WebserverError {
    /// It does not listen, or went away.
    #[error("the webserver at {url} does not answer")]
    Unreachable {
        /// The address asked.
        url: String,
        /// What HTTP says.
        #[source]
        source: reqwest::Error,
    },
    /// It answered with an error.
    #[error("the webserver at {url} answered: {message}")]
    Refused {
        /// The address asked.
        url: String,
        /// Its words.
        message: String,
    },
}

/// One location as the webserver sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationEntry {
    /// The location's name.
    pub name: String,
    /// Whether it is still being loaded.
    pub loading: bool,
    /// The id of the code server behind it, once loaded.
    pub server_id: Option<String>,
    /// What the webserver says is wrong, if it could not load it.
    pub error: Option<String>,
}

/// A connection to the webserver at an address such as `http://127.0.0.1:3000`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Webserver {
    url: String,
    http: reqwest::Client,
}

impl Webserver {
    /// The webserver at this address; asks nothing yet.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        // Never through a proxy: it is on this machine.
        let http = reqwest::Client::builder().no_proxy().timeout(LIMIT).build();
        Self {
            url: url.into().trim_end_matches('/').to_owned(),
            http: http.unwrap_or_default(),
        }
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its version; an answer means that it is up.
    ///
    /// # Errors
    /// When nothing listens or the answer has not come after 5 s, and when what answered is not JSON: another program has
    /// the port.
    pub async fn server_info(&self) -> Result<String, WebserverError> {
        let url = format!("{}/server_info", self.url);
        let request = self.http.get(&url).timeout(Duration::from_secs(5));
        let value: Value = read(&url, request).await?;
        Ok(value["dagster_webserver_version"]
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// Waits until it answers. No limit of its own: race it with the process's exit. Dropping it is safe.
    pub async fn wait_until_up(&self) -> String {
        loop {
            if let Ok(version) = self.server_info().await {
                return version;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Asks a GraphQL question; answers its `data`. Errors in the answer are errors.
    ///
    /// # Errors
    /// When nothing listens or the answer has not come after 60 s, when it is not JSON, and when it holds errors: their
    /// messages are joined.
    pub async fn graphql(&self, query: &str, variables: Value) -> Result<Value, WebserverError> {
        let url = format!("{}/graphql", self.url);
        let body = json!({ "query": query, "variables": variables });
        let mut value: Value = read(&url, self.http.post(&url).json(&body)).await?;
        if let Some(errors) = value["errors"]
            .as_array()
            .filter(|errors| !errors.is_empty())
        {
            let messages: Vec<&str> = errors
                .iter()
                .filter_map(|error| error["message"].as_str())
                .collect();
            let message = messages.join("; ");
            return Err(WebserverError::Refused { url, message });
        }
        Ok(value["data"].take())
    }

    /// Makes it read a location again, now. For after the link of its server was swapped.
    ///
    /// # Errors
    /// Those of [`Self::graphql`]; and when it answers that there is no such location, or with a Python error. A location
    /// whose code does not load is an answer.
    pub async fn reload_location(&self, name: &str) -> Result<LocationEntry, WebserverError> {
        const QUERY: &str =
            "mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) {
            __typename
            ... on WorkspaceLocationEntry { name loadStatus locationOrLoadError { __typename
                ... on RepositoryLocation { serverId } ... on PythonError { message } } }
            ... on PythonError { message } } }";
        let data = self.graphql(QUERY, json!({ "name": name })).await?;
        let answer = &data["reloadRepositoryLocation"];
        match answer["__typename"].as_str() {
            Some("WorkspaceLocationEntry") => Ok(entry(answer)),
            kind => Err(self.refused(answer, kind)),
        }
    }

    /// Makes it read workspace.yaml again: locations come and go without a restart.
    ///
    /// # Errors
    /// Those of [`Self::graphql`], and when it answers with anything but its workspace.
    pub async fn reload_workspace(&self) -> Result<(), WebserverError> {
        const QUERY: &str =
            "mutation { reloadWorkspace { __typename ... on PythonError { message } } }";
        let data = self.graphql(QUERY, json!({})).await?;
        let answer = &data["reloadWorkspace"];
        match answer["__typename"].as_str() {
            Some("Workspace") => Ok(()),
            kind => Err(self.refused(answer, kind)),
        }
    }

    /// The locations as it sees them.
    ///
    /// # Errors
    /// Those of [`Self::graphql`], and when it could not read its workspace file.
    pub async fn location_entries(&self) -> Result<Vec<LocationEntry>, WebserverError> {
        const QUERY: &str = "{ workspaceOrError { __typename ... on Workspace { locationEntries { name loadStatus
            locationOrLoadError { __typename ... on RepositoryLocation { serverId } ... on PythonError { message } } } }
            ... on PythonError { message } } }";
        let data = self.graphql(QUERY, json!({})).await?;
        let answer = &data["workspaceOrError"];
        match answer["locationEntries"].as_array() {
            Some(entries) => Ok(entries.iter().map(entry).collect()),
            None => Err(self.refused(answer, answer["__typename"].as_str())),
        }
    }

    fn refused(&self, answer: &Value, kind: Option<&str>) -> WebserverError {
        WebserverError::Refused {
            url: self.url.clone(),
            message: answer["message"]
                .as_str()
                .or(kind)
                .unwrap_or("nothing")
                .to_owned(),
        }
    }
}

fn entry(value: &Value) -> LocationEntry {
    let loaded = &value["locationOrLoadError"];
    LocationEntry {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        loading: value["loadStatus"] == "LOADING" || loaded.is_null(),
        server_id: loaded["serverId"].as_str().map(str::to_owned),
        error: (loaded["__typename"] == "PythonError").then(|| {
            loaded["message"]
                .as_str()
                .unwrap_or("unknown")
                .trim()
                .to_owned()
        }),
    }
}

async fn read(url: &str, request: reqwest::RequestBuilder) -> Result<Value, WebserverError> {
    let unreachable = |source| WebserverError::Unreachable {
        url: url.to_owned(),
        source,
    };
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let text = response.text().await.map_err(unreachable)?;
    // GraphQL answers errors with status 400 and a body that says more than the status.
    serde_json::from_str(&text).map_err(|_| WebserverError::Refused {
        url: url.to_owned(),
        message: format!("{status} {}", text.chars().take(200).collect::<String>()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_location_is_no_loaded_one() {
        let failed = entry(&json!({ "name": "a", "loadStatus": "LOADED",
            "locationOrLoadError": { "__typename": "PythonError", "message": "no\n" } }));
        assert_eq!(failed.error.as_deref(), Some("no"));
        let loaded = entry(&json!({ "name": "a", "loadStatus": "LOADED",
            "locationOrLoadError": { "__typename": "RepositoryLocation", "serverId": "x" } }));
        assert_eq!(
            (loaded.server_id.as_deref(), loaded.loading),
            (Some("x"), false)
        );
        assert!(entry(&json!({ "name": "a", "loadStatus": "LOADING" })).loading);
    }
}
