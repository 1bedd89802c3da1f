//! Which locations the person wants to run, whether or not they can.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use workspace::Project;

use super::WorkspaceFacts;
use crate::open::error::FactsError;
use crate::present::blocked;

/// The locations that the person wants to run, by id.
#[derive(Default)]
pub(super) struct WantedLocations {
    ids: Mutex<BTreeSet<String>>,
}

impl WorkspaceFacts {
    /// The project, if its location can be started now.
    pub(crate) fn startable(&self, id: &str) -> Result<Project, FactsError> {
        let project = self.project(id)?;
        if self.is_syncing(&project.environment.path) {
            return Err(FactsError::Syncing);
        }
        match blocked(&project) {
            Some(why) => Err(FactsError::Blocked { why }),
            None => Ok(project),
        }
    }

    /// Remembers that the person wants a location to run: it comes in when what keeps it down is gone.
    pub(crate) fn want(&self, id: &str) {
        self.wanted.ids.lock().insert(id.to_owned());
    }

    /// The person no longer wants it.
    pub(crate) fn want_no_more(&self, id: &str) {
        self.wanted.ids.lock().remove(id);
    }

    /// The person wants nothing to run.
    pub(crate) fn want_nothing(&self) {
        self.wanted.ids.lock().clear();
    }

    /// Whether the person wants it.
    pub(crate) fn is_wanted(&self, id: &str) -> bool {
        self.wanted.ids.lock().contains(id)
    }
}
