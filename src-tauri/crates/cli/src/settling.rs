//! Waiting for locations: until what was on disk is loaded, or it is known why not.

use std::sync::Arc;

use api::{
    ApiError, ErrorCode, LocationRequest, LocationView, Nothing, SettledLocation, WorkspaceView,
};
use attach::Attached;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::error::{CliError, tell};
use crate::report::LocationReport;

/// How many are asked for at once: an owner takes so and so many questions of one host.
const AT_ONCE: usize = 64;

/// Locations that are waited for, all at once.
pub(crate) struct Settling {
    answers: JoinSet<(String, Result<SettledLocation, ApiError>)>,
    /// Those that did not answer yet, by id and name.
    left: Vec<(String, String)>,
    /// The names of those that are part of the workspace no more.
    gone: Vec<String>,
    attached: Attached,
}

impl Settling {
    /// Waits for these from now on: what is saved later may or may not be in what is answered.
    pub(crate) fn begin(attached: &Attached, locations: &[LocationView]) -> Self {
        let mut answers = JoinSet::new();
        let room = Arc::new(Semaphore::new(AT_ONCE));
        for location in locations {
            let (attached, location) = (attached.clone(), location.id.clone());
            let room = Arc::clone(&room);
            answers.spawn(async move {
                // Never closed.
                let _permit = room.acquire().await;
                let request = LocationRequest {
                    location: location.clone(),
                };
                (location, attached.location_settle(request).await)
            });
        }
        let left = locations
            .iter()
            .map(|one| (one.id.clone(), one.name.clone()));
        Self {
            left: left.collect(),
            answers,
            gone: Vec::new(),
            attached: attached.clone(),
        }
    }

    /// The next one that has settled; none once all have. One that is listed no more by then is told on the side.
    ///
    /// # Errors
    /// When the owner is gone, and where all was stopped meanwhile.
    pub(crate) async fn next(&mut self) -> Result<Option<LocationReport>, CliError> {
        while let Some(answer) = self.answers.join_next().await {
            let early = |error| CliError::Failed(format!("waiting ended early: {error}"));
            let (id, answer) = answer.map_err(early)?;
            let name = self.left.iter().find(|(left, _)| *left == id);
            let name = name.map_or_else(|| id.clone(), |(_, name)| name.clone());
            self.left.retain(|(left, _)| *left != id);
            match answer {
                Ok(settled) => return Ok(Some(LocationReport::settled(&settled))),
                Err(error) if error.code == ErrorCode::NotFound => {
                    self.is_part_no_more(&id).await?;
                    tell(&format!("{name} is part of this workspace no more."));
                    self.gone.push(name);
                }
                Err(error) if error.code == ErrorCode::Cancelled => return Err(stopped()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Makes sure that a location is not there since its workspace does not list it: in an owner that goes nothing is there.
    async fn is_part_no_more(&self, id: &str) -> Result<(), CliError> {
        let shown = self.attached.snapshot_get(Nothing {}).await;
        let workspace = shown.ok().and_then(|shown| shown.workspace);
        let unlisted = |one: WorkspaceView| one.locations.iter().all(|other| other.id != id);
        if workspace.is_some_and(unlisted) {
            Ok(())
        } else {
            Err(stopped())
        }
    }

    /// The names of those that are part of the workspace no more.
    pub(crate) fn gone(&self) -> &[String] {
        &self.gone
    }

    /// The names of those that did not settle yet.
    pub(crate) fn left(&self) -> Vec<String> {
        self.left.iter().map(|(_, name)| name.clone()).collect()
    }
}

fn stopped() -> CliError {
    CliError::Failed(
        "It was stopped meanwhile: by `dagdeck down`, or from another window or terminal."
            .to_owned(),
    )
}
