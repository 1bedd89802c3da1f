//! Makes ready what the webserver and the daemon run from: their environment, and the instance.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dagster::command::{self, MakeDeployment};
use dagster::instance::State;
use process::{CancellationToken, CommandLine};

use super::StartError;
use crate::errors::{FileError, UvMissing};
use crate::open::{MADE, WorkspaceFacts};
use crate::operations::half_made::make_room;
use crate::operations::{NewOperation, OneShot};

/// How long making an instance may take on a slow disk.
const INSTANCE_LIMIT: Duration = Duration::from_secs(120);
/// How long making an environment may take on a slow network.
const MAKE_LIMIT: Duration = Duration::from_secs(1800);

/// The Python that runs the webserver and the daemon.
pub(crate) fn interpreter(facts: &WorkspaceFacts) -> Result<PathBuf, StartError> {
    let runs = facts.runs_from().ok_or(StartError::Nowhere)?;
    let path = runs.path;
    if let Some(why) = runs.blocked {
        return Err(StartError::Blocked { path, why });
    }
    if let Some(environment) = &runs.environment
        && facts.is_syncing(&environment.path)
    {
        return Err(StartError::Syncing { path });
    }
    runs.interpreter.ok_or(StartError::NoPython)
}

/// Makes a fresh instance with one process; everything that opens it waits for that. See [`dagster::instance`].
pub(crate) async fn prepare_instance(facts: &Arc<WorkspaceFacts>) -> Result<(), StartError> {
    let instance = facts.instance();
    let place = instance.path.clone();
    let make = async {
        if instance.source == dagster::instance::Source::Dagdeck {
            dagster::instance::make_own(&instance.path)
                .map_err(FileError::of("make the instance", &instance.path))?;
        }
        let path = instance.path.clone();
        let state = tokio::task::spawn_blocking(move || dagster::instance::state(&path)).await;
        match state.unwrap_or(State::Fresh) {
            State::Ready => return Ok(()),
            State::Damaged { database } => {
                return Err(StartError::Damaged {
                    instance: instance.path,
                    database,
                });
            }
            State::Fresh => {}
        }
        let command = command::prepare_instance(&interpreter(facts)?, &facts.shared());
        let titles = ("Making the instance", "Made the instance");
        run(facts, titles, &command, INSTANCE_LIMIT).await
    };
    facts.prepared.or_make(&place, make).await
}

/// Makes an environment for the webserver and the daemon in app data, which the person agreed to.
pub(crate) async fn make(
    facts: &Arc<WorkspaceFacts>,
    folder: PathBuf,
    dagster: String,
) -> Result<(), StartError> {
    let uv = facts.context.uv().await.ok_or(UvMissing)?;
    let reading = facts.reading();
    let python = reading
        .projects
        .iter()
        .find_map(|project| project.environment.interpreter.clone());
    fs_err::create_dir_all(&folder).map_err(FileError::of("make its folder", &folder))?;
    let plan = MakeDeployment {
        uv,
        folder: folder.clone(),
        python,
        dagster,
    };
    make_room(&folder.join(".venv")).await?;
    for command in command::make_deployment(&plan) {
        run(
            facts,
            (
                "Making an environment for the webserver",
                "Made an environment for the webserver",
            ),
            &command,
            MAKE_LIMIT,
        )
        .await?;
    }
    // Written last, so that a folder half made is made again.
    let made = folder.join(MADE);
    fs_err::write(&made, "").map_err(FileError::of("finish its folder", made))?;
    Ok(())
}

/// Runs a program once, on the record, under a title while it runs and one when it worked.
async fn run(
    facts: &Arc<WorkspaceFacts>,
    (title, done): (&str, &str),
    command: &CommandLine,
    limit: Duration,
) -> Result<(), StartError> {
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
    context
        .operations
        .run(&context.table, once, &CancellationToken::new())
        .await?;
    Ok(())
}
