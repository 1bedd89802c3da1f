//! Who is attached, and whether what runs is still held by somebody.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::protocol::frozen::HostKind;
use tokio::sync::watch;

/// Whether what runs is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lease {
    /// No host has held it so far.
    #[default]
    Unclaimed,
    /// A window or a terminal in the foreground holds it.
    Held,
    /// The last host that held it said that what runs shall go on.
    Detached,
    /// The last host that held it is gone without a word: everything has to be stopped.
    Lapsed,
}

/// Who is attached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attendance {
    /// How many hosts of each kind; a kind without any is left out.
    pub attached: BTreeMap<HostKind, u64>,
    /// How many of them hold what runs.
    pub holders: u64,
    /// Whether what runs is held.
    pub lease: Lease,
}

impl Attendance {
    /// How many hosts of one kind are attached.
    pub fn count(&self, kind: HostKind) -> u64 {
        self.attached.get(&kind).copied().unwrap_or(0)
    }

    fn let_go(&mut self, after: Lease) {
        self.holders = self.holders.saturating_sub(1);
        if self.holders == 0 {
            self.lease = after;
        }
    }
}

/// The hosts that are attached to one owner. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub struct Hosts {
    attendance: Arc<watch::Sender<Attendance>>,
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            attendance: Arc::new(watch::Sender::new(Attendance::default())),
        }
    }
}

impl Hosts {
    /// Who is attached now, and whenever that changes.
    pub fn watch(&self) -> watch::Receiver<Attendance> {
        self.attendance.subscribe()
    }

    /// Waits until the last holder is gone without having detached.
    pub async fn lapsed(&self) {
        let mut attendance = self.watch();
        // It can't end: the sender is held by `self`.
        let _ = attendance.wait_for(|now| now.lease == Lease::Lapsed).await;
    }

    /// A host is there, until the answer is dropped.
    pub fn join(&self, kind: HostKind, holds: bool) -> Presence {
        self.attendance.send_modify(|now| {
            *now.attached.entry(kind).or_default() += 1;
            if holds {
                now.holders += 1;
                now.lease = Lease::Held;
            }
        });
        Presence {
            hosts: self.clone(),
            kind,
            holds,
        }
    }
}

/// One host that is there.
#[derive(Debug)]
pub struct Presence {
    hosts: Hosts,
    kind: HostKind,
    holds: bool,
}

impl Presence {
    /// What runs shall go on without this host: it only looks from now on.
    pub fn detach(&mut self) {
        if std::mem::take(&mut self.holds) {
            let attendance = &self.hosts.attendance;
            attendance.send_modify(|now| now.let_go(Lease::Detached));
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.hosts.attendance.send_modify(|now| {
            if let Some(count) = now.attached.get_mut(&self.kind) {
                *count -= 1;
            }
            now.attached.retain(|_, count| *count > 0);
            if self.holds {
                now.let_go(Lease::Lapsed);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(hosts: &Hosts) -> Lease {
        hosts.watch().borrow().lease
    }

    #[test]
    fn hosts_are_counted_by_kind() {
        let hosts = Hosts::default();
        let window = hosts.join(HostKind::Window, true);
        let terminals = [
            hosts.join(HostKind::Terminal, true),
            hosts.join(HostKind::Terminal, false),
        ];
        let now = hosts.watch().borrow().clone();
        assert_eq!(now.count(HostKind::Window), 1);
        assert_eq!(now.count(HostKind::Terminal), 2);
        assert_eq!(now.holders, 2);
        drop((window, terminals));
        assert_eq!(hosts.watch().borrow().attached, BTreeMap::new());
    }

    #[tokio::test]
    async fn the_lease_lapses_with_the_last_holder_and_not_before() {
        let hosts = Hosts::default();
        let first = hosts.join(HostKind::Window, true);
        let second = hosts.join(HostKind::Terminal, true);
        let looking = hosts.join(HostKind::Terminal, false);
        drop(first);
        assert_eq!(lease(&hosts), Lease::Held);
        let waiting = tokio::spawn({
            let hosts = hosts.clone();
            async move { hosts.lapsed().await }
        });
        drop(second);
        waiting.await.unwrap();
        drop(looking);
        assert_eq!(lease(&hosts), Lease::Lapsed);
    }

    #[test]
    fn who_only_looks_claims_nothing() {
        let hosts = Hosts::default();
        drop(hosts.join(HostKind::Terminal, false));
        assert_eq!(lease(&hosts), Lease::Unclaimed);
    }

    #[test]
    fn the_last_holder_decides() {
        let hosts = Hosts::default();
        let mut kept = hosts.join(HostKind::Window, true);
        let crashed = hosts.join(HostKind::Terminal, true);
        kept.detach();
        drop(kept);
        assert_eq!(lease(&hosts), Lease::Held);
        drop(crashed);
        assert_eq!(lease(&hosts), Lease::Lapsed);

        let mut last = hosts.join(HostKind::Window, true);
        assert_eq!(lease(&hosts), Lease::Held);
        last.detach();
        last.detach();
        drop(last);
        assert_eq!(lease(&hosts), Lease::Detached);
    }
}
