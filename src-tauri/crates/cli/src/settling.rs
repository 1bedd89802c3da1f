//! Waiting for locations: until what was on disk is loaded, or it is known why not.

use api::{LocationRequest, LocationView, SettledLocation};
use attach::Attached;
use tokio::task::JoinSet;

use crate::error::CliError;
use crate::report::LocationReport;

/// Locations that are waited for, all at once.
pub(crate) struct Settling {
    answers: JoinSet<Result<SettledLocation, api::ApiError>>,
    /// Those that did not answer yet, by id and name.
    left: Vec<(String, String)>,
}

impl Settling {
    /// Waits for these from now on: what is saved later may or may not be in what is answered.
    pub(crate) fn begin(attached: &Attached, locations: &[LocationView]) -> Self {
        let mut answers = JoinSet::new();
        for location in locations {
            let (attached, location) = (attached.clone(), location.id.clone());
            answers.spawn(async move {
                let request = LocationRequest { location };
                attached.location_settle(request).await
            });
        }
        let left = locations
            .iter()
            .map(|one| (one.id.clone(), one.name.clone()));
        Self {
            left: left.collect(),
            answers,
        }
    }

    /// The next one that has settled; none once all have.
    ///
    /// # Errors
    /// When the owner is gone, and where a location is no more.
    pub(crate) async fn next(&mut self) -> Result<Option<LocationReport>, CliError> {
        let Some(answer) = self.answers.join_next().await else {
            return Ok(None);
        };
        let answer =
            answer.map_err(|error| CliError::Failed(format!("waiting ended early: {error}")))?;
        let settled = answer?;
        self.left.retain(|(id, _)| *id != settled.location);
        Ok(Some(LocationReport::settled(&settled)))
    }

    /// The names of those that did not settle yet.
    pub(crate) fn left(&self) -> Vec<String> {
        self.left.iter().map(|(_, name)| name.clone()).collect()
    }
}
