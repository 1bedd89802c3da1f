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
    /// The same in Dagster's own words, where the root's `.env` names another.
    pub(crate) instance_ref: Option<String>,
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
            instance_ref: None,
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
    /// Whether nothing runs, and nothing is about to.
    pub(crate) fn rests(&self) -> bool {
        let mut units = self.locations.values().filter_map(|one| one.unit.as_ref());
        self.webserver.at_rest && self.daemon.at_rest && units.all(|unit| unit.at_rest)
    }

    /// The instance in use, where the files name this one by now.
    pub(crate) fn instance(&self, now: Instance) -> Instance {
        match &self.instance {
            Some(kept) if !self.rests() => kept.clone().kept_before(now),
            _ => now,
        }
    }

    /// The instance that is used from now on until nothing runs any more, where the files name this one. What was kept for a
    /// start that came to nothing is not.
    pub(crate) fn keep_instance(&mut self, now: Instance) -> Instance {
        self.leave_instance();
        self.instance.get_or_insert(now).clone()
    }

    /// Lets go of the instance where nothing runs any more; answers it then.
    pub(crate) fn leave_instance(&mut self) -> Option<Instance> {
        if self.rests() {
            self.instance_ref = None;
            self.instance.take()
        } else {
            None
        }
    }

    /// What the webserver's or the daemon's unit is at.
    pub(crate) fn service(&mut self, name: ServiceName) -> &mut Shown {
        match name {
            ServiceName::Webserver => &mut self.webserver,
            ServiceName::Daemon => &mut self.daemon,
        }
    }
}

#[cfg(test)]
mod tests {
    use dagster::instance::{Source, choose};

    use super::*;

    fn named(path: &str) -> Instance {
        Instance {
            path: path.into(),
            source: Source::DotEnv,
            ..choose(None, None, path.as_ref())
        }
    }

    #[test]
    fn what_runs_keeps_its_instance_and_a_start_that_came_to_nothing_does_not() {
        let mut seen = Observed::default();
        assert_eq!(seen.keep_instance(named("/first")), named("/first"));
        assert_eq!(seen.instance(named("/second")), named("/second"));
        assert_eq!(seen.keep_instance(named("/second")), named("/second"));
        seen.daemon.at_rest = false;
        let kept = seen.instance(named("/third"));
        assert_eq!(kept.path, named("/second").path);
        assert_eq!(kept.next, Some(named("/third").path));
        assert_eq!(seen.keep_instance(named("/third")), named("/second"));
        seen.daemon.at_rest = true;
        assert_eq!(seen.leave_instance(), Some(named("/second")));
        assert_eq!(seen.instance(named("/third")), named("/third"));
    }
}
