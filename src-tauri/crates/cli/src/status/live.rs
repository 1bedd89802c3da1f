//! What of a workspace runs, as its owner says.

use std::time::Duration;

use api::{ErrorCode, Nothing, WorkspaceView};
use attach::Owner;
use serde::Serialize;
use tokio::time::timeout;

use crate::error::{CliError, tell, words};
use crate::location_line::LocationLine;
use crate::reached::ReachedWorkspace;
use crate::up::ServiceLine;

/// How long an owner that has just answered may take to say how everything stands.
const LIMIT: Duration = Duration::from_secs(5);

/// What of a workspace runs. Fields are added, never renamed.
#[derive(Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Live {
    /// The address of the Dagster UI, where it answers.
    url: Option<String>,
    /// Whether a launch is under way.
    launching: bool,
    webserver: ServiceLine,
    daemon: ServiceLine,
    /// In the workspace's order.
    pub(super) locations: Vec<LocationLine>,
}

impl Live {
    fn of(workspace: &WorkspaceView) -> Self {
        Self {
            url: workspace.webserver.url.clone(),
            launching: workspace.launch.active,
            webserver: ServiceLine::of(&workspace.webserver),
            daemon: ServiceLine::of(&workspace.daemon),
            locations: workspace.locations.iter().map(LocationLine::of).collect(),
        }
    }

    /// What is said of the webserver and the daemon, with its end.
    pub(super) fn services(&self) -> String {
        let webserver = match &self.url {
            Some(url) => format!("Dagster UI at {url}"),
            None => format!("webserver {}", self.webserver.short()),
        };
        format!("  {webserver}, daemon {}\n", self.daemon.short())
    }
}

/// Asks an owner of this version what runs. Why it can't be told is said on the side: the rest stands.
pub(super) async fn of(place: &ReachedWorkspace, owner: &Owner) -> Option<Live> {
    let asked = async {
        let attached = place.attach(owner)?;
        let snapshot = attached.snapshot_get(Nothing {}).await?;
        Ok::<_, CliError>(snapshot.workspace)
    };
    match timeout(LIMIT, asked).await {
        Ok(Ok(workspace)) => workspace.as_ref().map(Live::of),
        // It ended, or goes: what it says of itself tells that.
        Ok(Err(_)) => None,
        Err(_) => {
            let seconds = LIMIT.as_secs();
            let message = format!("What runs was not told within {seconds} s.");
            tell(&words(&api::ApiError::new(ErrorCode::Io, message)));
            None
        }
    }
}

/// A word for a view, for tests of what is printed.
#[cfg(test)]
pub(super) fn sample(url: Option<&str>, locations: Vec<LocationLine>) -> Live {
    let service = |name| api::ServiceView {
        name,
        lifecycle: api::Lifecycle::Running { since: 1.0 },
        process: None,
        command: None,
        url: None,
        blocked: None,
        log: String::new(),
    };
    Live {
        url: url.map(str::to_owned),
        launching: false,
        webserver: ServiceLine::of(&service(api::ServiceName::Webserver)),
        daemon: ServiceLine::of(&service(api::ServiceName::Daemon)),
        locations,
    }
}
