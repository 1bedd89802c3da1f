//! Waiting for locations: until what was on disk is loaded, or it is known why not.

use api::{ApiError, ErrorCode, LocationRequest, LocationView, SettledLocation};
use attach::Attached;
use tokio::task::JoinSet;

use crate::error::{CliError, tell};
use crate::report::LocationReport;

/// Locations that are waited for, all at once.
pub(crate) struct Settling {
    answers: JoinSet<(String, Result<SettledLocation, ApiError>)>,
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
        }
    }

    /// The next one that has settled; none once all have. One that is listed no more by then is told on the side: that was saved,
    /// and is so.
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
            match Self::report(&name, answer)? {
                Some(report) => return Ok(Some(report)),
                None => tell(&format!("{name} is part of this workspace no more.")),
            }
        }
        Ok(None)
    }

    fn report(
        name: &str,
        answer: Result<SettledLocation, ApiError>,
    ) -> Result<Option<LocationReport>, CliError> {
        match answer {
            Ok(settled) => Ok(Some(LocationReport::settled(&settled))),
            Err(error) if error.code == ErrorCode::NotFound => {
                tracing::info!(name, %error, "waited for no longer");
                Ok(None)
            }
            Err(error) if error.code == ErrorCode::Cancelled => Err(CliError::Failed(
                "It was stopped meanwhile: by `dagdeck down`, or from another window or terminal."
                    .to_owned(),
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// The names of those that did not settle yet.
    pub(crate) fn left(&self) -> Vec<String> {
        self.left.iter().map(|(_, name)| name.clone()).collect()
    }
}
