//! How everything stands in a workspace, kept current by what its owner says.

use api::protocol::HostCount;
use api::{Event, Operation, Snapshot, Step};
use attach::{Attached, News, Subscription};

use super::GONE;
use crate::error::CliError;

/// How everything stands in a workspace, kept current by what its owner says.
pub(crate) struct Current {
    news: Subscription,
    pub(crate) shown: Snapshot,
    /// Who is attached.
    pub(crate) hosts: HostCount,
    /// Whether that was told.
    pub(super) met: bool,
}

/// What there is to look at anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct New {
    /// Something stands differently, apart from measurements and the record.
    pub(crate) changed: bool,
    /// A log grew.
    pub(crate) grew: bool,
}

impl Current {
    pub(super) async fn of(attached: &Attached) -> Result<Self, CliError> {
        let (shown, news) = match attached.subscribe().await {
            Ok(whole) => whole,
            Err(_) if attached.owner().is_gone() => {
                return Err(CliError::Failed(GONE.to_owned()));
            }
            Err(silent) => return Err(silent.into()),
        };
        Ok(Self {
            news,
            shown,
            hosts: HostCount::default(),
            met: false,
        })
    }

    /// Waits for news; fails when the owner is gone.
    pub(crate) async fn next(&mut self) -> Result<New, CliError> {
        let mut new = New::default();
        match self.news.next().await {
            Some(News::Snapshot(snapshot)) => {
                self.shown = *snapshot;
                (new.changed, new.grew) = (true, true);
            }
            Some(News::Events(events)) => {
                for envelope in events {
                    match envelope.event {
                        Event::LogGrew { .. } => new.grew = true,
                        Event::MetricsMeasured { .. }
                        | Event::ErrorsCounted { .. }
                        | Event::OperationChanged { .. } => {}
                        _ => new.changed = true,
                    }
                    if api::step(&self.shown, &envelope) == Step::Next {
                        api::apply(&mut self.shown, envelope);
                    }
                }
            }
            Some(News::Hosts(hosts)) => (self.hosts, self.met) = (hosts, true),
            None => return Err(CliError::Failed(GONE.to_owned())),
        }
        Ok(new)
    }

    /// Those of these operations that are on the record by now, in this order.
    pub(crate) fn operations(&self, ids: &[u32]) -> Vec<Operation> {
        let found = |id: &u32| self.shown.operations.iter().find(|one| one.id == *id);
        ids.iter().filter_map(found).cloned().collect()
    }
}
