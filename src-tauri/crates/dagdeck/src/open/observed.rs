//! What was seen of the open workspace that no file tells.

use std::collections::BTreeMap;

use api::{ApiError, ServiceName, TrustPlan, WatchView};
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
    /// What the webserver's or the daemon's unit is at.
    pub(crate) fn service(&mut self, name: ServiceName) -> &mut Shown {
        match name {
            ServiceName::Webserver => &mut self.webserver,
            ServiceName::Daemon => &mut self.daemon,
        }
    }
}
