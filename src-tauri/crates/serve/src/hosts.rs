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
    /// Whether a host was ever there: one may have come and gone between two looks.
    pub visited: bool,
    /// How many of them hold what runs.
    pub holders: u64,
    /// Whether what runs is held.
    pub lease: Lease,
    /// Whether the owner goes: nobody is let in any more.
    pub closed: bool,
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

    /// Lets nobody in any more if `goes` says so of who is there; whether it did. Nobody can come between the look and the
    /// closing.
    pub fn close_if(&self, goes: impl FnOnce(&Attendance) -> bool) -> bool {
        self.attendance.send_if_modified(|now| {
            let closes = !now.closed && goes(now);
            now.closed |= closes;
            closes
        })
    }

    /// A host is there, until the answer is dropped; none where nobody is let in any more, or where everything is about to
    /// be stopped and this host would not keep it.
    pub fn join(&self, kind: HostKind, holds: bool) -> Option<Presence> {
        let joined = self.attendance.send_if_modified(|now| {
            let lost = now.lease == Lease::Lapsed && !holds;
            if now.closed || lost {
                return false;
            }
            *now.attached.entry(kind).or_default() += 1;
            now.visited = true;
            if holds {
                now.holders += 1;
                now.lease = Lease::Held;
            }
            true
        });
        joined.then(|| Presence {
            hosts: self.clone(),
            kind,
            holds,
        })
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
    /// The host goes for good; whether it was the last that held what runs.
    pub fn leave(&mut self) -> bool {
        let mut last = false;
        if std::mem::take(&mut self.holds) {
            self.hosts.attendance.send_modify(|now| {
                now.let_go(Lease::Lapsed);
                // Whoever comes now finds that the owner goes.
                last = now.holders == 0 && !now.closed;
                now.closed |= last;
            });
        }
        last
    }

    /// What runs shall end with this host.
    pub fn hold(&mut self) {
        if !std::mem::replace(&mut self.holds, true) {
            self.hosts.attendance.send_modify(|now| {
                now.holders += 1;
                now.lease = Lease::Held;
            });
        }
    }

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

    fn join(hosts: &Hosts, kind: HostKind, holds: bool) -> Presence {
        hosts.join(kind, holds).unwrap()
    }

    fn lease(hosts: &Hosts) -> Lease {
        hosts.watch().borrow().lease
    }

    #[test]
    fn hosts_are_counted_by_kind() {
        let hosts = Hosts::default();
        let window = join(&hosts, HostKind::Window, true);
        let terminals = [
            join(&hosts, HostKind::Terminal, true),
            join(&hosts, HostKind::Terminal, false),
        ];
        let now = hosts.watch().borrow().clone();
        assert_eq!(now.count(HostKind::Window), 1);
        assert_eq!(now.count(HostKind::Terminal), 2);
        assert_eq!(now.holders, 2);
        drop((window, terminals));
        assert_eq!(hosts.watch().borrow().attached, BTreeMap::new());
    }

    #[test]
    fn the_lease_lapses_with_the_last_holder_and_not_before() {
        let hosts = Hosts::default();
        let first = join(&hosts, HostKind::Window, true);
        let second = join(&hosts, HostKind::Terminal, true);
        let looking = join(&hosts, HostKind::Terminal, false);
        drop(first);
        assert_eq!(lease(&hosts), Lease::Held);
        drop(second);
        assert_eq!(lease(&hosts), Lease::Lapsed);
        drop(looking);
        assert_eq!(lease(&hosts), Lease::Lapsed);
    }

    #[test]
    fn who_only_looks_claims_nothing() {
        let hosts = Hosts::default();
        drop(join(&hosts, HostKind::Terminal, false));
        assert_eq!(lease(&hosts), Lease::Unclaimed);
    }

    #[test]
    fn the_last_holder_decides() {
        let hosts = Hosts::default();
        let mut kept = join(&hosts, HostKind::Window, true);
        let crashed = join(&hosts, HostKind::Terminal, true);
        kept.detach();
        drop(kept);
        assert_eq!(lease(&hosts), Lease::Held);
        drop(crashed);
        assert_eq!(lease(&hosts), Lease::Lapsed);

        let mut last = join(&hosts, HostKind::Window, true);
        assert_eq!(lease(&hosts), Lease::Held);
        last.detach();
        last.detach();
        drop(last);
        assert_eq!(lease(&hosts), Lease::Detached);
    }

    #[test]
    fn who_detached_may_hold_again() {
        let hosts = Hosts::default();
        let mut window = join(&hosts, HostKind::Window, true);
        window.detach();
        window.hold();
        window.hold();
        assert_eq!(hosts.watch().borrow().holders, 1);
        drop(window);
        assert_eq!(lease(&hosts), Lease::Lapsed);
    }

    #[test]
    fn once_the_lease_lapsed_only_who_holds_comes_in_and_is_in_time() {
        let hosts = Hosts::default();
        drop(join(&hosts, HostKind::Window, true));
        assert!(hosts.join(HostKind::Terminal, false).is_none());
        let _late = join(&hosts, HostKind::Terminal, true);
        assert!(!hosts.close_if(|now| now.lease == Lease::Lapsed));
        drop(join(&hosts, HostKind::Terminal, false));
    }

    #[test]
    fn nobody_comes_in_once_it_is_closed() {
        let hosts = Hosts::default();
        let window = join(&hosts, HostKind::Window, true);
        assert!(!hosts.close_if(|now| now.attached.is_empty()));
        drop(window);
        assert!(hosts.close_if(|now| now.lease == Lease::Lapsed));
        assert!(!hosts.close_if(|_| true), "it is closed once");
        assert!(hosts.join(HostKind::Terminal, true).is_none());
        assert_eq!(lease(&hosts), Lease::Lapsed);
    }
}
