//! Changing the Python of a project: what there is to choose from, what it would change, and doing it.
//!
//! The choice is kept in the project's own `.python-version`, which uv goes by from then on. The environment is made anew by
//! a sync, in `sync`.

use std::sync::Arc;
use std::time::Duration;

use workspace::EnvironmentSource;

use super::preview;
use super::refusal::{Refusal, refused_alike};
use super::sync::{NewPython, PYTHON_FILE, SyncError, SyncTarget, TargetError, named};
use crate::errors::{FileError, UvMissing};
use crate::open::FactsError;
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis::{self, Moved};
use crate::operations::pythons;
use crate::record::{NewOperation, OnceError, OneShot};
use api::{
    PlannedEdit, PythonOf, PythonOffer, PythonOffers, PythonPlan, PythonRequest, PythonStart,
    SyncRequest,
};

/// How long uv may take to write a line.
const LIMIT: Duration = Duration::from_secs(60);
/// What is done around asking uv, for the case that it can't be.
const COPYING: &str = "copy the project's settings";

/// Why the Python of an environment can't be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PythonError {
    /// What other operations say alike.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What is named can't be synced.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The sync that changes it does not begin.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// No such environment is there.
    #[error("there is no such environment")]
    NoEnvironment,
    /// Something else than the project decides about it.
    #[error("the environment of {name} is not its own")]
    NotItsOwn {
        /// Whose it is.
        name: String,
        /// What decides about it; never [`EnvironmentSource::Own`].
        decides: EnvironmentSource,
    },
    /// The Python that was asked for does not fit the project.
    #[error("Python {version} can't be used: {why}")]
    Unfit {
        /// The version that is there or can be downloaded.
        version: String,
        /// What speaks against it: "etl asks for Python >=3.12".
        why: String,
        /// The versions that can be used.
        fit: Vec<String>,
    },
    /// There is no such Python, nor one to download.
    #[error("there is no Python {wanted}")]
    NoSuchPython {
        /// What was asked for.
        wanted: String,
        /// The versions that can be used.
        fit: Vec<String>,
    },
}

refused_alike!(PythonError: FactsError, UvMissing, Moved, OnceError, FileError);

impl PythonError {
    /// Whether what was asked about is not there, rather than there and not to be changed.
    fn is_of_nothing(&self) -> bool {
        match self {
            Self::NoEnvironment => true,
            Self::Target(error) => error.is_of_nothing(),
            _ => false,
        }
    }
}

impl OpenWorkspace {
    /// The Pythons that an environment could be made with.
    ///
    /// # Errors
    /// When nothing may run here, uv is missing, or there is no such location.
    pub(crate) async fn python_offers(
        &self,
        request: &PythonOf,
    ) -> Result<PythonOffers, PythonError> {
        self.facts.require_trust()?;
        let mut offers = PythonOffers {
            now: None,
            pinned: None,
            pythons: Vec::new(),
            fault: None,
        };
        let target = match self.target(request.location.as_deref()) {
            Ok(target) => target,
            Err(error) if error.is_of_nothing() => return Err(error),
            Err(error) => {
                offers.fault = Some(error.into());
                return Ok(offers);
            }
        };
        self.uv_and_pythons().await?;
        offers.now.clone_from(&target.environment.python);
        offers.pinned = workspace::python_pin(&target.folder);
        let all = pythons::choices(&self.facts.context).await;
        let judged = all.into_iter().map(|one| PythonOffer {
            fault: self.unfit(&target, &one.version),
            version: one.version,
            path: one.path,
        });
        // What does not fit is shown with its reason where a person may look for it: on this machine.
        let (fit, unfit): (Vec<_>, Vec<_>) = judged
            .filter(|one| one.fault.is_none() || one.path.is_some())
            .partition(|one| one.fault.is_none());
        offers.pythons = fit.into_iter().chain(unfit).collect();
        Ok(offers)
    }

    /// What another Python would change.
    ///
    /// # Errors
    /// When nothing may run here, uv is missing, or that Python can't be had for this project.
    pub(crate) async fn python_plan(
        self: &Arc<Self>,
        request: &PythonRequest,
    ) -> Result<PythonPlan, PythonError> {
        self.facts.require_trust()?;
        let target = self.target(request.location.as_deref())?;
        let uv = self.uv_and_pythons().await?;
        let python = self.new_python(&target, &request.python).await?;
        self.plan_python(target, &uv, &python).await
    }

    /// What the change would write and sync. The basis holds the Python that was found, the pin and all that the sync is
    /// made of.
    async fn plan_python(
        &self,
        target: SyncTarget,
        uv: &std::path::Path,
        python: &NewPython,
    ) -> Result<PythonPlan, PythonError> {
        let name = target.name.clone();
        let edits = self.pin_in_copy(uv, &target, python).await?;
        let (sync, mut basis) = self.plan(target, uv, Some(python)).await;
        basis.read("the Python", &(&python.version, &python.interpreter));
        basis.comes(format!("the change of {PYTHON_FILE} of {name}"), &edits);
        Ok(PythonPlan {
            python: python.version.clone(),
            pin: python.pin.clone(),
            edits,
            sync,
            basis: basis.to_string(),
        })
    }

    /// Asks for another Python, as a plan showed or as it is where nobody looked, and makes the environment anew; answers
    /// its operation once that has begun.
    ///
    /// # Errors
    /// As [`Self::python_plan`], when the environment is being synced, and when something else would be changed by now than
    /// was shown.
    pub(crate) async fn python_change(
        self: &Arc<Self>,
        PythonStart { request, basis }: &PythonStart,
    ) -> Result<u32, PythonError> {
        self.facts.require_trust()?;
        let target = self.target(request.location.as_deref())?;
        let uv = self.uv_and_pythons().await?;
        let python = self.new_python(&target, &request.python).await?;
        if let Some(shown) = basis {
            self.require_idle(&target)?;
            let now = self.plan_python(target.clone(), &uv, &python).await?;
            basis::require(shown, &now.basis)?;
        }
        Ok(self.sync_with(target, &uv, python)?)
    }

    /// The environment that is meant, where its Python can be changed.
    fn target(&self, location: Option<&str>) -> Result<SyncTarget, PythonError> {
        let request = SyncRequest {
            locations: location.map(str::to_owned).into_iter().collect(),
            deployment: location.is_none(),
        };
        let target = named(&self.facts, &request)?.into_iter().next();
        let target = target.ok_or(PythonError::NoEnvironment)?;
        changeable(&target)?;
        Ok(target)
    }

    /// Why a version can't be chosen.
    fn unfit(&self, target: &SyncTarget, version: &str) -> Option<String> {
        let requires = target.environment.requires_python.as_deref()?;
        let unmet = !workspace::meets(version, requires);
        unmet.then(|| format!("{} asks for Python {requires}", target.name))
    }

    /// The Python that is meant by what was typed ("3.12"): the first of the choices that matches it and meets
    /// requires-python.
    ///
    /// # Errors When none matches, and when those that do are refused by requires-python; both name the versions that would
    /// do.
    async fn new_python(
        &self,
        target: &SyncTarget,
        wanted: &str,
    ) -> Result<NewPython, PythonError> {
        let wanted = wanted.trim();
        let choices = pythons::choices(&self.facts.context).await;
        let meant = || {
            choices
                .iter()
                .filter(|one| pythons::is_meant(&one.version, wanted))
        };
        let fits = meant().find(|one| self.unfit(target, &one.version).is_none());
        if let Some(one) = fits {
            return Ok(NewPython {
                pin: pythons::pin_for(&one.version, &choices),
                version: one.version.clone(),
                interpreter: one.path.clone().map(Into::into),
            });
        }
        let unfit = meant().find_map(|one| {
            let why = self.unfit(target, &one.version)?;
            Some((one.version.clone(), why))
        });
        let versions = choices.iter().map(|one| one.version.clone());
        let fit = versions.filter(|version| self.unfit(target, version).is_none());
        let fit: Vec<String> = fit.collect();
        Err(match unfit {
            Some((version, why)) => PythonError::Unfit { version, why, fit },
            None => PythonError::NoSuchPython {
                wanted: wanted.to_owned(),
                fit,
            },
        })
    }

    /// What `.python-version` becomes, as uv writes it in a copy.
    async fn pin_in_copy(
        &self,
        uv: &std::path::Path,
        target: &SyncTarget,
        python: &NewPython,
    ) -> Result<Vec<PlannedEdit>, PythonError> {
        let context = &self.facts.context;
        let files = ["pyproject.toml", PYTHON_FILE];
        let copy = preview::copy(&target.folder, &files, &context.state_folder)
            .map_err(FileError::of(COPYING, &target.folder))?;
        let command = dagster::command::UvProject::new(uv, copy.path()).pin_python(&python.pin);
        let once = OneShot {
            begun: NewOperation {
                title: format!("Previewing another Python for {}", target.name),
                location: target.locations.first().cloned(),
                passing: true,
                ..NewOperation::default()
            },
            done: Some(format!("Previewed another Python for {}", target.name)),
            command: &command,
            writer: None,
            limit: LIMIT,
            environment: None,
        };
        let run = context.operations.run(&context.table, once, &self.ended);
        run.await?;
        let path = target.folder.join(PYTHON_FILE);
        let before = if path.is_file() {
            fs_err::read_to_string(&path).map_err(FileError::of(COPYING, &path))?
        } else {
            String::new()
        };
        let written = copy.path().join(PYTHON_FILE);
        let after = fs_err::read_to_string(&written).map_err(FileError::of(COPYING, written))?;
        let diff = crate::operations::diff::lines(&before, &after);
        let path = path.display().to_string();
        let edit = (!diff.is_empty()).then_some(PlannedEdit { path, diff });
        Ok(edit.into_iter().collect())
    }
}

/// Refuses an environment that is not the project's own: what decides its Python is elsewhere.
fn changeable(target: &SyncTarget) -> Result<(), PythonError> {
    match target.environment.source {
        EnvironmentSource::Own => Ok(()),
        decides => Err(PythonError::NotItsOwn {
            name: target.name.clone(),
            decides,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::made_up;

    #[test]
    fn only_an_environment_of_its_own_is_changed() {
        let folder = tempfile::tempdir().unwrap();
        made_up::write(folder.path());
        let mut target = SyncTarget::of(&made_up::read(folder.path()));
        changeable(&target).unwrap();
        for source in [
            EnvironmentSource::UvWorkspace,
            EnvironmentSource::Picked,
            EnvironmentSource::DotEnv,
            EnvironmentSource::Named,
        ] {
            target.environment.source = source;
            let refused = changeable(&target).unwrap_err();
            assert!(!refused.is_of_nothing(), "it is shown with why");
            let by = matches!(refused, PythonError::NotItsOwn { decides, .. } if decides == source);
            assert!(by, "{refused:?}");
        }
    }
}
