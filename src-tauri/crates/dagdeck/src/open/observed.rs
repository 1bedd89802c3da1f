//! What was seen of the open workspace that no file tells.

use std::collections::BTreeMap;

use api::{ApiError, ServiceName, TrustPlan, WatchView};
use dagster::instance::Instance;
use unit::Shown;

/// What was seen of the open workspace that no file tells.
#[derive(Debug)]
pub(crate) struct Observed {
    /// What each location's unit is at, by id.
    pub(crate) locations: BTreeMap<String, ObservedLocation>,
    pub(crate) webserver: Shown,
    pub(crate) daemon: Shown,
    /// Why the daemon can't run: another's runs for the instance.
    pub(crate) daemon_elsewhere: Option<ApiError>,
    /// The instance that what runs was started with; none while nothing runs.
    pub(crate) instance: Option<Instance>,
    /// When the launch that is under way began, in ms since the epoch.
    pub(crate) launched: Option<f64>,
    pub(crate) watching: WatchView,
    /// What would run once trusted, as worked out when all was last shown.
    pub(crate) trust_plan: TrustPlan,
}

impl Default for Observed {
    fn default() -> Self {
        Self {
            locations: BTreeMap::new(),
            webserver: Shown::at_rest(),
            daemon: Shown::at_rest(),
            daemon_elsewhere: None,
            instance: None,
            launched: None,
            watching: WatchView::default(),
            trust_plan: TrustPlan {
                steps: Vec::new(),
                concerns: Vec::new(),
            },
        }
    }
}

/// What was seen of one location.
#[derive(Debug, Clone, Default)]
pub(crate) struct ObservedLocation {
    pub(crate) unit: Option<Shown>,
    pub(crate) runs: u32,
}

impl Observed {
    /// Lets go of the instance where nothing runs any more; answers it then.
    pub(crate) fn leave_instance(&mut self) -> Option<Instance> {
        let locations = self.locations.values();
        let mut units = locations.filter_map(|one| one.unit.as_ref());
        let rests = self.webserver.at_rest && self.daemon.at_rest && units.all(|unit| unit.at_rest);
        if rests { self.instance.take() } else { None }
    }

    /// What the webserver's or the daemon's unit is at.
    pub(crate) fn service(&mut self, name: ServiceName) -> &mut Shown {
        match name {
            ServiceName::Webserver => &mut self.webserver,
            ServiceName::Daemon => &mut self.daemon,
        }
    }
}
