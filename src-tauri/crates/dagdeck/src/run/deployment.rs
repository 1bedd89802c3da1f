//! Makes an environment for the webserver and the daemon where no other could run them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dagster::command::{self, MakeDeployment};

use super::StartError;
use super::half_made::make_room;
use super::once::run;
use crate::errors::{FileError, UvMissing};
use crate::open::{MADE, WorkspaceFacts};

/// How long making an environment may take on a slow network.
const MAKE_LIMIT: Duration = Duration::from_secs(1800);

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
