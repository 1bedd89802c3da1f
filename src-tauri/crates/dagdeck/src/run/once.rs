//! What has to run once before something can stay.

use std::sync::Arc;
use std::time::Duration;

use process::{CancellationToken, CommandLine, Finished};

use super::StartError;
use crate::open::WorkspaceFacts;
use crate::record::{NewOperation, OneShot};

/// Runs a program once, on the record, under a title while it runs and one when it worked.
pub(super) async fn run(
    facts: &Arc<WorkspaceFacts>,
    (title, done): (&str, &str),
    command: &CommandLine,
    limit: Duration,
) -> Result<Finished, StartError> {
    let once = OneShot {
        begun: NewOperation {
            title: title.to_owned(),
            ..NewOperation::default()
        },
        done: Some(done.to_owned()),
        command,
        writer: None,
        limit,
        environment: None,
    };
    let context = &facts.context;
    let cancel = CancellationToken::new();
    let finished = context.operations.run(&context.table, once, &cancel);
    Ok(finished.await?)
}
