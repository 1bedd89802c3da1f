//! An environment as it is now: what its files tell, what uv found, or that it is being synced.

use api::{EnvironmentState, EnvironmentView};
use dagster::uv::SyncCheck;
use workspace::{Environment, EnvironmentState as State};

use super::files;

/// What is known of one environment.
pub(crate) struct EnvironmentModel<'a> {
    pub(crate) read: &'a Environment,
    /// What uv found, as long as that still stands.
    pub(crate) found: Option<SyncCheck>,
    /// The operation that syncs it now.
    pub(crate) syncing: Option<u32>,
}

impl EnvironmentModel<'_> {
    /// Whether uv found that there is nothing to sync, and nothing is being synced.
    pub(crate) fn is_current(&self) -> bool {
        let stands = self.found.as_ref().is_some_and(|found| !found.outdated);
        let lacking = matches!(self.read.state, State::Missing | State::Broken { .. });
        stands && !lacking && self.syncing.is_none()
    }
}

/// An environment, on the wire.
pub(crate) fn environment(model: &EnvironmentModel<'_>) -> EnvironmentView {
    let mut view = files::environment(model.read);
    if let Some(found) = &model.found {
        judge(&mut view, found);
    }
    if let Some(operation) = model.syncing {
        view.state = EnvironmentState::Syncing;
        view.detail = "uv sync".to_owned();
        view.operation = Some(operation);
    }
    view
}

/// Puts what uv found over what the files tell.
fn judge(view: &mut EnvironmentView, found: &SyncCheck) {
    view.checked_by_uv = true;
    view.lockfile_fresh = Some(!found.lock_outdated);
    if view.state == EnvironmentState::Missing {
        return;
    }
    if found.outdated {
        view.state = EnvironmentState::OutOfSync;
        view.detail = match found.changes.len() {
            0 => "uv.lock is older than pyproject.toml".to_owned(),
            1 => "1 package differs".to_owned(),
            count => format!("{count} packages differ"),
        };
    } else if matches!(
        view.state,
        EnvironmentState::OutOfSync | EnvironmentState::Unknown
    ) {
        view.state = EnvironmentState::Ready;
        view.detail = match view.packages {
            Some(count) => format!("{count} packages"),
            None => "matches uv.lock".to_owned(),
        };
    }
}
