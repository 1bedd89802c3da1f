//! The runs of a code server that another one overtakes: they are made to name their own server, so that they can still be
//! terminated.

use std::sync::Arc;
use std::time::Duration;

use dagster::code_server::{Address, Client};
use dagster::command;
use process::CancellationToken;

use super::{CodeServer, Server};
use crate::open::WorkspaceFacts;
use crate::present::command_view;
use crate::record::NewOperation;
use api::OperationState;

/// How long re-addressing the runs of an old server may take: one Python that imports Dagster.
const READDRESS_LIMIT: Duration = Duration::from_secs(60);

impl CodeServer {
    /// Makes the runs of a server name its own socket instead of the location's, so that they can be terminated when
    /// another server has taken that over. Answers how many runs it has.
    pub(super) async fn keep_runs_reachable(&self, server: &Server, client: &Client) -> usize {
        let runs = client.current_runs().await.unwrap_or_default();
        let late: Vec<String> = runs
            .iter()
            .filter(|run| !server.kept.lock().contains(*run))
            .cloned()
            .collect();
        if !late.is_empty() && readdress(&self.facts, &self.id, &server.address, &late).await {
            server.kept.lock().extend(late);
        }
        runs.len()
    }

    /// Before a new server takes over: the runs of the one that serves are kept reachable first.
    pub(super) async fn prepare_to_take_over(&self) {
        let serving = *self.serving.lock();
        let Some(server) = serving.and_then(|older| self.server(older)) else {
            return;
        };
        if let Ok(client) = Client::connect(&server.address).await {
            self.keep_runs_reachable(&server, &client).await;
        }
    }
}

/// Points the runs of a server at its own socket. Answers whether that worked; the record tells why not.
async fn readdress(
    facts: &Arc<WorkspaceFacts>,
    location: &str,
    address: &Address,
    runs: &[String],
) -> bool {
    let Some(interpreter) = facts.runs_from().and_then(|runs| runs.interpreter) else {
        return false;
    };
    let command = command::readdress_runs(&interpreter, &facts.shared(), address, runs);
    let count = runs.len();
    let operation = facts.context.operations.begin(NewOperation {
        title: format!(
            "Keeping {count} running {} reachable",
            if count == 1 { "run" } else { "runs" }
        ),
        command: Some(command_view(&command)),
        location: Some(location.to_owned()),
        ..NewOperation::default()
    });
    let finished = facts
        .context
        .table
        .run(&command, None, READDRESS_LIMIT, &CancellationToken::new())
        .await;
    let state = match finished {
        Ok(finished) if finished.exit.success() => OperationState::Succeeded,
        Ok(finished) => OperationState::Failed {
            reason: finished.exit.words(),
        },
        Err(error) => OperationState::Failed {
            reason: error.to_string(),
        },
    };
    let done = state == OperationState::Succeeded;
    facts.context.operations.end(operation, state, None);
    done
}
